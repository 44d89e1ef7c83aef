import { describe, expect, it, test } from "vitest";
import type { QuotaSnapshot } from "../../src/engine/snapshot.ts";
import type { Reading } from "../../src/quota/reading.ts";
import {
  errorInWords,
  forecastInWords,
  lastKnownInWords,
  lastReadInWords,
  leftInWords,
  resetInWords,
} from "../../src/server/sentences.ts";
import {
  aBalance,
  aFailedAccount,
  aForecast,
  anAccount,
  aQuota,
  aReading,
  inSeconds,
  NOW,
} from "../support/snapshot.ts";

const HOUR = 3600;
const quotaOf = (reading: Reading, over: Partial<QuotaSnapshot> = {}) => aQuota({ reading, ...over });
const { limit: _limit, remaining: _remaining, ...withoutAmounts } = aReading();

test.each<[string, QuotaSnapshot, string]>([
  ["limit and remaining", quotaOf(aReading()), "47.5 M of 60 M input tokens"],
  ["a balance", quotaOf(aBalance(7.42)), "$7.42"],
  ["a share", quotaOf(aReading({ unit: "ratio", limit: 1, remaining: 0.29 })), "29 %"],
  ["an overdrawn share", quotaOf(aReading({ unit: "ratio", limit: 1, remaining: -0.05 })), "−5 %"],
  ["only what was used", quotaOf({ ...withoutAmounts, unit: "requests", used: 12 }), "12 requests used"],
  ["no amounts at all", quotaOf(withoutAmounts), "unknown"],
  ["no cap", quotaOf({ ...withoutAmounts, unlimited: true }), "no cap"],
  ["invalid data", aQuota({ valid: false }), "unknown"],
  ["invalid data of an unlimited quota", quotaOf({ ...withoutAmounts, unlimited: true }, { valid: false }), "unknown"],
])("what is left, from %s", (_what, quota, words) => {
  expect(leftInWords(quota)).toBe(words);
});

describe("what was last known", () => {
  const old = aReading({ readAt: inSeconds(-47 * 60) });

  it("is told with its age once the data is invalid", () => {
    expect(lastKnownInWords(quotaOf(old, { valid: false }), NOW)).toBe("was 47.5 M of 60 M input tokens 47 min ago");
  });

  it("is not told while the data is valid, nor when nothing was ever read well", () => {
    expect(lastKnownInWords(quotaOf(old), NOW)).toBeUndefined();
    expect(lastKnownInWords(quotaOf(old, { valid: false, lastGoodAt: undefined }), NOW)).toBeUndefined();
  });
});

test.each<[string, QuotaSnapshot, string | undefined]>([
  ["a coming reset", quotaOf(aReading({ resetAt: inSeconds(3 * HOUR + 720) })), "resets in 3 h 12 m"],
  ["a passed reset", quotaOf(aReading({ resetAt: inSeconds(-90) })), "reset was due 1 min ago, next reading pending"],
  [
    "a passed reset of stale data",
    quotaOf(aReading({ resetAt: inSeconds(-90) }), { valid: false }),
    "reset was due 1 min ago",
  ],
  ["credits that expire", quotaOf(aBalance(5, { expiresAt: inSeconds(11 * 24 * HOUR) })), "expires in 11 d"],
  ["credits that have expired", quotaOf(aBalance(5, { expiresAt: inSeconds(-60) })), "expired 1 min ago"],
  ["a plain balance", quotaOf(aBalance(5)), undefined],
])("the reset, from %s", (_what, quota, words) => {
  expect(resetInWords(quota, NOW)).toBe(words);
});

describe("the forecast", () => {
  const resetAt = inSeconds(3 * HOUR + 5 * 60);
  const likely = inSeconds(2 * HOUR + 25 * 60);
  test.each<[string, QuotaSnapshot, string]>([
    [
      "runs out before the reset",
      quotaOf(aReading({ resetAt }), { forecast: aForecast({ likely }) }),
      "runs out in 2 h 25 m, 40 min before the reset",
    ],
    [
      "runs out with no reset to come",
      quotaOf(aBalance(5), { forecast: aForecast({ likely }) }),
      "runs out in 2 h 25 m",
    ],
    [
      "runs out before credits expire",
      quotaOf(aBalance(5, { expiresAt: resetAt }), { forecast: aForecast({ likely }) }),
      "runs out in 2 h 25 m, 40 min before it expires",
    ],
    ["is due already", quotaOf(aReading(), { forecast: aForecast({ likely: inSeconds(-1) }) }), "is running out now"],
    ["lasts", quotaOf(aReading(), { forecast: aForecast() }), "lasts until the reset"],
    ["lasts without an end", quotaOf(aBalance(5), { forecast: aForecast() }), "lasts at this rate"],
    [
      "might not last",
      quotaOf(aReading(), { forecast: aForecast({ early: inSeconds(5 * HOUR) }) }),
      "likely lasts until the reset; at worst gone in 5 h",
    ],
    ["has too little evidence", aQuota(), "no forecast yet"],
    [
      "has no current reading",
      aQuota({ valid: false, forecast: aForecast({ likely }) }),
      "no forecast without a current reading",
    ],
    ["has run out", aQuota({ state: "exhausted" }), "nothing left"],
    ["has no cap", quotaOf({ ...withoutAmounts, unlimited: true }), "never runs out"],
    ["is per minute", quotaOf(aReading({ kind: "rate_limit" })), "refills by itself within minutes"],
  ])("of a quota that %s", (_what, quota, words) => {
    expect(forecastInWords(quota, NOW)).toBe(words);
  });
});

test("a failure is a sentence: what it means, then what was tried", () => {
  const account = aFailedAccount({ reason: "auth", message: "GET /user/balance was refused with 401" });
  expect(errorInWords(account)).toBe("The credential was rejected: GET /user/balance was refused with 401.");
  expect(errorInWords(anAccount())).toBeUndefined();
});

test.each([
  ["that works", anAccount(), "read 2 s ago"],
  ["that was never tried", anAccount({ up: false, lastPollAt: undefined, lastSuccessAt: undefined }), "not read yet"],
  ["that never worked", aFailedAccount({ reason: "network", message: "refused" }), "tried 2 s ago, never read"],
  [
    "that no longer works",
    anAccount({ up: false, lastSuccessAt: inSeconds(-47 * 60) }),
    "tried 2 s ago, last read 47 min ago",
  ],
])("the last read of an account %s", (_what, account, words) => {
  expect(lastReadInWords(account, NOW)).toBe(words);
});
