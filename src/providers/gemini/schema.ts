import { z } from "zod";
import type { RefusalTold } from "../../http/client.ts";
import { goDurationMs } from "../../http/go-duration.ts";
import type { UpstreamReason } from "../../http/upstream-error.ts";
import { nextMidnightOf } from "../../quota/calendar.ts";

// https://ai.google.dev/api/models, read 2026-11-21. Undefined where there is a further page: half a list is none.
export const Models = z
  .object({ models: z.array(z.object({ name: z.string() })), nextPageToken: z.string().nullish() })
  .transform(({ models, nextPageToken }) =>
    nextPageToken ? undefined : [...new Set(models.map(({ name }) => name.replace(/^models\//, "")))],
  );

const Text = z.string().optional().catch(undefined);

/** Of several kinds, in any order: QuotaFailure has violations, ErrorInfo a reason, RetryInfo a delay. */
const Detail = z.object({
  reason: Text,
  retryDelay: Text,
  violations: z.array(z.object({ quotaId: Text, quotaValue: Text })).catch([]),
});
type Detail = z.infer<typeof Detail>;

const Failure = z.object({
  error: z.object({ message: z.string().catch(""), details: z.array(Detail).catch([]) }),
});

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
const WRONG_KEY = /\bAPI key (?:not valid|expired)\b/i;

/** Whatever a daily limit is, its day ends at midnight there: https://ai.google.dev/gemini-api/docs/rate-limits, read 2026-11-21. */
const ZONE = "America/Los_Angeles";
const OVER_FOR_TODAY = "a quota of the day is used up; it returns at midnight Pacific time";

// https://github.com/google-gemini/gemini-cli (packages/core/src/utils/googleQuotaErrors.ts), read 2026-11-21.
export function refusalAt(now: Date) {
  return z
    .unknown()
    .transform(unwrapped)
    .pipe(Failure)
    .transform(({ error: { message, details } }): RefusalTold => {
      const violations = details.flatMap((detail) => detail.violations);
      // A limit of 0 is a model that this tier does not have, and no waiting brings it.
      if (/\blimit: 0(?!\.?\d)/.test(message) || violations.some(({ quotaValue }) => quotaValue === "0")) {
        return { reason: "not_entitled" };
      }
      const byCode = details.map((detail) => REASONS.get(detail.reason)).find((told) => told !== undefined);
      const reason = byCode ?? (WRONG_KEY.test(message) ? "auth" : undefined);
      const isDaily = violations.some(({ quotaId = "" }) => /PerDay|Daily/i.test(quotaId));
      // The delay beside a daily limit is of seconds, after which the next call would be refused too.
      if (isDaily) return { reason, retryAfterSeconds: secondsToMidnight(now), hint: OVER_FOR_TODAY };
      return { reason, retryAfterSeconds: delaySeconds(details, message) };
    });
}

/** Streams answer a list with one error, and some clients put the whole error into the message of another. */
function unwrapped(body: unknown): unknown {
  const one: unknown = Array.isArray(body) ? body[0] : body;
  const inner = Failure.safeParse(one).data?.error.message ?? "";
  if (!inner.trimStart().startsWith("{")) return one;
  try {
    return JSON.parse(inner);
  } catch {
    // It only looked like JSON.
    return one;
  }
}

function secondsToMidnight(now: Date): number {
  return (nextMidnightOf(ZONE, now).getTime() - now.getTime()) / 1000;
}

function delaySeconds(details: readonly Detail[], message: string): number | undefined {
  const told = details.find(({ retryDelay }) => retryDelay !== undefined)?.retryDelay;
  const text = told ?? /\bretry in ([\d.]+m?s)\b/.exec(message)?.[1];
  const milliseconds = text === undefined ? undefined : goDurationMs(text);
  return milliseconds === undefined ? undefined : milliseconds / 1000;
}
