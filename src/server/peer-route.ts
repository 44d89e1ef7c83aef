import type { RequestHandler } from "express";
import type { Snapshot } from "../engine/snapshot.ts";
import type { ReadOutcome } from "../quota/account.ts";
import { unknownAccount } from "./choice.ts";
import { queryOf } from "./query.ts";
import { sendDocument, sendNotFound } from "./respond.ts";
import type { NotFound } from "./schemas/problem.ts";

/** The last outcome of the account of this name and definition, if this daemon read it by itself. */
export type OwnOutcomeOf = (
  account: string,
  definition: string,
) => { readonly ageSeconds: number; readonly outcome: ReadOutcome } | undefined;

/** For another daemon with the same accounts, which then need not read this one itself. */
export function peerRoute(ownOutcomeOf: OwnOutcomeOf, snapshot: () => Snapshot): RequestHandler {
  return async (request, response) => {
    const name = String(request.params["name"]);
    const found = ownOutcomeOf(name, queryOf(request).get("definition") ?? "");
    if (found === undefined) sendNotFound(response, problemOf(name, snapshot()));
    else await sendDocument(request, response, { age_seconds: found.ageSeconds, outcome: found.outcome });
  };
}

const NO_OUTCOME = "no outcome of its own of an account of this name and definition";

/** Of a known account nothing near can help: it was not read here, or is another one under the same name. */
function problemOf(name: string, snapshot: Snapshot): NotFound {
  const { near } = unknownAccount(name, snapshot);
  const isKnown = snapshot.accounts.some(({ account }) => account === name);
  return { error: NO_OUTCOME, near: isKnown ? [] : near };
}
