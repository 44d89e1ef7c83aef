import { type AnswerHeaders, lowerCase } from "../../http/rate-limit-headers.ts";
import { answerClock, resetTime } from "../../http/reset-time.ts";
import { remainingOf } from "../../quota/amounts.ts";
import { slug } from "../../quota/open-names.ts";
import type { Reading } from "../../quota/reading.ts";
import { shareReading } from "../share-reading.ts";
import { asRefused, understanding } from "../understand.ts";

// Undocumented headers of messages that are sent with a login, as other clients recorded them by 2026-09-30. Here the
// utilization is a fraction, unlike the percents of the usage call, and may pass 1. `7d_oi` binds one class of models only;
// the overage is told as a share of an amount in dollars that no header tells, so it is not read.
const WINDOW = /^anthropic-ratelimit-unified-(?<length>5h|7d)(?:[_-](?<scope>[a-z]{1,12}))?-utilization$/;
const PREFIX = "anthropic-ratelimit-unified-";
const LENGTHS = {
  "5h": { quota: "five_hour", periodSeconds: 18_000 },
  "7d": { quota: "seven_day", periodSeconds: 604_800 },
} as const;

/** Three times what a window holds is no use of it, but another scale. */
const MOST_USED = 3;

/** What the headers name as the reason of a refusal, where no window of its own does. */
const CLAIMS: ReadonlyMap<string, string> = new Map([["seven_day_overage_included", "seven_day_oi"]]);

export const understand = understanding({
  hear: unifiedReadings,

  refused({ status, error, heard }) {
    const isOut = heard.some(({ refused }) => refused === true);
    if (error.type === "overloaded_error") return { refusal: "overloaded" };
    if (isOut && (status === 429 || status < 400)) return { refusal: "quota", readings: [] };
    return undefined;
  },
});

function unifiedReadings(told: AnswerHeaders, now: Date): readonly Reading[] {
  const headers = lowerCase(told);
  const windows = Object.keys(headers).flatMap((name) => windowReading(headers, name, now));
  const isRejected = headers[`${PREFIX}status`] === "rejected";
  if (!isRejected || windows.some(({ refused }) => refused === true)) return windows;
  // Only the whole is said to be rejected: by the window that it names, else by those that are used up.
  const claim = headers[`${PREFIX}representative-claim`] ?? "";
  const named = CLAIMS.get(claim) ?? claim;
  return windows.map((window) =>
    window.quota === named || (remainingOf(window) ?? 1) <= 0 ? asRefused(window) : window,
  );
}

function windowReading(headers: AnswerHeaders, name: string, now: Date): Reading[] {
  const { length = "", scope } = WINDOW.exec(name)?.groups ?? {};
  const used = fraction(headers[name] ?? "");
  if ((length !== "5h" && length !== "7d") || used === undefined) return [];
  const { quota, periodSeconds } = LENGTHS[length];
  const own = name.slice(0, -"utilization".length);
  const resetAt = resetTime(headers[`${own}reset`] ?? "", answerClock(headers["date"], now));
  const reading = shareReading(
    {
      quota: scope === undefined ? quota : `${quota}_${slug(scope)}`,
      periodSeconds,
      left: 1 - used,
      resetAt: resetAt !== undefined && resetAt > now ? resetAt : undefined,
      ...(scope !== undefined && { partial: true as const }),
    },
    now,
  );
  const isRejected = headers[`${own}status`] === "rejected";
  return [{ ...reading, source: "headers", ...(isRejected && { refused: true as const }) }];
}

function fraction(text: string): number | undefined {
  if (!/^\s*\d{1,3}(?:\.\d{1,18})?\s*$/.test(text)) return undefined;
  const used = Number(text);
  return used <= MOST_USED ? used : undefined;
}
