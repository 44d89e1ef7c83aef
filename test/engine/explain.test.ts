import { expect, test } from "vitest";
import { explain } from "../../src/engine/explain.ts";
import { ENGINE_DEFAULTS } from "../../src/engine/settings.ts";
import type { QuotaSnapshot } from "../../src/engine/snapshot.ts";
import type { Reading } from "../../src/quota/reading.ts";
import { STATES } from "../../src/quota/state.ts";
import { aBalance, aForecast, anAlert, aQuota, aRate, aReading, inSeconds, NOW } from "../support/snapshot.ts";

const HOUR = 3600;
const DAY = 86_400;

const window = (over: Partial<Reading> = {}) =>
  aReading({
    ...{ unit: "requests", limit: 100, remaining: 29, periodSeconds: 5 * HOUR },
    ...{ readAt: NOW, resetAt: inSeconds(3 * HOUR + 300), ...over },
  });
/** 2 requests in ten minutes: gone in 2 h 25 m. */
const burning = {
  short: aRate({ perSecond: 2 / 600 }),
  forecast: aForecast({ likely: inSeconds(8700), runwaySeconds: 8700 }),
};
/** A tenth of that. */
const slowly = {
  short: aRate({ perSecond: 0.2 / 600 }),
  forecast: aForecast({ runwaySeconds: 87_000, projectedUsedRatio: 0.747 }),
};
const idle = { short: aRate({ perSecond: 0 }), forecast: aForecast({ projectedUsedRatio: 0.2 }) };
const lateBy = (seconds: number) => ({
  short: aRate({ perSecond: 2 / 600 }),
  forecast: aForecast({ likely: inSeconds(8700), runwaySeconds: 8700 }),
  reading: window({ resetAt: inSeconds(8700 + seconds) }),
});
const { limit: _limit, remaining: _remaining, ...untold } = aReading();

