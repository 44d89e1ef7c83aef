import { expect, test } from "vitest";
import type { QuotaSnapshot } from "../../src/engine/snapshot.ts";
import { STATES } from "../../src/quota/state.ts";
import { stateReason } from "../../src/server/state-reason.ts";
import { aBalance, aForecast, anAlert, aQuota, aRate, aReading, inSeconds, NOW } from "../support/snapshot.ts";

const HOUR = 3600;
const DAY = 86_400;

const window = (over: Parameters<typeof aReading>[0] = {}) =>
  aReading({ unit: "requests", limit: 100, remaining: 29, resetAt: inSeconds(3 * HOUR + 300), ...over });
const burning = { long: aRate({ burn: 1.28 }), forecast: aForecast({ likely: inSeconds(2 * HOUR + 1500) }) };
const slowly = { long: aRate({ burn: 0.4 }) };
const { limit: _limit, remaining: _remaining, ...untold } = aReading();

const CASES: readonly [string, Partial<QuotaSnapshot>, string][] = [
  [
    "exhausted with a reset to come",
    {
      state: "exhausted",
      reading: window({ remaining: 0 }),
      alerts: [anAlert({ alert: "LLMQuotaExhausted" })],
    },
    "Nothing is left: 0 of 100 requests left, for 10 min; it resets in 3 h 5 m.",
  ],
  [
    "exhausted and past its reset",
    { state: "exhausted", reading: window({ remaining: 0, resetAt: inSeconds(-90) }) },
    "Nothing is left: 0 of 100 requests left; its reset was due 1 min ago, next reading pending.",
  ],
  [
    "exhausted by refusal",
    { state: "exhausted", reading: aBalance(0.01, { refused: true }) },
    "The provider refuses calls for want of it: $0.01 left.",
  ],
  [
    "exhausted with something left again",
    { state: "exhausted", reading: window({ remaining: 3 }) },
    "It ran out, and readings do not yet agree that it is back: 3 of 100 requests left.",
  ],
  [
    "critical with a forecast",
    { state: "critical", reading: window(), ...burning },
    "It runs out in 2 h 25 m, 40 min before the reset: 29 of 100 requests left, used 1.28 times as fast as would last.",
  ],
  [
    "critical past its reset",
    { state: "critical", reading: window({ resetAt: inSeconds(-90) }) },
    "The reset was due 1 min ago, and nothing is judged before it is read: 29 of 100 requests left.",
  ],
  [
    "critical while readings disagree",
    { state: "critical", reading: window(), ...slowly },
    "It was about to run out, and readings do not yet agree that it is not: 29 of 100 requests left, used 0.4 times as fast as would last.",
  ],
  [
    "to be topped up",
    { state: "topup", reading: aBalance(7.42), forecast: aForecast({ runwaySeconds: 4 * DAY + 2 * HOUR }) },
    "What is left lasts 4 d 2 h as it is being used: $7.42 left.",
  ],
  [
    "to be topped up without a forecast",
    { state: "topup", reading: aBalance(7.42) },
    "It was running low, and readings do not yet agree that it is not: $7.42 left.",
  ],
  [
    "watched with a forecast",
    { state: "watch", reading: window(), ...burning },
    "It runs out in 2 h 25 m, 40 min before the reset, which is not yet worth a page: 29 of 100 requests left, used 1.28 times as fast as would last.",
  ],
  [
    "watched and soft",
    { state: "watch", reading: window({ enforcement: "soft" }), ...burning },
    "It runs out in 2 h 25 m, 40 min before the reset, but it is soft and refuses nothing: 29 of 100 requests left, used 1.28 times as fast as would last.",
  ],
  [
    "watched for its share alone",
    { state: "watch", reading: window({ remaining: 15 }) },
    "Only 15 % is left, and there is no forecast: 15 of 100 requests left.",
  ],
  [
    "watched while readings disagree",
    { state: "watch", reading: window(), forecast: aForecast(), ...slowly },
    "It was to run out, and readings do not yet agree that it will last: 29 of 100 requests left, used 0.4 times as fast as would last.",
  ],
  [
    "watched as a bucket",
    { state: "watch", reading: window({ kind: "rate_limit", remaining: 2 }) },
    "It was low in over half of the recent readings: 2 of 100 requests left.",
  ],
  [
    "watched as a refused balance",
    { state: "watch", reading: aBalance(0, { refused: true }) },
    "The provider refuses calls for want of it, but another balance is left.",
  ],
  [
    "to be used or lost",
    { state: "use_or_lose", reading: window({ remaining: 80 }), forecast: aForecast({ projectedUsedRatio: 0.46 }) },
    "If use goes on like this, 54 % of it lapses unused: 80 of 100 requests left; it resets in 3 h 5 m.",
  ],
  [
    "credits to be used or lost",
    { state: "use_or_lose", reading: aBalance(5, { expiresAt: inSeconds(11 * DAY) }) },
    "If use goes on like this, part of it lapses unused: $5.00 left; it expires in 11 d.",
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
    "The last good reading (29 of 100 requests left) was 47 min ago, too long ago to judge by.",
  ],
  [
    "never used",
    { state: "unknown", reading: aBalance(0) },
    "The balance is 0 and was never seen above 0: it may be one that nobody uses.",
  ],
  [
    "without a verdict",
    { state: "unknown", reading: window() },
    "No reading has led to a verdict yet: 29 of 100 requests left.",
  ],
  [
    "ok until its reset",
    { state: "ok", reading: window(), forecast: aForecast(), ...slowly },
    "It lasts until the reset: 29 of 100 requests left, used 0.4 times as fast as would last.",
  ],
  [
    "ok with too little evidence",
    { state: "ok", reading: window() },
    "Nothing is wrong, and there are too few readings for a forecast: 29 of 100 requests left.",
  ],
  [
    "ok by recent use",
    { state: "ok", reading: window(), ...burning, ...slowly },
    "It would run out in 2 h 25 m, 40 min before the reset, but that is not yet clear enough to say so: 29 of 100 requests left, used 0.4 times as fast as would last.",
  ],
  [
    "ok as a balance",
    {
      state: "ok",
      reading: aBalance(25),
      forecast: aForecast({ runwaySeconds: 30 * DAY, likely: inSeconds(30 * DAY) }),
    },
    "What is left lasts 30 d as it is being used: $25.00 left.",
  ],
  [
    "ok as a soft balance",
    { state: "ok", reading: aBalance(1, { enforcement: "soft" }), forecast: aForecast({ runwaySeconds: HOUR }) },
    "What is left lasts 1 h as it is being used, and it is soft and refuses nothing: $1.00 left.",
  ],
  [
    "ok and doubted",
    { state: "ok", reading: window({ remaining: 0 }), doubtful: true },
    "A surprise waits for another reading that confirms it: 0 of 100 requests left.",
  ],
  [
    "ok as a bucket",
    { state: "ok", reading: window({ kind: "rate_limit", remaining: 0 }) },
    "It refills by itself within minutes: 0 of 100 requests left.",
  ],
  [
    "ok, soft and empty",
    { state: "ok", reading: window({ enforcement: "soft", remaining: 0 }) },
    "Nothing is left, but it is soft and refuses nothing: 0 of 100 requests left.",
  ],
  [
    "ok beside another balance",
    { state: "ok", reading: aBalance(0) },
    "Nothing is left, but another balance is: $0.00 left.",
  ],
  [
    "ok, empty and not confirmed",
    { state: "ok", reading: window({ remaining: 0 }) },
    "Nothing is left, which waits to be confirmed: 0 of 100 requests left.",
  ],
  [
    "ok and past its reset",
    { state: "ok", reading: window({ resetAt: inSeconds(-90) }), forecast: aForecast() },
    "The reset was due 1 min ago, and nothing is judged before it is read: 29 of 100 requests left.",
  ],
  [
    "ok and missing from the last answer",
    { state: "ok", reading: window(), forecast: aForecast(), present: false },
    "It lasts until the reset: 29 of 100 requests left; the last good answer left it out.",
  ],
  [
    "unlimited",
    { state: "unlimited", reading: { ...untold, unlimited: true } },
    "The provider says that there is no cap.",
  ],
  [
    "kept though it is too old",
    { state: "critical", reading: window(), valid: false, lastGoodAt: inSeconds(-47 * 60), ...burning },
    "The last good reading, 47 min ago, told 29 of 100 requests left; its state is kept, since what cannot be read has not recovered.",
  ],
  [
    "only what was used",
    { state: "ok", reading: { ...untold, used: 12, unit: "requests" } },
    "Nothing is wrong, and there are too few readings for a forecast: 12 requests used.",
  ],
];

test.each(CASES)("a quota that is %s", (_what, quota, sentence) => {
  expect(stateReason(aQuota(quota), NOW)).toBe(sentence);
});

test("every state has a case here", () => {
  expect(new Set(CASES.map(([, { state }]) => state))).toEqual(new Set(STATES));
});

test("every reason is one sentence without a word that stands for nothing", () => {
  for (const state of STATES) {
    for (const reading of [window(), untold, aBalance(5), window({ resetAt: inSeconds(-90) })]) {
      for (const over of [{}, { valid: false }, { present: false }, { lastGoodAt: undefined, valid: false }]) {
        const sentence = stateReason(aQuota({ state, reading, ...over }), NOW);
        expect(sentence).toMatch(/^[A-Z][^.\n]*(?:\.\d[^.\n]*)*\.$/);
        expect(sentence).not.toMatch(/undefined|NaN|null|Infinity|unknown| {2}/);
      }
    }
  }
});
