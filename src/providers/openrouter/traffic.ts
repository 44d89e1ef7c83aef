import { z } from "zod";
import { type AnswerHeaders, lowerCase, rateLimits } from "../../http/rate-limit-headers.ts";
import { nextFirst, nextMidnight, nextMonday } from "../../quota/calendar.ts";
import type { Reading } from "../../quota/reading.ts";
import { emptyBalance, refusedReading } from "../refused-reading.ts";
import { type RefusalMeant, type RefusedCall, refusedBucket, understanding } from "../understand.ts";

// https://openrouter.ai/docs/api_reference/limits, read 2026-11-21, and refusals that others recorded. The limit of free
// models stands in the body of its refusal, as headers do.
const Metadata = z
  .object({
    limit_source: z.string().catch(""),
    provider_name: z.string().optional().catch(undefined),
    headers: z.record(z.string(), z.string()).catch({}),
  })
  .catch({ limit_source: "", provider_name: undefined, headers: {} });

export const understand = understanding({
  // Headers come with the refusal of a free model only, and tell of those.
  hear: () => [],

  refused(call): RefusalMeant | undefined {
    const metadata = Metadata.parse(call.error.fields["metadata"]);
    const { message } = call.error;
    if (metadata.limit_source === "openrouter_in_flight_budget") return { refusal: "throttled" };
    if (metadata.limit_source === "openrouter_key_limit" || message.startsWith("Key limit exceeded"))
      return { refusal: "spend_cap", readings: [keyLimit(message, call.at)] };
    if (call.status === 402)
      return { refusal: "spend_cap", readings: isTooDear(message) ? [] : [emptyBalance(call.at)] };
    if (call.status === 429) return rateLimited(metadata, call);
    // A guardrail, the budget of a workspace or moderation: the key is good.
    return call.status === 403 ? { refusal: "other" } : undefined;
  },
});

/** Something is left, but less than this one call might cost. */
const isTooDear = (message: string): boolean => /\bcan only afford [1-9]/.test(message);

const PERIODS: readonly (readonly [name: RegExp, next: (now: Date) => Date])[] = [
  [/\(daily limit\)/i, nextMidnight],
  [/\(weekly limit\)/i, nextMonday],
  [/\(monthly limit\)/i, nextFirst],
];

function keyLimit(message: string, now: Date): Reading {
  const next = PERIODS.find(([name]) => name.test(message))?.[1];
  const window =
    next === undefined ? ({ kind: "credits" } as const) : { kind: "calendar" as const, resetAt: next(now) };
  return refusedReading({ quota: "key_limit", unit: "usd", ...window }, now);
}

function rateLimited(
  { limit_source, provider_name, headers }: z.infer<typeof Metadata>,
  call: RefusedCall,
): RefusalMeant {
  const { message } = call.error;
  if (limit_source === "openrouter_free_tier_daily" || message.includes("free-models-per-day"))
    return { refusal: "quota", readings: [freeRequests({ ...call.headers, ...lowerCase(headers) }, call.at)] };
  // Of requests to free models only, of which there are so many per minute.
  if (message.includes("free-models-per-min"))
    return { refusal: "throttled", readings: [{ ...refusedBucket("requests", call.at), partial: true }] };
  return { refusal: provider_name === undefined ? "throttled" : "overloaded" };
}

function freeRequests(headers: AnswerHeaders, now: Date): Reading {
  const { limit, remaining } = rateLimits(headers, "single", now).get("") ?? {};
  const window = { kind: "calendar", periodSeconds: 86_400, resetAt: nextMidnight(now), partial: true } as const;
  const amounts = { ...(limit !== undefined && { limit }), ...(remaining !== undefined && { remaining }) };
  return refusedReading({ quota: "free_model_daily_requests", unit: "requests", ...window, ...amounts }, now);
}
