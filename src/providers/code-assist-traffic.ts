import { answerClock, resetTime } from "../http/reset-time.ts";
import type { Refusal } from "../quota/observation.ts";
import type { Reading } from "../quota/reading.ts";
import { type Detail, delaySeconds, durationSeconds, GoogleFailure, isDaily, isNotOffered } from "./google-failure.ts";
import { modelSlug, refusedReading } from "./refused-reading.ts";
import { type RefusalMeant, type RefusedCall, understanding } from "./understand.ts";

// https://github.com/google-gemini/gemini-cli (packages/core/src/utils/googleQuotaErrors.ts), read 2026-11-21: a longer
// wait is the end of a quota, a shorter one a busy moment.
const LONGEST_MOMENT_SECONDS = 300;

const REASONS: ReadonlyMap<string | undefined, Refusal> = new Map<string | undefined, Refusal>([
  ["VALIDATION_REQUIRED", "not_entitled"],
  ["SERVICE_DISABLED", "not_entitled"],
  ["UNSUPPORTED_CLIENT", "not_entitled"],
  ["INSUFFICIENT_G1_CREDITS_BALANCE", "spend_cap"],
  ["MODEL_CAPACITY_EXHAUSTED", "overloaded"],
  ["MODEL_CAPACITY_EXCEEDED", "overloaded"],
]);

/** How calls through Code Assist are understood. A refusal names a model, and the quota has that of its name. */
export const understandCodeAssist = understanding({
  refused(call): RefusalMeant | undefined {
    const failure = GoogleFailure.safeParse(call.body).data;
    if (failure === undefined) return undefined;
    if (isNotOffered(failure)) return { refusal: "not_entitled" };
    const byCode = failure.details.map(({ reason }) => REASONS.get(reason)).find((told) => told !== undefined);
    if (byCode !== undefined) return { refusal: byCode };
    if (call.status !== 429) return undefined;
    return refusedFor(failure, call);
  },
});

function refusedFor(failure: GoogleFailure, call: RefusedCall): RefusalMeant {
  const { details } = failure;
  const info = details.find(({ reason, metadata }) => reason !== undefined || metadata !== undefined);
  const wait = durationSeconds(info?.metadata?.quotaResetDelay) ?? delaySeconds(failure);
  const isLong =
    info?.reason === "RATE_LIMIT_EXCEEDED"
      ? wait === undefined || wait > LONGEST_MOMENT_SECONDS
      : (wait ?? 0) > LONGEST_MOMENT_SECONDS;
  const isQuota =
    info?.reason === "QUOTA_EXHAUSTED" || isLong || details.some(({ violations }) => violations.some(isDaily));
  if (!isQuota) return { refusal: "throttled", retryAfterSeconds: wait };
  return { refusal: "quota", readings: modelReadings(info, wait, call), retryAfterSeconds: wait };
}

function modelReadings(
  info: Detail | undefined,
  wait: number | undefined,
  { model: called, at }: RefusedCall,
): Reading[] {
  const { model = called ?? "", quotaResetTimeStamp = "" } = info?.metadata ?? {};
  const quota = modelSlug(model);
  if (quota === "") return [];
  const clock = answerClock(undefined, at);
  const resetAt = resetTime(quotaResetTimeStamp, clock) ?? resetTime(`${wait}`, clock);
  return [refusedReading({ quota, kind: "rolling", unit: "ratio", models: [model], partial: true, resetAt }, at)];
}
