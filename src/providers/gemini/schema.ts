import { z } from "zod";
import type { RefusalTold } from "../../http/client.ts";
import type { UpstreamReason } from "../../http/upstream-error.ts";
import { nextMidnightOf } from "../../quota/calendar.ts";
import { delaySeconds, GoogleFailure, isDaily, isNotOffered } from "../google-failure.ts";

// https://ai.google.dev/api/models, read 2026-11-21. Undefined where there is a further page: half a list is none.
export const Models = z
  .object({ models: z.array(z.object({ name: z.string() })), nextPageToken: z.string().nullish() })
  .transform(({ models, nextPageToken }) =>
    nextPageToken ? undefined : [...new Set(models.map(({ name }) => name.replace(/^models\//, "")))],
  );

/** Valid keys of a project that lacks something, in spite of the status that they come with, and the reverse. */
const REASONS: ReadonlyMap<unknown, UpstreamReason> = new Map([
  // With a 400.
  ["API_KEY_INVALID", "auth"],
  ["SERVICE_DISABLED", "not_entitled"],
  ["BILLING_DISABLED", "not_entitled"],
  ["INSUFFICIENT_G1_CREDITS_BALANCE", "not_entitled"],
  // With a 429, though it is no quota of the account.
  ["MODEL_CAPACITY_EXHAUSTED", "server"],
  ["MODEL_CAPACITY_EXCEEDED", "server"],
]);

/** What else a 400 of a wrong key says: its code may be missing. */
export const WRONG_KEY = /\bAPI key (?:not valid|expired)\b/i;

/** Whatever a daily limit is, its day ends at midnight there: https://ai.google.dev/gemini-api/docs/rate-limits, read 2026-11-21. */
const ZONE = "America/Los_Angeles";
const OVER_FOR_TODAY = "a quota of the day is used up; it returns at midnight Pacific time";

// https://github.com/google-gemini/gemini-cli (packages/core/src/utils/googleQuotaErrors.ts), read 2026-11-21.
export function refusalAt(now: Date) {
  return GoogleFailure.transform((failure): RefusalTold => {
    if (isNotOffered(failure)) return { reason: "not_entitled" };
    const { message, details } = failure;
    const byCode = details.map((detail) => REASONS.get(detail.reason)).find((told) => told !== undefined);
    const reason = byCode ?? (WRONG_KEY.test(message) ? "auth" : undefined);
    // The delay beside a daily limit is of seconds, after which the next call would be refused too.
    if (details.some(({ violations }) => violations.some(isDaily)))
      return { reason, retryAfterSeconds: secondsToMidnight(now), hint: OVER_FOR_TODAY };
    return { reason, retryAfterSeconds: delaySeconds(failure) };
  });
}

export const secondsToMidnight = (now: Date): number => (midnight(now).getTime() - now.getTime()) / 1000;

export const midnight = (now: Date): Date => nextMidnightOf(ZONE, now);
