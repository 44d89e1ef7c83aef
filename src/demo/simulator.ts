import { once } from "node:events";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import type { Clock } from "./load.ts";
import type { Call, Reply, Upstream } from "./upstream.ts";

/** How the server treats a call, whatever the account is doing. `html` is a page with status 200. */
type AnswerMode = "ok" | "hang" | "html" | `status:${number}`;
type Mode = AnswerMode | "refuse";

/** In force from this long after the start, until the next one. */
export interface ModeStep {
  readonly fromSeconds: number;
  readonly mode: AnswerMode;
}

export interface SimulatorOptions {
  readonly clock?: Clock;
  /** 0, the default, takes a free one. */
  readonly port?: number;
  /** In order of time; `setMode` ends it. */
  readonly script?: readonly ModeStep[];
}

export interface Simulator {
  /** What an account's `base_url` is set to. */
  readonly baseUrl: string;
  /** `refuse` closes the port and cuts open connections; any other mode opens the same port again. */
  setMode(mode: Mode, options?: { readonly retryAfterSeconds?: number }): Promise<void>;
  /** Calls so far to this path, written as it follows `baseUrl`, in whatever mode. */
  requests(path: string): number;
  stop(): Promise<void>;
}

/** Serves one simulated account over HTTP on the loopback interface. */
export async function startSimulator(upstream: Upstream, options: SimulatorOptions = {}): Promise<Simulator> {
  const { clock = Date.now, script = [] } = options;
  const startedAt = clock();
  const counts = new Map<string, number>();
  let chosen: Mode | undefined;
  let retryAfterSeconds: number | undefined;

  const modeNow = (): Mode => {
    const elapsed = (clock() - startedAt) / 1000;
    return chosen ?? script.findLast((step) => step.fromSeconds <= elapsed)?.mode ?? "ok";
  };
  const server = createServer((request, response) => {
    request.resume();
    const call = callOf(request, upstream.basePath);
    if (call !== undefined) counts.set(call.path, (counts.get(call.path) ?? 0) + 1);
    const reply = replyOf(upstream, call, modeNow());
    // By the clock of the demo: what headers tell as an instant is measured against it.
    response.setHeader("Date", new Date(clock()).toUTCString());
    if (reply !== undefined) send(response, reply, retryAfterSeconds);
  });
  const open = async (port: number): Promise<number> => {
    server.listen(port, "127.0.0.1");
    await once(server, "listening");
    return (server.address() as AddressInfo).port;
  };
  const close = async (): Promise<void> => {
    if (!server.listening) return;
    server.close();
    server.closeAllConnections();
    await once(server, "close");
  };
  const port = await open(options.port ?? 0);

  return {
    baseUrl: `http://127.0.0.1:${port}${upstream.basePath}`,
    async setMode(mode, { retryAfterSeconds: after } = {}) {
      chosen = mode;
      retryAfterSeconds = after;
      if (mode === "refuse") await close();
      else if (!server.listening) await open(port);
    },
    requests: (path) => counts.get(path) ?? 0,
    stop: close,
  };
}

function callOf(request: IncomingMessage, basePath: string): Call | undefined {
  const [target = "/"] = (request.url ?? "/").split("?");
  if (!target.startsWith(`${basePath}/`)) return undefined;
  const header = request.headers["x-api-key"];
  return {
    method: request.method ?? "GET",
    path: target.slice(basePath.length),
    bearer: /^Bearer (.+)$/.exec(request.headers.authorization ?? "")?.[1],
    apiKeyHeader: typeof header === "string" ? header : undefined,
  };
}

/** Undefined: no answer at all. */
function replyOf(upstream: Upstream, call: Call | undefined, mode: Mode): Reply | undefined {
  if (mode === "hang" || mode === "refuse") return undefined;
  if (mode === "html") return { status: 200, body: "<!doctype html><title>Please stand by</title>" };
  if (mode !== "ok") return upstream.failure(Number(mode.slice("status:".length)));
  return call === undefined ? upstream.failure(404) : upstream.reply(call);
}

function send(response: ServerResponse, { status, headers, body }: Reply, retryAfterSeconds: number | undefined): void {
  if (status === 429 && retryAfterSeconds !== undefined) response.setHeader("Retry-After", retryAfterSeconds);
  const isText = typeof body === "string";
  const type = !isText ? "application/json" : body.startsWith("<") ? "text/html" : "text/plain";
  response.writeHead(status, { "Content-Type": `${type}; charset=utf-8`, ...headers });
  response.end(isText ? body : JSON.stringify(body));
}
