import { type AnswerHeaders, lowerCase } from "../http/rate-limit-headers.ts";
import { retryAfterSeconds } from "../http/retry-after.ts";
import { remainingOf } from "../quota/amounts.ts";
import type { Observation, Refusal } from "../quota/observation.ts";
import { keepTightest, tightestOfEach } from "../quota/open-names.ts";
import type { Reading } from "../quota/reading.ts";
import { type ErrorTold, errorIn } from "./error-body.ts";
import { headerReadings } from "./header-readings.ts";
import type { Understood } from "./provider.ts";
import { refusedReading, spendReading } from "./refused-reading.ts";

/** A call that was not served. */
export interface RefusedCall {
  readonly status: number;
  readonly at: Date;
  readonly model: string | undefined;
  readonly error: ErrorTold;
  /** As it came. */
  readonly body: unknown;
  /** By name in lower case. */
  readonly headers: AnswerHeaders;
  /** What its headers tell. */
  readonly heard: readonly Reading[];
}

/** What a provider means by refusing a call. */
export interface RefusalMeant {
  readonly refusal: Refusal;
  /** What it was refused for the want of; by default what such a refusal stands for wherever nothing is known. */
  readonly readings?: readonly Reading[];
  /** Longer than what the headers ask for, as a rule. */
  readonly retryAfterSeconds?: number | undefined;
}

interface Dialect {
  /** By default every dialect that providers share. */
  readonly hear?: (headers: AnswerHeaders, now: Date) => readonly Reading[];
  /** What its headers tell is of the model that was called, also where it counts for a day. */
  readonly perModel?: true;
  /** Undefined where the status says all. No two providers share it: one and the same code means money here and a busy minute there. */
  readonly refused?: (call: RefusedCall) => RefusalMeant | undefined;
}

/** How the calls to one provider are understood. Pure; never throws. */
export function understanding({
  hear = headerReadings,
  perModel,
  refused,
}: Dialect): (call: Observation) => Understood {
  return ({ status = 0, at, model, error, headers: told }) => {
    const headers = lowerCase(told);
    const heard = ofModel(hear(headers, at), perModel && model);
    if (status < 400 && error === undefined) return { readings: capped([], heard) };
    const call: RefusedCall = { status, at, model, error: errorIn(error), body: error, headers, heard };
    const { refusal, readings = wantOf(refusal, call), ...meant } = refused?.(call) ?? { refusal: refusalOf(call) };
    const wait = longer(meant.retryAfterSeconds, retryAfterSeconds(headers, at));
    return {
      readings: capped(readings, heard),
      refusal,
      ...(wait !== undefined && { retryAfterSeconds: wait }),
    };
  };
}

/** For every provider without words of its own. */
export const understandAny = understanding({});

/** The readings as those of one model; as they are where none is named. */
export function ofModel(heard: readonly Reading[], model: string | undefined): readonly Reading[] {
  return model === undefined || model === "" ? heard : heard.map((reading) => ({ ...reading, models: [model] }));
}

function refusalOf({ status, heard }: RefusedCall): Refusal {
  switch (status) {
    case 401:
    case 403:
      return "auth";
    case 402:
      return "spend_cap";
    case 429:
      // Of a window that is no matter of minutes, the headers prove that it is used up.
      return emptyBuckets(heard).some(({ kind }) => kind !== "rate_limit") ? "quota" : "throttled";
    case 503:
    case 529:
      return "overloaded";
    default:
      return "other";
  }
}

function wantOf(refusal: Refusal, { heard, at }: RefusedCall): readonly Reading[] {
  if (refusal === "spend_cap") return [spendReading(at)];
  if (refusal !== "quota" && refusal !== "throttled") return [];
  const empty = emptyBuckets(heard).map(asRefused);
  return empty.length === 0 && refusal === "throttled" ? [refusedBucket("requests", at)] : empty;
}

/** Those that have nothing left. A share is that of a plan, which has words of its own for a refusal. */
const emptyBuckets = (heard: readonly Reading[]): readonly Reading[] =>
  heard.filter(
    (reading) =>
      (reading.kind === "rate_limit" || (reading.kind === "rolling" && reading.unit !== "ratio")) &&
      (remainingOf(reading) ?? 1) <= 0,
  );

/** A bucket for want of which a call was refused. */
export const refusedBucket = (unit: "requests" | "tokens", now: Date): Reading =>
  refusedReading({ quota: unit, kind: "rate_limit", unit }, now);

export const asRefused = (reading: Reading): Reading => ({ ...reading, refused: true });

/** What a call was refused for keeps the amounts that its headers tell; of all of them no more than an account may have. */
function capped(refused: readonly Reading[], heard: readonly Reading[]): readonly Reading[] {
  const why = refused.map((reading) => {
    const told = heard.find(({ quota, unit }) => quota === reading.quota && unit === reading.unit);
    return told === undefined ? reading : { ...reading, ...told, refused: true as const };
  });
  return keepTightest(tightestOfEach(why).slice(0, MOST_REFUSED), heard).readings;
}

/** A refusal that names more is no refusal of a provider's. */
const MOST_REFUSED = 16;

function longer(one: number | undefined, other: number | undefined): number | undefined {
  return one === undefined || other === undefined ? (one ?? other) : Math.max(one, other);
}
