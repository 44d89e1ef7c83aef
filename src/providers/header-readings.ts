import { type BucketWindow, type NamedBucket, namedBucket, WINDOW_SECONDS } from "../http/bucket-names.ts";
import { UPSTREAM_PREFIX } from "../http/limit-headers.ts";
import { type AnswerHeaders, type RateLimits, rateLimits } from "../http/rate-limit-headers.ts";
import { type PolicyLimit, structuredRateLimits } from "../http/structured-rate-limits.ts";
import { tightestOfEach } from "../quota/open-names.ts";
import type { Reading } from "../quota/reading.ts";
import { type Bucket, bucketReadings, merged } from "./rate-limit-readings.ts";

/** Over how long a provider counts what its headers tell without a window. */
export interface DefaultWindows {
  readonly requests?: BucketWindow;
  readonly tokens?: BucketWindow;
}

/**
 * What the headers of an answer tell in any of the dialects that providers share. Where two of them tell the same bucket,
 * the first of this list has the finer numbers.
 */
export function headerReadings(headers: AnswerHeaders, now: Date, windows: DefaultWindows = {}): readonly Reading[] {
  const told = [
    bucketsOf(rateLimits(headers, "fieldFirst", now), now, windows),
    bucketsOf(rateLimits(headers, "fieldLast", now), now, windows),
    bucketsOf(rateLimits(headers, "single", now), now, windows),
    bucketsOf(renamed(rateLimits(headers, "tokenLimit", now), "tokens"), now, windows),
    bucketsOf(rateLimits(headers, "ietf", now), now, windows),
    policyReadings(headers, now),
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

function bucketsOf(told: RateLimits, now: Date, windows: DefaultWindows): readonly Reading[] {
  const buckets = [...told.keys()].flatMap((header): Bucket[] => {
    const named = namedBucket(header);
    return named === undefined ? [] : [{ header, ...bucketAs(named, windows) }];
  });
  return tightestOfEach(bucketReadings(buckets, told, { source: "headers", now }));
}

function bucketAs(bucket: NamedBucket, windows: DefaultWindows): Omit<Bucket, "header"> {
  const { quota, unit, window = unit === "requests" ? windows.requests : windows.tokens } = bucket;
  if (window === undefined) return { quota, unit };
  return { quota: `${quota}_${window}`, unit, periodSeconds: WINDOW_SECONDS[window] };
}

function renamed(told: RateLimits, name: string): RateLimits {
  const one = told.get("");
  return one === undefined ? new Map() : new Map([[name, one]]);
}

/** A year: no quota has a longer window. */
const LONGEST_WINDOW_SECONDS = 31_622_400;
/** Up to here a bucket refills before a person could act. */
const LONGEST_BUCKET_SECONDS = 3600;

/**
 * Policies are told apart by their windows, as their names are open-ended. Those that count bytes or open connections
 * have no unit here.
 */
function policyReadings(headers: AnswerHeaders, now: Date): readonly Reading[] {
  const policies = [...structuredRateLimits(headers, now).values()].filter(
    ({ counted = "requests" }) => counted === "requests",
  );
  return tightestOfEach(policies.flatMap((policy) => policyReading(policy, now)));
}

function policyReading({ windowSeconds, ...limit }: PolicyLimit, now: Date): readonly Reading[] {
  if (windowSeconds !== undefined && windowSeconds > LONGEST_WINDOW_SECONDS) return [];
  const window = Object.entries(WINDOW_SECONDS).find(([, seconds]) => seconds === windowSeconds && seconds)?.[0];
  const quota = window === undefined ? "requests" : `requests_${window}`;
  const bucket: Bucket = { header: "", quota, unit: "requests", periodSeconds: windowSeconds };
  const isLong = windowSeconds !== undefined && windowSeconds > LONGEST_BUCKET_SECONDS;
  return bucketReadings([bucket], new Map([["", limit]]), { source: "headers", now }).map((reading) =>
    isLong ? { ...reading, kind: "rolling" } : reading,
  );
}
