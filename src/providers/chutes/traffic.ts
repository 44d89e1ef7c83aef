import { type AnswerHeaders, lowerCase } from "../../http/rate-limit-headers.ts";
import { nextMidnight } from "../../quota/calendar.ts";
import type { Reading } from "../../quota/reading.ts";
import { IsoTime } from "../fields.ts";
import { headerReadings } from "../header-readings.ts";
import { emptyBalance, refusedReading } from "../refused-reading.ts";
import { type RefusalMeant, type RefusedCall, understanding } from "../understand.ts";

// https://github.com/chutesai/chutes-api (api/invocation/util.py), read 2026-11-21. The counters are those before the call;
// 0 of 0 is an account that has no such quota.
const TOTAL = "x-chutes-quota-total";
const REMAINING = "x-chutes-quota-remaining";

const DAILY = { quota: "daily", kind: "calendar", unit: "requests", periodSeconds: 86_400 } as const;

export const understand = understanding({
  hear: (headers, now) => [...dailyReading(lowerCase(headers), now), ...headerReadings(headers, now)],

  refused(call): RefusalMeant | undefined {
    const { message } = call.error;
    if (call.status === 429 && /^free models limit reached for today/i.test(message))
      return { refusal: "quota", readings: [freeRequests(call.at)] };
    if (call.status !== 402) return undefined;
    if (/\brequires? (?:an active subscription|a higher subscription tier)/i.test(message))
      return { refusal: "not_entitled" };
    // Over the cap of a plan everything is paid from the balance, which is why the call was refused.
    const isWindow = message.startsWith("Quota exceeded");
    return isWindow
      ? { refusal: "quota", readings: [dailyRefused(call), emptyBalance(call.at)] }
      : { refusal: "spend_cap", readings: [emptyBalance(call.at)] };
  },
});

/** Beyond it calls are paid from the balance as long as that lasts, so by itself it stops nobody. */
function dailyReading(headers: AnswerHeaders, now: Date): Reading[] {
  const limit = count(headers[TOTAL]);
  const remaining = count(headers[REMAINING]);
  if (limit === undefined || limit === 0 || remaining === undefined) return [];
  const told = { ...DAILY, readAt: now, limit, remaining, resetAt: nextMidnight(now) };
  return [{ ...told, enforcement: "soft", source: "headers", confidence: "reported" }];
}

const dailyRefused = ({ error, at }: RefusedCall): Reading =>
  refusedReading(
    { ...DAILY, resetAt: IsoTime.safeParse(error.fields["quota_reset_timestamp"]).data ?? nextMidnight(at) },
    at,
  );

const freeRequests = (now: Date): Reading =>
  refusedReading({ ...DAILY, quota: "free_model_daily_requests", resetAt: nextMidnight(now), partial: true }, now);

function count(text: string | undefined): number | undefined {
  return text !== undefined && /^\s*\d{1,12}\s*$/.test(text) ? Number(text) : undefined;
}
