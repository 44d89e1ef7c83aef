import express, { type ErrorRequestHandler, type Express, type Request, type RequestHandler } from "express";
import { ENGINE_DEFAULTS, type EngineSettings } from "../engine/settings.ts";
import type { Snapshot } from "../engine/snapshot.ts";
import type { MetricsPage } from "../metrics/page.ts";
import { accountDocument, pollsDocument } from "./account-document.ts";
import type { History } from "./account-page.ts";
import { type OnDemandReads, probe, probeSeconds, refresh, unknownAccount } from "./on-demand.ts";
import { accountPageRoute, overviewRoute } from "./page-routes.ts";
import { PAGE_SCRIPT_SOURCE } from "./page-script.ts";
import { PAGE_STYLE_SOURCE } from "./page-style.ts";
import { type OwnOutcomeOf, peerRoute } from "./peer-route.ts";
import { quotasDocument } from "./quotas-document.ts";
import { EXPOSITION, send, sendCoded, sendDocument, sendError, sendPacked, TEXT } from "./respond.ts";

export interface ServerDeps {
  readonly snapshot: () => Snapshot;
  readonly metricsPage: MetricsPage;
  readonly reads: OnDemandReads;
  /** What a peer may take; without it there is nothing. */
  readonly ownOutcomeOf?: OwnOutcomeOf;
  /** What was left of one quota at the times it was read since then, oldest first. */
  readonly history: History;
  /** Every account has been attempted once. */
  readonly ready: () => boolean;
  readonly version: string;
  readonly now: () => Date;
  /** What the engine decides by, for those who ask why; its defaults where nothing is given. */
  readonly settings?: () => EngineSettings;
  /** The config as YAML, fit to be shown. */
  readonly config: () => string;
  /** Loads the config anew and gives the problem, if any; undefined where nobody may ask for it over HTTP. */
  readonly reload: (() => Promise<string | undefined>) | undefined;
  /** Hears of a request that failed for a fault of ours. */
  readonly onError: (error: unknown) => void;
}

const HEADERS: Readonly<Record<string, string>> = {
  "Cache-Control": "no-store",
  "Content-Security-Policy": [
    "default-src 'none'",
    `style-src ${PAGE_STYLE_SOURCE}`,
    `script-src ${PAGE_SCRIPT_SOURCE}`,
    // The page asks for itself anew.
    "connect-src 'self'",
    "base-uri 'none'",
    "form-action 'none'",
    "frame-ancestors 'none'",
  ].join("; "),
  "Cross-Origin-Resource-Policy": "same-origin",
  "Referrer-Policy": "no-referrer",
  "X-Content-Type-Options": "nosniff",
};

/** Turns values into responses. It starts nothing but reads on demand, which the poller rations. */
export function createServer(deps: ServerDeps): Express {
  const { snapshot, metricsPage, ready, onError } = deps;
  const app = express();
  app.disable("x-powered-by");
  app.disable("etag");
  app.enable("strict routing");
  app.enable("case sensitive routing");
  app.set("query parser", false);

  app.use((_request, response, next) => {
    response.set(HEADERS);
    next();
  });

  const get = (path: string, handler: RequestHandler) => app.route(path).get(handler).all(only("GET, HEAD"));

  get("/", overviewRoute(deps));
  get("/accounts/:name", accountPageRoute(deps));
  get("/metrics", (request, response) => sendCoded(request, response, EXPOSITION, metricsPage.render));
  get("/probe", probeRoute(deps));
  get("/api/v1/quotas", quotasRoute(deps));
  get("/api/v1/accounts/:name", accountRoute(deps));
  get("/api/v1/outcomes/:name", peerRoute(deps.ownOutcomeOf ?? (() => undefined)));
  get("/debug/polls", (request, response) =>
    sendDocument(request, response, pollsDocument(snapshot(), deps.reads.log)),
  );
  get("/config", (_request, response) => send(response, 200, TEXT, deps.config()));
  app.route("/-/reload").post(reloadRoute(deps)).put(reloadRoute(deps)).all(only("POST, PUT"));
  get("/-/healthy", (_request, response) => send(response, 200, TEXT, "healthy\n"));
  get("/-/ready", (_request, response) => {
    if (ready()) send(response, 200, TEXT, "ready\n");
    else send(response, 503, TEXT, `not ready: ${whyNotReady(snapshot())}\n`);
  });

  app.use((_request, response) => send(response, 404, TEXT, "not found; see / for what there is\n"));
  app.use(onFailure(onError));
  return app;
}

