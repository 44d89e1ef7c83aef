import type { Refusal } from "../../quota/observation.ts";
import type { Reading, Unit } from "../../quota/reading.ts";
import { delaySeconds, GoogleFailure, isDaily, isNotOffered, type Violation } from "../google-failure.ts";
import { modelSlug, refusedReading } from "../refused-reading.ts";
import { type RefusalMeant, type RefusedCall, understanding } from "../understand.ts";
import { midnight, secondsToMidnight, WRONG_KEY } from "./schema.ts";

const REASONS: ReadonlyMap<string | undefined, Refusal> = new Map<string | undefined, Refusal>([
  ["API_KEY_INVALID", "auth"],
  ["SERVICE_DISABLED", "not_entitled"],
  ["BILLING_DISABLED", "not_entitled"],
  ["INSUFFICIENT_G1_CREDITS_BALANCE", "spend_cap"],
  // With a 429, though it is no quota of the account.
  ["MODEL_CAPACITY_EXHAUSTED", "overloaded"],
  ["MODEL_CAPACITY_EXCEEDED", "overloaded"],
]);

/** A refusal names a few; a list without end is none of Google's. */
const MOST_VIOLATIONS = 16;

// https://github.com/google-gemini/gemini-cli (packages/core/src/utils/googleQuotaErrors.ts), read 2026-11-21. A refusal
// is the only place where a limit is told, and never what is left of it.
export const understand = understanding({
  refused(call): RefusalMeant | undefined {
    const failure = GoogleFailure.safeParse(call.body).data;
    if (failure === undefined) return undefined;
    const { message, details } = failure;
    if (isNotOffered(failure)) return { refusal: "not_entitled" };
    const byCode = details.map(({ reason }) => REASONS.get(reason)).find((told) => told !== undefined);
    if (byCode !== undefined) return { refusal: byCode };
    if (WRONG_KEY.test(message)) return { refusal: "auth" };
    const violations = details.flatMap((detail) => detail.violations).slice(0, MOST_VIOLATIONS);
    const readings = violations.flatMap((violation) => violationReading(violation, call));
    // The delay beside a daily limit is of seconds, after which the next call would be refused too.
    if (violations.some(isDaily)) return { refusal: "quota", readings, retryAfterSeconds: secondsToMidnight(call.at) };
    if (call.status !== 429) return undefined;
    const wait = { retryAfterSeconds: delaySeconds(failure) };
    return { refusal: "throttled", ...(readings.length > 0 && { readings }), ...wait };
  },
});

function violationReading(violation: Violation, { model: called, at }: RefusedCall): Reading[] {
  const { quotaId = "", quotaValue, quotaDimensions } = violation;
  const model = (quotaDimensions?.model ?? called)?.replace(/^models\//, "");
  const unit = unitOf(quotaId);
  const facts = {
    unit,
    ...(quotaValue !== undefined && /^\d{1,15}$/.test(quotaValue) && { limit: Number(quotaValue) }),
    ...(model !== undefined && { models: [model] }),
  };
  if (isDaily(violation)) {
    const name = [modelSlug(model), "daily", unit === "requests" ? "" : unit].filter((part) => part !== "").join("_");
    const quota = { quota: name, kind: "calendar", periodSeconds: 86_400, resetAt: midnight(at) } as const;
    return [refusedReading({ ...facts, ...quota, ...(model !== undefined && { partial: true }) }, at)];
  }
  if (!/PerMinute/i.test(quotaId)) return [];
  return [refusedReading({ ...facts, quota: unit, kind: "rate_limit", periodSeconds: 60 }, at)];
}

function unitOf(quotaId: string): Unit {
  if (/InputToken/i.test(quotaId)) return "input_tokens";
  if (/Token/i.test(quotaId)) return "tokens";
  return /Image/i.test(quotaId) ? "images" : "requests";
}
