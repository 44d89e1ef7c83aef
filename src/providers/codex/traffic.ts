import { type AnswerHeaders, lowerCase } from "../../http/rate-limit-headers.ts";
import { answerClock, resetTime } from "../../http/reset-time.ts";
import { remainingOf } from "../../quota/amounts.ts";
import { balanceEnforcement } from "../../quota/balance.ts";
import { slug, tightestOfEach } from "../../quota/open-names.ts";
import type { Reading } from "../../quota/reading.ts";
import { modelSlug, refusedReading } from "../refused-reading.ts";
import { shareReading } from "../share-reading.ts";
import { asRefused, type RefusedCall, understanding } from "../understand.ts";
import { nameOf } from "./schema.ts";

// https://github.com/openai/codex (codex-rs/codex-api/src/rate_limits.rs), read 2026-11-21. Percents count 0 to 100. A
// limit of its own for a model is a family of its own headers; one of nothing but zeros is no limit.
const WINDOW = /^(?<family>x-codex(?:-[a-z]{1,16}){0,2})-(?<slot>primary|secondary)-used-percent$/;
const OWN_FAMILY = "x-codex";

/** A year. */
const LONGEST_MINUTES = 527_040;

const FIVE_HOURS_SECONDS = 18_000;
/** Two resets that are no further apart are one. */
const SAME_RESET_MS = 120_000;

export const understand = understanding({
  hear: codexReadings,

  refused(call) {
    switch (call.error.type || call.error.code) {
      case "usage_limit_reached":
        return { refusal: "quota", ...usedUp(call) };
      case "usage_not_included":
        return { refusal: "not_entitled" };
      case "insufficient_quota":
        return {
          refusal: "spend_cap",
          readings: [refusedReading({ quota: "credits", kind: "credits", unit: "credits" }, call.at)],
        };
      default:
        return undefined;
    }
  },
});

function codexReadings(told: AnswerHeaders, now: Date): readonly Reading[] {
  const headers = lowerCase(told);
  const windows = tightestOfEach(Object.keys(headers).flatMap((name) => windowReading(headers, name, now)));
  return [...windows, ...creditsReading(headers, windows, now)];
}

function windowReading(headers: AnswerHeaders, name: string, now: Date): Reading[] {
  const { family = "", slot = "" } = WINDOW.exec(name)?.groups ?? {};
  const own = `${family}-${slot}`;
  const percent = amount(headers[name]);
  const minutes = amount(headers[`${own}-window-minutes`]);
  // Which window stands in which slot changes: without its length nobody knows which it is.
  if (family === "" || percent === undefined || minutes === undefined || !(minutes > 0 && minutes <= LONGEST_MINUTES))
    return [];
  const periodSeconds = minutes * 60;
  const isPlan = family === OWN_FAMILY;
  const model = modelSlug(headers[`${family}-limit-name`]) || slug(family.slice(OWN_FAMILY.length));
  const limit = isPlan ? "" : `${model}_`;
  const resetAt = resetOf(headers, own, now);
  const facts = { quota: `${limit}${nameOf(periodSeconds)}`, periodSeconds, left: (100 - percent) / 100, resetAt };
  return [{ ...shareReading({ ...facts, ...(!isPlan && { partial: true as const }) }, now), source: "headers" }];
}

function resetOf(headers: AnswerHeaders, own: string, now: Date): Date | undefined {
  const text = headers[`${own}-reset-at`] ?? headers[`${own}-reset-after-seconds`] ?? "";
  const resetAt = resetTime(text, answerClock(headers["date"], now));
  return resetAt !== undefined && resetAt > now ? resetAt : undefined;
}

function creditsReading(headers: AnswerHeaders, windows: readonly Reading[], now: Date): Reading[] {
  if (headers["x-codex-credits-has-credits"]?.toLowerCase() !== "true") return [];
  const isUnlimited = headers["x-codex-credits-unlimited"]?.toLowerCase() === "true";
  const balance = amount(headers["x-codex-credits-balance"]);
  if (!isUnlimited && balance === undefined) return [];
  return [
    {
      quota: "credits",
      kind: "credits",
      unit: "credits",
      readAt: now,
      ...(isUnlimited ? ({ unlimited: true } as const) : { remaining: balance ?? 0 }),
      // They pay for what the plan does not cover any more.
      enforcement: balanceEnforcement({ subscription: windows.length > 0 ? "active" : undefined, windows }),
      source: "headers",
      confidence: "reported",
    },
  ];
}

/** The windows that a refusal means: those that the headers show as used up, else the one that its reset is of. */
function usedUp({ error: { fields }, heard, at }: RefusedCall) {
  const resetAt = resetIn(fields, at);
  const wait = resetAt === undefined ? undefined : (resetAt.getTime() - at.getTime()) / 1000;
  const isMeant = (reading: Reading) =>
    reading.unit === "ratio" && ((remainingOf(reading) ?? 1) <= 0 || isNear(reading.resetAt, resetAt));
  const meant = heard.filter(isMeant).map(asRefused);
  if (meant.length > 0 || wait === undefined) return { readings: meant, retryAfterSeconds: wait };
  // No headers. A longer wait than five hours cannot be that of the shorter window.
  const quota = wait > FIVE_HOURS_SECONDS ? "weekly" : "five_hour";
  const periodSeconds = quota === "weekly" ? 604_800 : FIVE_HOURS_SECONDS;
  const reading = refusedReading({ quota, kind: "rolling", unit: "ratio", periodSeconds, resetAt }, at);
  return { readings: [reading], retryAfterSeconds: wait };
}

const isNear = (one: Date | undefined, other: Date | undefined): boolean =>
  one !== undefined && other !== undefined && Math.abs(one.getTime() - other.getTime()) <= SAME_RESET_MS;

/** `resets_at` in epoch seconds, else `resets_in_seconds`. */
function resetIn(fields: Readonly<Record<string, unknown>>, now: Date): Date | undefined {
  const { resets_at: at, resets_in_seconds: seconds } = fields;
  const told = typeof at === "number" ? at : seconds;
  if (typeof told !== "number" || !Number.isFinite(told)) return undefined;
  const resetAt = resetTime(told.toFixed(0), answerClock(undefined, now));
  return resetAt !== undefined && resetAt > now ? resetAt : undefined;
}

function amount(text: string | undefined): number | undefined {
  return text !== undefined && /^\s*\d{1,12}(?:\.\d{1,15})?\s*$/.test(text) ? Number(text) : undefined;
}
