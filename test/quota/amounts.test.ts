import { describe, expect, it } from "vitest";
import { isGood, ratioOf, remainingOf, usedOf } from "../../src/quota/amounts.ts";
import { atMost, SEVERITIES } from "../../src/quota/state.ts";
import { aReading } from "../support/snapshot.ts";

describe("what is left, used and the share left", () => {
  it.each([
    { name: "limit and remaining", told: { limit: 100, remaining: 30 }, remaining: 30, used: 70, ratio: 0.3 },
    { name: "limit and used", told: { limit: 100, used: 70 }, remaining: 30, used: 70, ratio: 0.3 },
    { name: "an overdraft", told: { limit: 100, remaining: -5 }, remaining: -5, used: 105, ratio: -0.05 },
    { name: "more than the limit", told: { limit: 100, remaining: 120 }, remaining: 120, used: -20, ratio: 1.2 },
    { name: "a balance", told: { remaining: 7 }, remaining: 7, used: undefined, ratio: undefined },
    { name: "use alone", told: { used: 7 }, remaining: undefined, used: 7, ratio: undefined },
    { name: "a limit alone", told: { limit: 100 }, remaining: undefined, used: undefined, ratio: undefined },
    { name: "a limit of zero", told: { limit: 0, remaining: 0 }, remaining: 0, used: 0, ratio: undefined },
    { name: "a negative limit", told: { limit: -1, remaining: 0 }, remaining: 0, used: -1, ratio: undefined },
    { name: "nothing", told: {}, remaining: undefined, used: undefined, ratio: undefined },
  ])("follow from $name", ({ told, remaining, used, ratio }) => {
    expect({ remaining: remainingOf(told), used: usedOf(told), ratio: ratioOf(told) }).toEqual({
      remaining,
      used,
      ratio,
    });
  });
});

describe("a reading", () => {
  const { limit: _limit, remaining: _remaining, ...bare } = aReading();

  it.each([
    { name: "with an amount is good", reading: aReading(), good: true },
    { name: "with use alone is good", reading: { ...bare, used: 3 }, good: true },
    { name: "without a cap is good", reading: { ...bare, unlimited: true as const }, good: true },
    { name: "without any amount is not", reading: bare, good: false },
    { name: "with a limit alone is not", reading: { ...bare, limit: 5 }, good: false },
    { name: "of degraded confidence is not", reading: { ...bare, confidence: "degraded" as const }, good: false },
  ])("$name", ({ reading, good }) => {
    expect(isGood(reading)).toBe(good);
  });
});

it("the milder of two severities is the one further from a page", () => {
  const table = SEVERITIES.map((severity) => SEVERITIES.map((cap) => atMost(severity, cap)));

  expect(table).toEqual([
    ["none", "none", "none", "none"],
    ["none", "info", "info", "info"],
    ["none", "info", "warning", "warning"],
    ["none", "info", "warning", "critical"],
  ]);
});
