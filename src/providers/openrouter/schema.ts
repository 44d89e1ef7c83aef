import { z } from "zod";
import type { UpstreamReason } from "../../http/upstream-error.ts";
import { nextFirst, nextMidnight, nextMonday } from "../../quota/calendar.ts";
import { amountsIn } from "../../quota/counters.ts";
import type { AccountReading, Reading } from "../../quota/reading.ts";
import { IsoTime, isTold } from "../fields.ts";

// https://openrouter.ai/docs/api/api-reference/api-keys/get-current-key and …/credits/get-credits, read 2026-11-21.
// A `limit` of null is a key without a cap, which still spends the balance. `limit_remaining` may be below 0.
// `rate_limit` is not read: it is deprecated and holds -1 or any number.
const Usd = z.number().nullish();

/** Shared by all keys of the account. Missing in older answers. */
const FreeRequests = z
  .object({
    limit: z.number().nonnegative().nullish(),
    used: z.number().nonnegative().nullish(),
    remaining: z.number().nullish(),
  })
  .nullish();

const KeyData = z.object({
  limit: z.number().nonnegative().nullable(),
  limit_remaining: Usd,
  /** The name of a period, not a time; null: never. */
  limit_reset: z.string().nullish(),
  include_byok_in_limit: z.boolean().nullish(),
  usage: Usd,
  usage_daily: Usd,
  usage_weekly: Usd,
  usage_monthly: Usd,
  byok_usage: Usd,
  byok_usage_daily: Usd,
  byok_usage_weekly: Usd,
  byok_usage_monthly: Usd,
  free_model_daily_requests: FreeRequests,
  expires_at: IsoTime.nullish(),
});
type KeyData = z.infer<typeof KeyData>;

export const Key = z.object({ data: KeyData }).transform(({ data }) => data);

/** Both count from the beginning of the account. The balance, in dollars, may be below 0. */
export const Credits = z
  .object({ data: z.object({ total_credits: z.number(), total_usage: z.number() }) })
  .transform(({ data }) => data.total_credits - data.total_usage);

const REFUSALS: ReadonlyMap<unknown, UpstreamReason> = new Map([
  ["openrouter_credits", "not_entitled"],
  ["openrouter_key_limit", "not_entitled"],
  // Too much at the same moment: it passes, although it comes as a 402.
  ["openrouter_in_flight_budget", "rate_limited"],
]);

/**
 * https://openrouter.ai/docs/api_reference/limits, read 2026-11-21, has a 402 for a key that is used up; users report a
 * 403 for it, which only its wording tells from a key that is refused.
 */
export const Refusal = z
  .object({
    error: z.object({
      message: z.unknown().optional(),
      metadata: z.object({ limit_source: z.unknown().optional() }).nullish().catch(undefined),
    }),
  })
  .transform(({ error: { message, metadata } }): UpstreamReason | undefined => {
    const isUsedUp = typeof message === "string" && message.startsWith("Key limit exceeded");
    return REFUSALS.get(metadata?.limit_source) ?? (isUsedUp ? "not_entitled" : undefined);
  });

/** Where the windows end: 00:00 UTC, of Monday, of the first. */
const PERIODS = {
  daily: { next: nextMidnight, facts: { periodSeconds: 86_400 } },
  weekly: { next: nextMonday, facts: { periodSeconds: 604_800 } },
  monthly: { next: nextFirst, facts: {} },
} as const;
type Period = keyof typeof PERIODS;

/** `balanceUsd` is undefined where the credential may not see it. */
export function toAccountReading(key: KeyData, balanceUsd: number | undefined, now: Date): AccountReading {
  const balance = balanceUsd === undefined ? [] : [balanceReading(balanceUsd, now)];
  return {
    readings: [...balance, ...keyLimit(key, now), ...freeRequests(key.free_model_daily_requests, now)],
    metered: true,
    ...(key.expires_at === undefined || key.expires_at === null ? {} : { credentialExpiresAt: key.expires_at }),
  };
}

function balanceReading(remaining: number, now: Date): Reading {
  return {
    quota: "balance",
    kind: "credits",
    unit: "usd",
    readAt: now,
    remaining,
    enforcement: "hard",
    source: "api",
    confidence: "reported",
  };
}

function keyLimit(key: KeyData, now: Date): Reading[] {
  const { limit, limit_remaining: remaining } = key;
  if (limit === null) return [];
  const amounts = amountsIn({ limit, remaining, used: isTold(remaining) ? undefined : usedOfLimit(key) });
  return [
    {
      quota: "key_limit",
      unit: "usd",
      ...windowOf(key.limit_reset, now),
      readAt: now,
      ...amounts,
      enforcement: "hard",
      source: "api",
      confidence: amounts === undefined ? "degraded" : "reported",
    },
  ];
}

/** A period that we do not know does reset, at a time that we do not know. */
function windowOf(reset: string | null | undefined, now: Date): Pick<Reading, "kind" | "resetAt" | "periodSeconds"> {
  if (!isTold(reset)) return { kind: "credits" };
  if (!isPeriod(reset)) return { kind: "calendar" };
  const { next, facts } = PERIODS[reset];
  return { kind: "calendar", ...facts, resetAt: next(now) };
}

/** What counts against the limit in its current period; undefined where a part of it is not told. */
function usedOfLimit(key: KeyData): number | undefined {
  const { own, byok } = usageIn(key) ?? {};
  if (!isTold(own)) return undefined;
  // What the user's own provider keys spent counts only if the key says so.
  if (key.include_byok_in_limit !== true) return own;
  return isTold(byok) ? own + byok : undefined;
}

function usageIn(key: KeyData) {
  const reset = key.limit_reset;
  if (!isTold(reset)) return { own: key.usage, byok: key.byok_usage };
  if (!isPeriod(reset)) return undefined;
  return { own: key[`usage_${reset}`], byok: key[`byok_usage_${reset}`] };
}

/** The server keeps the counter of free requests for about so long. */
const CACHE_MS = 60_000;

function freeRequests(counters: z.infer<typeof FreeRequests>, now: Date): Reading[] {
  if (!isTold(counters)) return [];
  const amounts = amountsIn(counters);
  return [
    {
      quota: "free_model_daily_requests",
      kind: "calendar",
      unit: "requests",
      periodSeconds: 86_400,
      readAt: now,
      ...amounts,
      // In the first minute of a day the counter may be yesterday's. As one of today it would be counted twice.
      resetAt: nextMidnight(new Date(now.getTime() - CACHE_MS)),
      enforcement: "hard",
      source: "api",
      confidence: amounts === undefined ? "degraded" : "reported",
      partial: true,
    },
  ];
}

function isPeriod(reset: string): reset is Period {
  return Object.hasOwn(PERIODS, reset);
}
