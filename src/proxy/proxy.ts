import type { IncomingMessage, RequestListener, Server, ServerResponse } from "node:http";
import type { Forwarder } from "../http/forward.ts";
import type { Secret } from "../secret.ts";
import type { Intake } from "../traffic/intake.ts";
import { answerError } from "./answer-error.ts";
import type { Unread } from "./body-reader.ts";
import { type Ending, exchange, TOO_LARGE } from "./exchange.ts";
import { type Gate, isAdmitted, isFromElsewhere } from "./gate.ts";
import { behind } from "./listened.ts";
import { createObserver } from "./observer.ts";
import { type Refused, targetOf } from "./target.ts";

/** Calls whose path begins like this go to the provider of an account. */
export interface ProxyRoute {
  /** Without a slash at its end. */
  readonly path: string;
  readonly account: string;
  readonly baseUrl: string;
  /** What the caller has to show; undefined for nothing. */
  readonly token?: Gate | undefined;
  /** The account's own key and the header for it; undefined where the caller's is passed on. */
  readonly credential?: { readonly header: string; readonly key: () => Promise<Secret> } | undefined;
}

/** What is counted of the proxy. */
export interface ProxyReport {
  readonly began: () => void;
  /** `account` is empty for a path without a route. */
  readonly ended: (account: string, ending: Ending) => void;
  readonly unread: (account: string, why: Unread) => void;
}

interface ProxyOptions {
  /** The longer paths win, whatever the order. */
  readonly routes: readonly ProxyRoute[];
  readonly forwarder: { readonly get: () => Promise<Forwarder> };
  readonly intake: Pick<Intake, "take">;
  readonly report: ProxyReport;
  /** Hears of the first fault of each kind that is ours. */
  readonly onFault: (error: unknown) => void;
  readonly now: () => Date;
  readonly maxBodyBytes?: number;
}

export interface Proxy {
  readonly listener: RequestListener;
  /** Answers what is no plain request. */
  readonly prepare: (server: Server) => void;
  /** For the calls from now on; those under way go on as they began. */
  replace(routes: readonly ProxyRoute[]): void;
}

/** Larger than any file that a provider takes; nothing of it is kept here. */
const MAX_BODY_BYTES = 1024 * 1024 * 1024;

const UNAUTHORIZED: Refused = {
  status: 401,
  message: "this route needs the token of the proxy: as the API key, or in Proxy-Authorization where the key is yours",
};
const FOREIGN: Refused = {
  status: 403,
  message: "this route is for programs on this machine only, which call it as 127.0.0.1 or localhost",
};
const NO_UPGRADE: Refused = { status: 501, message: "this proxy passes on no upgraded connections, such as WebSocket" };
const NO_CODING: Refused = { status: 501, message: "this proxy takes no transfer coding but chunked" };
const NO_CONNECT = "HTTP/1.1 405 Method Not Allowed\r\nConnection: close\r\nContent-Length: 0\r\n\r\n";
const OUR_FAULT: Refused = { status: 502, message: "the request could not be passed on" };

/** Passes calls on to the providers of the accounts, and learns from the answers. */
export function createProxy(options: ProxyOptions): Proxy {
  const { forwarder, intake, report, onFault, now, maxBodyBytes = MAX_BODY_BYTES } = options;
  let routes = longestFirst(options.routes);
  const faults = new Set<string>();
  const fault = (error: unknown) => {
    const kind = String(error);
    if (faults.size >= 100 || faults.has(kind)) return;
    faults.add(kind);
    onFault(error);
  };

  const pass = async (request: IncomingMessage, response: ServerResponse, isWaiting: boolean) => {
    const target = targetOf(request.url ?? "", routes);
    if ("status" in target) return refuse(response, target, "");
    const { route, origin, path } = target;
    const refused = await problemOf(request, route, maxBodyBytes);
    if (refused !== undefined) return refuse(response, refused, route.account);
    const credential = route.credential && { header: route.credential.header, key: await route.credential.key() };
    if (isWaiting) response.writeContinue();
    const unread = (why: Unread) => report.unread(route.account, why);
    const observer = createObserver({
      method: request.method ?? "GET",
      path: path.split("?", 1)[0] ?? "",
      take: (call) => void intake.take(route.account, call),
      unread,
      now,
    });
    const ending = await exchange({
      ...{ request, response, maxBodyBytes },
      forwarder: await forwarder.get(),
      call: { origin, path, credential },
      observer: behind({ observer, unread, onFault: fault }),
      onFault: fault,
    });
    return { account: route.account, ending };
  };
  const handle = (request: IncomingMessage, response: ServerResponse, isWaiting: boolean) => {
    report.began();
    pass(request, response, isWaiting)
      .catch((error: unknown) => {
        fault(error);
        if (response.headersSent) response.destroy();
        else answerError(response, OUR_FAULT);
        return { account: "", ending: "unreachable" as const };
      })
      .then(({ account, ending }) => report.ended(account, ending), fault);
  };
  return {
    listener: (request, response) => handle(request, response, false),
    prepare(server) {
      server.on("checkContinue", (request, response) => handle(request, response, true));
      // A connection beyond the most there may be, which is cut without a word.
      server.on("drop", () => {
        report.began();
        report.ended("", "refused");
      });
      server.on("connect", (_request, socket) => socket.end(NO_CONNECT));
    },
    replace(next) {
      routes = longestFirst(next);
    },
  };
}

async function problemOf(
  request: IncomingMessage,
  { token, credential }: ProxyRoute,
  maxBodyBytes: number,
): Promise<Refused | undefined> {
  // `h2c` is an offer, which may be passed over.
  if (/websocket/i.test(request.headers.upgrade ?? "")) return NO_UPGRADE;
  // The coding is of the caller's connection: without its name nobody could read the body.
  if (!/^(?:chunked)?$/i.test(request.headers["transfer-encoding"] ?? "")) return NO_CODING;
  if (token === undefined && isFromElsewhere(request)) return FOREIGN;
  if (!(await isAdmitted({ token, isKeyOurs: credential !== undefined }, request))) return UNAUTHORIZED;
  return Number(request.headers["content-length"] ?? 0) > maxBodyBytes ? TOO_LARGE : undefined;
}

function refuse(response: ServerResponse, why: Refused, account: string) {
  answerError(response, why);
  return { account, ending: "refused" as const };
}

const longestFirst = (routes: readonly ProxyRoute[]) =>
  routes.toSorted((one, other) => other.path.length - one.path.length);
