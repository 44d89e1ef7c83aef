import type { RequestHandler } from "express";
import { ENGINE_DEFAULTS, type EngineSettings } from "../engine/settings.ts";
import type { Snapshot } from "../engine/snapshot.ts";
import type { PollLog } from "../quota/poll-log.ts";
import { accountPage, type History, unknownAccountPage } from "./account-page.ts";
import { statusPage } from "./page.ts";
import { queryOf } from "./query.ts";
import { HTML, send, sendPacked } from "./respond.ts";

interface PageDeps {
  readonly snapshot: () => Snapshot;
  readonly reads: { readonly log: (account: string) => PollLog | undefined };
  readonly history: History;
  readonly version: string;
  readonly now: () => Date;
  readonly settings?: () => EngineSettings;
}

export function overviewRoute({ snapshot, now, version }: PageDeps): RequestHandler {
  return (request, response) => {
    return sendPacked(request, response, HTML, statusPage(snapshot(), now(), version, queryOf(request)));
  };
}

export function accountPageRoute(deps: PageDeps): RequestHandler {
  const { snapshot, reads, history, now, version, settings = () => ENGINE_DEFAULTS } = deps;
  return async (request, response) => {
    const name = String(request.params["name"]);
    const { at, accounts } = snapshot();
    const account = accounts.find((one) => one.account === name);
    if (account === undefined) {
      send(response, 404, HTML, unknownAccountPage(name, accounts, version));
      return;
    }
    const facts = { account, at, log: reads.log(name), history, settings: settings(), now: now(), version };
    await sendPacked(request, response, HTML, await accountPage(facts));
  };
}
