import express, { type ErrorRequestHandler, type Express, type RequestHandler } from "express";
import type { EngineSettings } from "../engine/settings.ts";
import type { Snapshot } from "../engine/snapshot.ts";
import type { MetricsPage } from "../metrics/page.ts";
import { pollsDocument } from "./account-document.ts";
import type { History } from "./account-page.ts";
import { accountNamed, accountRoute, quotasRoute } from "./api-routes.ts";
import { type TokenGate, tokenGate } from "./auth.ts";
import { unknownAccount } from "./choice.ts";
import { eventRoute } from "./event-route.ts";
import { createEvents, type Events } from "./events.ts";
import { NO_OBSERVATIONS, type ObservationDeps, observationsRoute } from "./observations-route.ts";
import { type OnDemandReads, probe, probeSeconds } from "./on-demand.ts";
import { accountPageRoute, overviewRoute } from "./page-routes.ts";
import { PAGE_SCRIPT_SOURCE } from "./page-script.ts";
import { PAGE_STYLE_SOURCE } from "./page-style.ts";
import { pathsOf, unknownPath } from "./paths.ts";
import { type OwnOutcomeOf, peerRoute } from "./peer-route.ts";
import { queryOf } from "./query.ts";
import { EXPOSITION, send, sendCoded, sendDocument, sendError, sendNotFound, sendPacked, TEXT } from "./respond.ts";
import { type OnUndetermined, routeAdvice } from "./route-advice.ts";

export interface ServerDeps {
  readonly snapshot: () => Snapshot;
  readonly metricsPage: MetricsPage;
  readonly reads: OnDemandReads;
  /** What a peer may take; without it there is nothing. */
  readonly ownOutcomeOf?: OwnOutcomeOf;
  /** What changes, for those who follow it; without it nothing ever does. */
  readonly events?: Pick<Events, "follow">;
  /** Who is let in; everybody where it is left out. */
  readonly gate?: TokenGate;
  /** What learns from live traffic. */
  readonly observations?: ObservationDeps;
  /** What was left of one quota at the times it was read since then, oldest first. */
  readonly history: History;
  /** Every account has been attempted once. */
  readonly ready: () => boolean;
  readonly version: string;
  readonly now: () => Date;
  /** Hears of accounts that routing advice counts on without knowing enough of them. */
  readonly onUndetermined?: OnUndetermined;
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
  const { snapshot, metricsPage, ready, onError, events = createEvents({ snapshot: nothing, now: deps.now }) } = deps;
  const app = guarded(deps.gate);
  const get = (path: string, handler: RequestHandler) => app.route(path).get(handler).all(only("GET, HEAD"));

  get("/", overviewRoute(deps));
  get("/accounts/:name", accountPageRoute(deps));
  get("/metrics", (request, response) => sendCoded(request, response, EXPOSITION, metricsPage.render));
  get("/probe", probeRoute(deps));
  get("/api/v1/quotas", quotasRoute(deps));
  get("/api/v1/accounts/:name", accountRoute(deps));
  get("/api/v1/outcomes/:name", peerRoute(deps.ownOutcomeOf ?? (() => undefined), snapshot));
  get("/api/v1/route", routeAdvice(deps));
  get("/api/v1/events", eventRoute({ events, snapshot }));
  const observations = { ...(deps.observations ?? NO_OBSERVATIONS), now: deps.now, onError };
  app.route("/api/v1/observations").post(observationsRoute(observations)).all(only("POST"));
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

  const paths = pathsOf(app);
  app.use((request, response) => sendNotFound(response, unknownPath(request.path, paths)));
  app.use(onFailure(onError));
  return app;
}

/** What holds for every answer, whatever is asked for. */
function guarded(gate: TokenGate | undefined): Express {
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
  if (gate !== undefined) app.use(tokenGate(gate));
  return app;
}

const nothing = (): Snapshot => ({ at: new Date(0), accounts: [] });

/** On demand and of one account. It carries credentials: the target is a name of the config, never an address. */
function probeRoute({ snapshot, now, reads }: ServerDeps): RequestHandler {
  return async (request, response) => {
    const [target, ...more] = queryOf(request).getAll("target");
    if (target === undefined || target === "" || more.length > 0) {
      send(response, 400, TEXT, "name one account: /probe?target=ACCOUNT\n");
      return;
    }
    if (accountNamed(target, snapshot()) === undefined) {
      sendNotFound(response, unknownAccount(target, snapshot()));
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
