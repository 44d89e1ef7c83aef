import type { Request, RequestHandler } from "express";
import { ENGINE_DEFAULTS, type EngineSettings } from "../engine/settings.ts";
import type { Snapshot } from "../engine/snapshot.ts";
import { accountDocument } from "./account-document.ts";
import { chosenAccounts, sendProblem, unknownAccount } from "./choice.ts";
import { type OnDemandReads, refresh } from "./on-demand.ts";
import { queryOf } from "./query.ts";
import { quotasDocument } from "./quotas-document.ts";
import { sendDocument, sendError, sendNotFound } from "./respond.ts";

interface ApiDeps {
  readonly snapshot: () => Snapshot;
  readonly reads: OnDemandReads;
  readonly now: () => Date;
  readonly settings?: () => EngineSettings;
}

export function quotasRoute({ snapshot, reads }: ApiDeps): RequestHandler {
  return async (request, response) => {
    const wanted = refreshWanted(request);
    if (wanted === undefined) {
      sendError(response, 400, BAD_REFRESH);
      return;
    }
    const choice = chosenAccounts(queryOf(request), snapshot());
    if ("problem" in choice) {
      sendProblem(response, choice.problem);
      return;
    }
    const chosen = () => snapshot().accounts.filter(choice.matches);
    if (wanted)
      await refresh(
        reads,
        chosen().map(({ account }) => account),
      );
    const { at, accounts } = snapshot();
    await sendDocument(request, response, quotasDocument({ at, accounts: accounts.filter(choice.matches) }));
  };
}

export function accountRoute({ snapshot, reads, now, settings = () => ENGINE_DEFAULTS }: ApiDeps): RequestHandler {
  return async (request, response) => {
    const name = String(request.params["name"]);
    const wanted = refreshWanted(request);
    if (wanted === undefined) {
      sendError(response, 400, BAD_REFRESH);
      return;
    }
    const isKnown = accountNamed(name, snapshot()) !== undefined;
    const refreshed = isKnown && wanted ? await refresh(reads, [name]) : undefined;
    const current = snapshot();
    const account = accountNamed(name, current);
    if (account === undefined) sendNotFound(response, unknownAccount(name, current));
    else {
      const log = reads.log(name);
      const facts = { account, at: current.at, log, refresh: refreshed, settings: settings(), now: now() };
      await sendDocument(request, response, accountDocument(facts));
    }
  };
}

export const accountNamed = (name: string, { accounts }: Snapshot) => accounts.find(({ account }) => account === name);

const BAD_REFRESH = "refresh is true, false or left out";

/** Undefined when it cannot be told. */
function refreshWanted(request: Pick<Request, "url">): boolean | undefined {
  const refresh = queryOf(request).get("refresh") ?? "false";
  return refresh === "true" ? true : refresh === "false" ? false : undefined;
}