/** On demand and of one account. It carries credentials: the target is a name of the config, never an address. */
function probeRoute({ snapshot, now, reads }: ServerDeps): RequestHandler {
  return async (request, response) => {
    const [target, ...more] = queryOf(request).getAll("target");
    if (target === undefined || target === "" || more.length > 0) {
      send(response, 400, TEXT, "name one account: /probe?target=ACCOUNT\n");
      return;
    }
    if (accountNamed(target, snapshot()) === undefined) {
      send(response, 400, TEXT, `${unknownAccount(target, snapshot())}\n`);
      return;
    }
    const seconds = probeSeconds(request.get("X-Prometheus-Scrape-Timeout-Seconds"));
    await sendPacked(request, response, EXPOSITION, await probe({ reads, snapshot, now }, target, seconds));
  };
}

/** Whoever posts may send a little that nobody reads. */
const MOST_BODY_BYTES = 1024;

function reloadRoute({ reload }: ServerDeps): RequestHandler {
  return async (request, response) => {
    if (reload === undefined) {
      send(response, 403, TEXT, "reloading over HTTP is off; start with --web.enable-lifecycle\n");
      return;
    }
    if (Number(request.get("Content-Length") ?? 0) > MOST_BODY_BYTES) {
      send(response, 413, TEXT, "a reload takes no body\n");
      return;
    }
    const problem = await reload();
    if (problem === undefined) send(response, 200, TEXT, "reloaded\n");
    else send(response, 500, TEXT, `the config was refused, everything goes on as it was:\n${problem}\n`);
  };
}

function quotasRoute({ snapshot, reads }: ServerDeps): RequestHandler {
  return async (request, response) => {
    const wanted = refreshWanted(request);
    if (wanted === undefined) {
      sendError(response, 400, BAD_REFRESH);
      return;
    }
    if (wanted)
      await refresh(
        reads,
        snapshot().accounts.map(({ account }) => account),
      );
    await sendDocument(request, response, quotasDocument(snapshot()));
  };
}

function accountRoute({ snapshot, reads, now, settings = () => ENGINE_DEFAULTS }: ServerDeps): RequestHandler {
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
    if (account === undefined) sendError(response, 404, unknownAccount(name, current));
    else {
      const log = reads.log(name);
      const facts = { account, at: current.at, log, refresh: refreshed, settings: settings(), now: now() };
      await sendDocument(request, response, accountDocument(facts));
    }
  };
}

const accountNamed = (name: string, { accounts }: Snapshot) => accounts.find(({ account }) => account === name);

const BAD_REFRESH = "refresh is true, false or left out";

/** Undefined when it cannot be told. */
function refreshWanted(request: Pick<Request, "url">): boolean | undefined {
  const refresh = queryOf(request).get("refresh") ?? "false";
  return refresh === "true" ? true : refresh === "false" ? false : undefined;
}

function queryOf({ url }: Pick<Request, "url">): URLSearchParams {
  const [, ...query] = url.split("?");
  return new URLSearchParams(query.join("?"));
}

function onFailure(onError: (error: unknown) => void): ErrorRequestHandler {
  return (error: unknown, _request, response, _next) => {
    if (error instanceof URIError) {
      sendError(response, 400, "the name in the path is not valid percent-encoding");
      return;
    }
    // Half a body with status 200 would pass for a whole one: the connection is cut instead.
    if (response.headersSent) response.destroy();
    else send(response, 500, TEXT, "internal error; the log says more\n");
    onError(error);
  };
}

const only =
  (allowed: string): RequestHandler =>
  (_request, response) => {
    response.set("Allow", allowed);
    send(response, 405, TEXT, "method not allowed\n");
  };

function whyNotReady({ accounts }: Snapshot): string {
  const waiting = accounts.filter((account) => account.lastPollAt === undefined).length;
  return waiting === 0
    ? "waiting for the first read since the start of every account"
    : `waiting for the first read of ${waiting} of ${accounts.length} accounts`;
}
