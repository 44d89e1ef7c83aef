import { type BucketWindow, type NamedBucket, namedBucket, REQUESTS, WINDOW_SECONDS } from "../http/bucket-names.ts";
import { UPSTREAM_PREFIX } from "../http/limit-headers.ts";
import { listedRateLimits } from "../http/listed-rate-limits.ts";
import { type AnswerHeaders, LONGEST_PERIOD_SECONDS, type RateLimits, rateLimits } from "../http/rate-limit-headers.ts";
import { type PolicyLimit, structuredRateLimits } from "../http/structured-rate-limits.ts";
import { tightestOfEach } from "../quota/open-names.ts";
import type { Reading } from "../quota/reading.ts";
import { type Bucket, bucketReadings, merged } from "./rate-limit-readings.ts";

/** What is known of the buckets of a provider and stands in no header. */
export interface KnownBuckets {
  /** Over how long it counts requests that it tells without a window. */
  readonly requests?: BucketWindow | undefined;
  /** The same of tokens, of whatever kind. */
  readonly tokens?: BucketWindow | undefined;
  /** Ids of quotas that use leaves piece by piece. */
  readonly sliding?: readonly string[];
}

/** By default the headers came by themselves, and nothing more is known than what they tell. */
interface Hearing extends KnownBuckets {
  readonly source?: "headers" | "probe";
}

/**
 * What the headers of an answer tell in any of the dialects that providers share. Where two of them tell the same bucket,
 * the first of this list has the finer numbers.
 */
export function headerReadings(headers: AnswerHeaders, now: Date, hearing: Hearing = {}): readonly Reading[] {
  const { source = "headers", ...known } = hearing;
  const context = { source, now } as const;
  const listed = tightestOfEach(
    listedRateLimits(headers, now).flatMap((policy) => policyReading(policy, known, context)),
  );
  const told = [
    bucketsOf(rateLimits(headers, "fieldFirst", now), known, context),
    bucketsOf(rateLimits(headers, "fieldLast", now), known, context),
    // The same headers: of a list without windows only the first can be understood.
    listed.length > 0 ? listed : bucketsOf(rateLimits(headers, "single", now), known, context),
    bucketsOf(rateLimits(headers, "tokenLimit", now), known, context),
    bucketsOf(rateLimits(headers, "bySize", now), known, context),
    bucketsOf(rateLimits(headers, "trialCalls", now), known, context),
    bucketsOf(rateLimits(headers, "ietf", now), known, context),
    policyReadings(headers, known, context),
  ];
  return told.reduce(merged, []);
}

/** What a gateway passes on of the headers of its upstream. */
export function upstreamHeaders(headers: AnswerHeaders): AnswerHeaders {
  const passedOn = Object.entries(headers).flatMap(([name, value]) => {
    const isUpstream = name.toLowerCase().startsWith(UPSTREAM_PREFIX);
    return isUpstream ? [[name.slice(UPSTREAM_PREFIX.length), value] as const] : [];
  });
  return Object.fromEntries(passedOn);
}

interface Context {
  readonly source: "headers" | "probe";
  readonly now: Date;
}

function bucketsOf(told: RateLimits, known: KnownBuckets, context: Context): readonly Reading[] {
  const buckets = [...told].flatMap(([header, { periodSeconds }]): Bucket[] => {
    const named = namedBucket(header);
    const usual = header === "" ? unlessTold(known, periodSeconds) : known;
    return named === undefined ? [] : [{ header, ...bucketAs(named, usual, periodSeconds) }];
  });
  return tightestOfEach(bucketReadings(buckets, told, context).filter(isGranted));
}

/** A limit of 0 is no quota: the plan does not have the model, or a gateway sets no limit. Nothing of it can run out. */
const isGranted = ({ limit }: Reading): boolean => limit !== 0;

function bucketAs(
  { quota: id, unit, window: named }: NamedBucket,
  known: KnownBuckets,
  told: number | undefined,
): Omit<Bucket, "header"> {
  const window = named ?? windowOf(told) ?? usualWindow(unit, known);
  const quota = window === undefined ? id : `${id}_${window}`;
  return {
    quota,
    unit,
    ...(window !== undefined && { periodSeconds: WINDOW_SECONDS[window] }),
    // A month has no length that would say so.
    ...(window === "month" && { kind: "rolling" }),
    ...(known.sliding?.includes(quota) && { sliding: true }),
  };
}

function usualWindow(unit: Reading["unit"], { requests, tokens }: KnownBuckets): BucketWindow | undefined {
  if (unit === "requests") return requests;
  return unit.endsWith("tokens") ? tokens : undefined;
}

/** A policy that tells its window says more than what is known of the requests of most. */
const unlessTold = (known: KnownBuckets, windowSeconds: number | undefined): KnownBuckets =>
  windowSeconds === undefined ? known : {};

const WINDOWS = Object.keys(WINDOW_SECONDS) as readonly BucketWindow[];

const windowOf = (seconds: number | undefined): BucketWindow | undefined =>
  seconds === undefined ? undefined : WINDOWS.find((window) => WINDOW_SECONDS[window] === seconds);

/**
 * Policies are told apart by their windows, as their names are open-ended. Those that count bytes or open connections
 * have no unit here.
 */
function policyReadings(headers: AnswerHeaders, known: KnownBuckets, context: Context): readonly Reading[] {
  const policies = [...structuredRateLimits(headers, context.now).values()].filter(
    ({ counted = "requests" }) => counted === "requests",
  );
  return tightestOfEach(policies.flatMap((policy) => policyReading(policy, known, context)));
}

function policyReading(
  { windowSeconds, ...limit }: PolicyLimit,
  known: KnownBuckets,
  context: Context,
): readonly Reading[] {
  if (windowSeconds !== undefined && windowSeconds > LONGEST_PERIOD_SECONDS) return [];
  const bucket = {
    ...{ header: "", ...bucketAs(REQUESTS, unlessTold(known, windowSeconds), windowSeconds) },
    ...(windowSeconds !== undefined && { periodSeconds: windowSeconds }),
  };
  return bucketReadings([bucket], new Map([["", limit]]), context).filter(isGranted);
}