const CASES: readonly [string, Partial<QuotaSnapshot>, string][] = [
  [
    "exhausted with a reset to come",
    {
      state: "exhausted",
      reading: window({ remaining: 0 }),
      alerts: [anAlert({ alert: "LLMQuotaExhausted" })],
    },
    "Nothing is left, for 10 min; it resets in 3 h 5 m.",
  ],
  [
    "exhausted and past its reset",
    { state: "exhausted", reading: window({ remaining: 0, resetAt: inSeconds(-90) }) },
    "Nothing is left; the reset was due 1 min ago, and nothing is judged before it is read.",
  ],
  [
    "exhausted by refusal",
    { state: "exhausted", reading: aBalance(0.01, { refused: true }) },
    "The provider refuses calls for want of it.",
  ],
  [
    "exhausted with something left again",
    { state: "exhausted", reading: window({ remaining: 3 }) },
    "3 % left; it ran out, and readings do not yet agree that it is back; it resets in 3 h 5 m.",
  ],
  [
    "critical with a forecast",
    { state: "critical", severity: "critical", reading: window(), ...burning },
    "29 % left, 3 h 5 m to the reset; at the present 2 % per 10 min it is gone in 2 h 25 m, 40 min before the reset; that is worth a page.",
  ],
  [
    "critical while readings disagree",
    { state: "critical", severity: "critical", reading: window(), ...slowly },
    "29 % left, 3 h 5 m to the reset; it was about to run out, and readings do not yet agree for long enough that it is not; that is worth a page.",
  ],
  [
    "to be topped up",
    { state: "topup", reading: aBalance(7.42), forecast: aForecast({ runwaySeconds: 4 * DAY + 2 * HOUR }) },
    "$7.42 left; at the expected $1.82 per day it lasts 4 d 2 h; under 7 d calls for a top-up.",
  ],
  [
    "to be topped up without a forecast",
    { state: "topup", reading: aBalance(7.42) },
    "$7.42 left; it was running low, and readings do not yet agree for long enough that it is not; under 7 d calls for a top-up.",
  ],
  [
    "watched with a forecast",
    { state: "watch", reading: window(), ...burning },
    "29 % left, 3 h 5 m to the reset; at the present 2 % per 10 min it is gone in 2 h 25 m, 40 min before the reset; 1.28 times as fast as would last, which is not yet worth a page so early.",
  ],
  [
    "watched and soft",
    { state: "watch", reading: window({ enforcement: "soft" }), ...burning },
    "29 % left, 3 h 5 m to the reset; at the present 2 % per 10 min it is gone in 2 h 25 m, 40 min before the reset; it is soft, and refuses nothing at zero.",
  ],
  [
    "watched for its share alone",
    { state: "watch", reading: window({ remaining: 15 }) },
    "15 % left, 3 h 5 m to the reset; there is no forecast, and under 20 % is little.",
  ],
  [
    "watched while readings disagree",
    { state: "watch", reading: window(), ...slowly },
    "29 % left, 3 h 5 m to the reset; at the present 0.2 % per 10 min it lasts until the reset with 25.3 % to spare; it was to run out, and readings do not yet agree for long enough that it is not.",
  ],
  [
    "watched as a bucket",
    { state: "watch", reading: window({ kind: "rate_limit", remaining: 2 }) },
    "2 % left, 3 h 5 m to the reset; in the last minutes it was low again and again, or calls were refused for want of it.",
  ],
  [
    "watched as a refused balance",
    { state: "watch", reading: aBalance(0, { refused: true }) },
    "The provider refuses calls for want of it, but another balance is left.",
  ],
  [
    "to be used or lost",
    { state: "use_or_lose", reading: window({ remaining: 80 }), ...idle },
    "80 % left, 3 h 5 m to the reset; nothing is being used: 80 % lapses unused.",
  ],
  [
    "credits to be used or lost",
    { state: "use_or_lose", reading: aBalance(5, { expiresAt: inSeconds(11 * DAY) }) },
    "$5.00 left, 11 d until it expires; part of it lapses unused.",
  ],
  [
    "never told",
    { state: "unknown", reading: untold, lastGoodAt: undefined, valid: false },
    "The provider has told no number yet.",
  ],
  [
    "uncertain from the start",
    { state: "unknown", reading: { ...untold, confidence: "degraded" }, lastGoodAt: undefined, valid: false },
    "The provider calls its own answer uncertain, and no certain one was read yet.",
  ],
  [
    "too old",
    { state: "unknown", reading: window(), valid: false, lastGoodAt: inSeconds(-47 * 60) },
    "The last good reading (29 % left) was 47 min ago, too long ago to judge by.",
  ],
  [
    "never used",
    { state: "unknown", reading: aBalance(0) },
    "The balance is 0 and was never seen above 0: it may be one that nobody uses.",
  ],
  ["without a verdict", { state: "unknown", reading: window() }, "29 % left; no reading has led to a verdict yet."],
  [
    "ok until its reset",
    { state: "ok", reading: window(), ...slowly },
    "29 % left, 3 h 5 m to the reset; at the present 0.2 % per 10 min it lasts until the reset with 25.3 % to spare.",
  ],
  [
    "ok with too little evidence",
    { state: "ok", reading: window() },
    "29 % left, 3 h 5 m to the reset; too few readings yet to tell how fast it goes.",
  ],
  [
    "ok by recent use",
    { state: "ok", reading: window(), ...burning },
    "29 % left, 3 h 5 m to the reset; at the present 2 % per 10 min it is gone in 2 h 25 m, 40 min before the reset; 1.28 times as fast as would last, which is not yet worth a page so early.",
  ],
  [
    "ok as a balance",
    {
      state: "ok",
      reading: aBalance(25),
      forecast: aForecast({ runwaySeconds: 30 * DAY, likely: inSeconds(30 * DAY) }),
    },
    "$25.00 left; at the expected $0.83 per day it lasts 30 d.",
  ],
  [
    "ok as a soft balance",
    { state: "ok", reading: aBalance(1, { enforcement: "soft" }), forecast: aForecast({ runwaySeconds: HOUR }) },
    "$1.00 left; at the expected $24.00 per day it lasts 1 h; it is soft, and refuses nothing at zero.",
  ],
  [
    "ok and doubted",
    { state: "ok", reading: window({ remaining: 0 }), doubtful: true },
    "0 % left, 3 h 5 m to the reset; a surprise waits for a second reading that confirms it.",
  ],
  [
    "ok as a bucket",
    { state: "ok", reading: window({ kind: "rate_limit", remaining: 0 }) },
    "0 % left, 3 h 5 m to the reset; it refills by itself within minutes.",
  ],
  [
    "ok, soft and empty",
    { state: "ok", reading: window({ enforcement: "soft", remaining: 0 }) },
    "Nothing is left; it is soft, and refuses nothing at zero.",
  ],
  ["ok beside another balance", { state: "ok", reading: aBalance(0) }, "Nothing is left, but another balance is."],
  [
    "ok, empty and not confirmed",
    { state: "ok", reading: window({ remaining: 0 }) },
    "Nothing is left; that waits for a second reading.",
  ],
  [
    "ok and past its reset",
    { state: "ok", reading: window({ resetAt: inSeconds(-90) }), forecast: aForecast() },
    "29 % left; the reset was due 1 min ago, and nothing is judged before it is read.",
  ],
  [
    "ok and missing from the last answer",
    { state: "ok", reading: window(), forecast: aForecast(), present: false },
    "29 % left, 3 h 5 m to the reset; nothing is being used; the last good answer left it out.",
  ],
  [
    "critical and lowered",
    { state: "critical", severity: "warning", reading: window(), ...burning },
    "29 % left, 3 h 5 m to the reset; at the present 2 % per 10 min it is gone in 2 h 25 m, 40 min before the reset; it only warns.",
  ],
  [
    "critical for some models only",
    { state: "critical", severity: "warning", reading: window({ partial: true }), ...burning },
    "29 % left, 3 h 5 m to the reset; at the present 2 % per 10 min it is gone in 2 h 25 m, 40 min before the reset; it only warns, since it binds a part of the account.",
  ],
  [
    "critical and silenced by the config",
    { state: "critical", severity: "none", reading: window(), ...burning },
    "29 % left, 3 h 5 m to the reset; at the present 2 % per 10 min it is gone in 2 h 25 m, 40 min before the reset; the config lets it alert nobody.",
  ],
  [
    "critical by more than the use of late",
    { state: "critical", severity: "critical", reading: window(), ...burning, short: aRate({ perSecond: 4 / 600 }) },
    "29 % left, 3 h 5 m to the reset; at the expected 2 % per 10 min (4 % of late) it is gone in 2 h 25 m, 40 min before the reset; that is worth a page.",
  ],
  [
    "critical and gone at any moment",
    {
      state: "critical",
      severity: "critical",
      reading: window(),
      forecast: aForecast({ likely: NOW, runwaySeconds: 0.1 }),
    },
    "29 % left, 3 h 5 m to the reset; at the expected 174,000 % per 10 min it is about gone, 3 h 5 m before the reset; that is worth a page.",
  ],
  [
    "critical past its reset",
    { state: "critical", severity: "critical", reading: window({ resetAt: inSeconds(-90) }) },
    "29 % left; the reset was due 1 min ago, and nothing is judged before it is read; that is worth a page.",
  ],
  [
    "watched since it is too late to matter",
    { state: "watch", ...lateBy(300) },
    "29 % left, 2 h 30 m to the reset; at the present 2 % per 10 min it is gone in 2 h 25 m, 5 min before the reset; less than 6 min without it is not worth a page.",
  ],
  [
    "watched while a page waits for a second reading",
    { state: "watch", doubtful: true, reading: window(), ...burning },
    "29 % left, 3 h 5 m to the reset; at the present 2 % per 10 min it is gone in 2 h 25 m, 40 min before the reset; that waits for a second reading.",
  ],
  [
    "ok while a watch waits for a second reading",
    { state: "ok", doubtful: true, reading: window(), ...burning },
    "29 % left, 3 h 5 m to the reset; at the present 2 % per 10 min it is gone in 2 h 25 m, 40 min before the reset; a surprise waits for a second reading that confirms it.",
  ],
  [
    "exhausted too late to matter",
    {
      state: "exhausted",
      severity: "warning",
      reading: window({ remaining: 0, resetAt: inSeconds(240) }),
      alerts: [anAlert({ alert: "LLMQuotaExhausted", severity: "warning" })],
    },
    "Nothing is left, for 10 min; it resets in 4 min; it only warns.",
  ],
  [
    "to be topped up at once",
    {
      state: "topup",
      severity: "critical",
      reading: aBalance(7.42),
      short: aRate({ perSecond: 7.42 / DAY }),
      forecast: aForecast({ likely: inSeconds(DAY), runwaySeconds: DAY }),
    },
    "$7.42 left; at the present $7.42 per day it lasts 1 d; under 2 d is worth a page.",
  ],
  [
    "to be used or lost in spite of some use",
    {
      state: "use_or_lose",
      reading: window({ remaining: 80, periodSeconds: 7 * DAY, resetAt: inSeconds(DAY) }),
      short: aRate({ perSecond: 0.5 / HOUR }),
      forecast: aForecast({ runwaySeconds: 160 * HOUR, projectedUsedRatio: 0.32 }),
    },
    "80 % left, 1 d to the reset; at the present 0.5 % per hour 68 % lapses unused.",
  ],
  [
    "ok by the forecast, but not by its worst",
    { state: "ok", reading: window(), ...slowly, forecast: { ...slowly.forecast, early: inSeconds(9000) } },
    "29 % left, 3 h 5 m to the reset; at the present 0.2 % per 10 min it lasts until the reset with 25.3 % to spare, at worst 2 h 30 m.",
  ],
  [
    "ok and idle",
    { state: "ok", reading: window(), ...idle },
    "29 % left, 3 h 5 m to the reset; nothing is being used.",
  ],
  [
    "unlimited",
    { state: "unlimited", reading: { ...untold, unlimited: true } },
    "The provider says that there is no cap.",
  ],
  [
    "kept though it is too old",
    { state: "critical", reading: window(), valid: false, lastGoodAt: inSeconds(-47 * 60), ...burning },
    "The last good reading, 47 min ago, told 29 % left; it stays critical, since what cannot be read has not recovered.",
  ],
  [
    "only what was used",
    { state: "ok", reading: { ...untold, used: 12, unit: "requests" } },
    "12 requests used, 1 d 1 h to the reset; too few readings yet to tell how fast it goes.",
  ],
];

test.each(CASES)("a quota that is %s", (_what, quota, sentence) => {
  expect(explain(aQuota(quota), ENGINE_DEFAULTS, NOW)).toBe(sentence);
});

test("every state has a case here", () => {
  expect(new Set(CASES.map(([, { state }]) => state))).toEqual(new Set(STATES));
});

test("every explanation is plain text without a word that stands for nothing", () => {
  for (const state of STATES) {
    for (const reading of [window(), untold, aBalance(5), window({ resetAt: inSeconds(-90) }), window({ limit: 0 })]) {
      for (const over of [{}, burning, { valid: false }, { present: false }, { lastGoodAt: undefined, valid: false }]) {
        const text = explain(aQuota({ state, reading, ...over }), ENGINE_DEFAULTS, NOW);
        expect(text).toMatch(/^[A-Z0-9$][^\n<>]*[^.;,]\.$/);
        expect(text).not.toMatch(/undefined|NaN|null|Infinity|∞|unknown| {2}|; ;|: ;/);
      }
    }
  }
});
