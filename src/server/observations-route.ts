import type { Request, RequestHandler, Response } from "express";
import type { ObservationResult } from "../metrics/exporter-metrics.ts";
import type { Reading } from "../quota/reading.ts";
import type { Intake, Taken } from "../traffic/intake.ts";
import { isLoopback } from "./loopback.ts";
import { checkedObservation, type ObservationChecks, type Refused, unknownNames } from "./observation.ts";
import { readJsonBody } from "./request-body.ts";
import { sendAnswer, sendError } from "./respond.ts";
import type { ObservationsDocument, RefusedObservation, TakenObservation } from "./schemas/observations.ts";

export interface ObservationDeps {
  readonly accounts: () => ObservationChecks["accounts"];
  readonly take: Intake["take"];
  readonly limitHeaders: ObservationChecks["limitHeaders"];
  /** Hears how every observation ended. */
  readonly counted: (result: ObservationResult) => void;
  /** Whether everybody had to show a token to get this far. */
  readonly isGuarded: () => boolean;
  /** The address that the daemon listens on. */
  readonly host: () => string;
}

interface RouteDeps extends ObservationDeps {
  readonly now: () => Date;
  /** Hears of a fault of ours. */
  readonly onError: (error: unknown) => void;
}

const MOST_BYTES = 1024 * 1024;
/** A megabyte of the shortest ones would keep a scrape waiting for a second. */
const MOST_AT_ONCE = 1000;

/** Where nobody learns from live traffic. */
export const NO_OBSERVATIONS: ObservationDeps = {
  accounts: () => [],
  take: () => undefined,
  limitHeaders: () => ({}),
  counted: () => undefined,
  isGuarded: () => false,
  host: () => "127.0.0.1",
};

/** Learns from what calls to providers told somebody else. */
export function observationsRoute(deps: RouteDeps): RequestHandler {
  return async (request, response) => {
    const forbidden = whyNot(request, deps);
    if (forbidden !== undefined) {
      sendError(response, 403, forbidden);
      return;
    }
    const body = await readJsonBody(request, MOST_BYTES);
    if (body === undefined) return;
    if ("problem" in body) {
      refuse(response, deps, body);
      return;
    }
    const sent = listOf(body.value);
    if (sent.length > MOST_AT_ONCE) {
      refuse(response, deps, { status: 413, problem: `at most ${MOST_AT_ONCE} observations at once` });
      return;
    }
    const document = takeAll(sent, await checksOf(deps), deps);
    sendAnswer(response, document.refused > 0 && document.accepted === 0 ? 422 : 200, document);
  };
}

function refuse(response: Response, { counted }: RouteDeps, { status, problem }: { status: number; problem: string }) {
  counted("unreadable");
  sendError(response, status, problem);
}

/**
 * What is sent here changes what is alerted. Without a token only this machine may, and nobody through the browser of
 * its user: a page that has its own name point here is told by that name.
 */
function whyNot(request: Request, { isGuarded, host }: RouteDeps): string | undefined {
  if (isGuarded()) return undefined;
  if (!isLoopback(host()) || !isLoopback(request.socket.remoteAddress ?? ""))
    return "observations beyond this machine need a token: set web.token_file or web.token_env, and send it as Authorization: Bearer TOKEN";
  const name = (request.headers.host ?? "").replace(/:\d+$/, "");
  if (isLoopback(name)) return undefined;
  return "without web.token_file or web.token_env, observations are taken only at 127.0.0.1, [::1] or localhost";
}

/** One, a list, or a list that has a name. */
function listOf(value: unknown): readonly unknown[] {
  if (Array.isArray(value)) return value;
  const { observations, ...others } = (value ?? {}) as { readonly observations?: unknown };
  return Array.isArray(observations) && Object.keys(others).length === 0 ? observations : [value];
}

let loaded: Pick<ObservationChecks, "schema"> | undefined;

/** The schema is made when it is first asked for: a start need not pay for it. */
async function checksOf({ accounts, limitHeaders, now }: RouteDeps): Promise<ObservationChecks> {
  loaded ??= { schema: (await import("./schemas/observations.ts")).OBSERVATION };
  const known = accounts();
  return { ...loaded, accounts: known, unknown: unknownNames(known), limitHeaders, now: now() };
}

function takeAll(sent: readonly unknown[], checks: ObservationChecks, deps: RouteDeps): ObservationsDocument {
  const results = sent.map((one, index) => {
    const result = takeOne(one, checks, deps);
    if (!("result" in result)) {
      deps.counted("accepted");
      return result;
    }
    const { result: why, ...rest } = result;
    deps.counted(why);
    return { index, ...rest } satisfies RefusedObservation;
  });
  const refused = results.filter((result) => "index" in result).length;
  return { accepted: results.length - refused, refused, results };
}

/** A fault of ours in one of them is no reason to lose the others. */
function takeOne(sent: unknown, checks: ObservationChecks, { take, onError }: RouteDeps): TakenObservation | Refused {
  try {
    const checked = checkedObservation(sent, checks);
    if ("result" in checked) return checked;
    const taken = take(checked.account, checked.call);
    if (taken === undefined) return { result: "unknown_account", error: "the account has just left the config" };
    return toldOf(checked.account, taken);
  } catch (error) {
    onError(error);
    return { result: "failed", error: "a fault in the exporter; its log says more" };
  }
}

const toldOf = (account: string, { readings, refusal, counted }: Taken): TakenObservation => ({
  account,
  readings: readings.map(readingOf),
  refusal: refusal ?? null,
  counted,
});

const readingOf = ({ quota, limit, remaining, resetAt }: Reading) => ({
  quota,
  limit: limit ?? null,
  remaining: remaining ?? null,
  reset_at: resetAt?.toISOString() ?? null,
});
