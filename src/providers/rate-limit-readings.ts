import { z } from "zod";
import type { JsonAnswer } from "../http/client.ts";
import type { AnswerHeaders, RateLimit, RateLimits } from "../http/rate-limit-headers.ts";
import { UpstreamError } from "../http/upstream-error.ts";
import type { AccountReading, Kind, Reading, Unit } from "../quota/reading.ts";

/** What an account takes of which only a call that costs something tells all. */
export const PROBE_SETTINGS = { probe: z.boolean().default(false), probe_model: z.string().trim().min(1).optional() };

export interface Bucket {
  /** As `rateLimits` names it. */
  readonly header: string;
  readonly quota: string;
  readonly unit: Unit;
  /** Where it is known over how long it counts, and no header tells another period. */
  readonly periodSeconds?: number | undefined;
  /** By default what the period says. */
  readonly kind?: Kind | undefined;
  /** Use leaves it piece by piece. Of what refills before anybody could act that says nothing. */
  readonly sliding?: true | undefined;
}

/** Up to here a bucket refills before a person could act. */
const LONGEST_BUCKET_SECONDS = 3600;

/** Nobody can wait for a window of more than an hour: it is one that has to be forecast. */
const kindOf = (periodSeconds = 0): Kind => (periodSeconds > LONGEST_BUCKET_SECONDS ? "rolling" : "rate_limit");

/** The buckets that tell what is left, in the order of the list. A limit alone says nothing of that. */
export function bucketReadings(
  buckets: readonly Bucket[],
  told: RateLimits,
  { source, now }: { readonly source: "headers" | "probe"; readonly now: Date },
): readonly Reading[] {
  return buckets.flatMap(({ header, quota, unit, sliding, ...known }): Reading[] => {
    const { limit, remaining, resetAt, periodSeconds = known.periodSeconds }: RateLimit = told.get(header) ?? {};
    if (remaining === undefined) return [];
    const kind = known.kind ?? kindOf(periodSeconds);
    return [
      {
        quota,
        kind,
        unit,
        readAt: now,
        ...(limit !== undefined && { limit }),
        remaining,
        // A bucket that was full again before we asked has no reset to come, and would count as over at once.
        ...(resetAt !== undefined && resetAt > now && { resetAt }),
        ...(periodSeconds !== undefined && { periodSeconds }),
        ...(sliding === true && kind === "rolling" && { sliding }),
        enforcement: "hard",
        source,
        confidence: "reported",
      },
    ];
  });
}

/** The readings of `first`, and of `second` what `first` does not tell. */
export function merged(first: readonly Reading[], second: readonly Reading[]): readonly Reading[] {
  const told = new Set(first.map(({ quota }) => quota));
  return [...first, ...second.filter(({ quota }) => !told.has(quota))];
}

/** `data` is absent for a call that was refused, but whose headers tell what is left. */
export interface Heard<T> extends Pick<AccountReading, "readings" | "retryAfterSeconds"> {
  readonly data?: T;
}

/**
 * What an answer and its headers tell. Of a 429, which is when the numbers matter most, the headers alone are an answer
 * too, with the wait that it asks for.
 */
export async function hear<T>(
  call: Promise<JsonAnswer<T>>,
  toReadings: (headers: AnswerHeaders) => readonly Reading[],
): Promise<Heard<T>> {
  try {
    const { data, headers } = await call;
    return { data, readings: toReadings(headers) };
  } catch (error) {
    if (!(error instanceof UpstreamError) || error.reason !== "rate_limited") throw error;
    const readings = toReadings(error.rateLimitHeaders);
    if (readings.length === 0) throw error;
    const { retryAfterSeconds } = error;
    return { readings, ...(retryAfterSeconds !== undefined && { retryAfterSeconds }) };
  }
}

/** What a call has cost. */
export interface Usage {
  readonly inputTokens: number;
  readonly outputTokens: number;
}

/** One call that costs a token, timed. A refused one cost nothing and has no `probe`, nor has one whose cost is not told. */
export async function hearProbe(
  model: string,
  send: () => Promise<JsonAnswer<Usage | undefined>>,
  toReadings: (headers: AnswerHeaders) => readonly Reading[],
): Promise<Pick<AccountReading, "readings" | "retryAfterSeconds" | "probe">> {
  const startedAt = performance.now();
  const { data, ...told } = await hear(send(), toReadings);
  if (data === undefined) return told;
  return { ...told, probe: { model, ...data, latencyMs: Math.round(performance.now() - startedAt) } };
}
