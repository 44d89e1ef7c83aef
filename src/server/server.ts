import { promisify } from "node:util";
import { constants, gzip } from "node:zlib";
import express, {
  type ErrorRequestHandler,
  type Express,
  type Request,
  type RequestHandler,
  type Response,
} from "express";
import type { Snapshot } from "../engine/snapshot.ts";
import { statusPage } from "./page.ts";
import { PAGE_STYLE_SOURCE } from "./page-style.ts";
import { quotasDocument } from "./quotas-document.ts";

export interface ServerDeps {
  readonly snapshot: () => Snapshot;
  readonly metricsPage: { readonly render: () => Promise<string> };
  /** Every account has been attempted once. */
  readonly ready: () => boolean;
  readonly version: string;
  readonly now: () => Date;
  /** Hears of a request that failed for a fault of ours. */
  readonly onError: (error: unknown) => void;
}

const TEXT = "text/plain; charset=utf-8";
/** Prometheus 3 fails a scrape whose type is not exactly one it knows. */
const EXPOSITION = "text/plain; version=0.0.4; charset=utf-8";

const HEADERS: Readonly<Record<string, string>> = {
  "Cache-Control": "no-store",
  "Content-Security-Policy": [
    "default-src 'none'",
    `style-src ${PAGE_STYLE_SOURCE}`,
    "base-uri 'none'",
    "form-action 'none'",
    "frame-ancestors 'none'",
  ].join("; "),
  "Cross-Origin-Resource-Policy": "same-origin",
  "Referrer-Policy": "no-referrer",
  "X-Content-Type-Options": "nosniff",
};

/** Turns values into responses. It reads what the daemon knows already, and starts nothing. */
export function createServer({ snapshot, metricsPage, ready, version, now, onError }: ServerDeps): Express {
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

  const get = (path: string, handler: RequestHandler) => app.route(path).get(handler).all(onlyGet);

  get("/", (request, response) =>
    sendPacked(request, response, "text/html; charset=utf-8", statusPage(snapshot(), now(), version)),
  );
  get("/metrics", async (request, response) => sendPacked(request, response, EXPOSITION, await metricsPage.render()));
  get("/api/v1/quotas", (request, response) =>
    sendPacked(request, response, "application/json; charset=utf-8", `${JSON.stringify(quotasDocument(snapshot()))}\n`),
  );
  get("/-/healthy", (_request, response) => send(response, 200, TEXT, "healthy\n"));
  get("/-/ready", (_request, response) => {
    if (ready()) send(response, 200, TEXT, "ready\n");
    else send(response, 503, TEXT, `not ready: ${whyNotReady(snapshot())}\n`);
  });

  app.use((_request, response) => send(response, 404, TEXT, "not found; see / for what there is\n"));

  const onFailure: ErrorRequestHandler = (error: unknown, _request, response, _next) => {
    // Half a body with status 200 would pass for a whole one: the connection is cut instead.
    if (response.headersSent) response.destroy();
    else send(response, 500, TEXT, "internal error; the log says more\n");
    onError(error);
  };
  app.use(onFailure);
  return app;
}

const onlyGet: RequestHandler = (_request, response) => {
  response.set("Allow", "GET, HEAD");
  send(response, 405, TEXT, "method not allowed\n");
};

function whyNotReady({ accounts }: Snapshot): string {
  const waiting = accounts.filter((account) => account.lastPollAt === undefined).length;
  return waiting === 0
    ? "starting or stopping"
    : `waiting for the first read of ${waiting} of ${accounts.length} accounts`;
}

const pack = promisify(gzip);

async function sendPacked(request: Request, response: Response, type: string, text: string): Promise<void> {
  response.set("Vary", "Accept-Encoding");
  if (request.acceptsEncodings("gzip", "identity") !== "gzip") {
    send(response, 200, type, text);
    return;
  }
  // Level 1: a scrape should be over soon, and repeated labels pack well at any level.
  const packed = await pack(text, { level: constants.Z_BEST_SPEED });
  response.set("Content-Encoding", "gzip");
  send(response, 200, type, packed);
}

/** Not express' own `send`: that one rewrites the content type, and Prometheus wants it to the letter. */
function send(response: Response, status: number, type: string, body: string | Buffer): void {
  response.writeHead(status, { "Content-Type": type, "Content-Length": Buffer.byteLength(body) });
  response.end(body);
}
