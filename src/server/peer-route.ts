import type { RequestHandler } from "express";
import type { ReadOutcome } from "../quota/account.ts";
import { sendDocument, sendError } from "./respond.ts";

/** The last outcome of the account of this name and definition, if this daemon read it by itself. */
export type OwnOutcomeOf = (
  account: string,
  definition: string,
) => { readonly ageSeconds: number; readonly outcome: ReadOutcome } | undefined;

/** For another daemon with the same accounts, which then need not read this one itself. */
export function peerRoute(ownOutcomeOf: OwnOutcomeOf): RequestHandler {
  return async (request, response) => {
    // A path and a query, whatever host the other side believes this to be.
    const definition = new URL(request.url, "http://localhost").searchParams.get("definition") ?? "";
    const found = ownOutcomeOf(String(request.params["name"]), definition);
    if (found === undefined)
      sendError(response, 404, "no outcome of its own of an account of this name and definition");
    else await sendDocument(request, response, { age_seconds: found.ageSeconds, outcome: found.outcome });
  };
}
