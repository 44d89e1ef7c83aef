import fc from "fast-check";
import { describe, expect, it, test } from "vitest";
import { formatDuration, parseDuration } from "../../src/quota/duration.ts";

describe("parseDuration", () => {
  it.each([
    ["30s", 30],
    ["5m", 300],
    ["1h30m", 5400],
    ["1d", 86_400],
    ["1w", 604_800],
    ["1w2d3h4m5s6ms", 604_800 + 172_800 + 10_800 + 240 + 5.006],
    ["500ms", 0.5],
    ["90s", 90],
    ["0s", 0],
  ])("reads %s as %d seconds", (text, seconds) => {
    expect(parseDuration(text)).toBe(seconds);
  });

  it.each([
    ["nothing at all", ""],
    ["a number without unit", "300"],
    ["a decimal", "1.5h"],
    ["a negative one", "-5m"],
    ["a plus sign", "+5m"],
    ["an unknown unit", "1y"],
    ["units in the wrong order", "30m1h"],
    ["a unit twice", "1m1m"],
    ["a unit alone", "m"],
    ["spaces", "1h 30m"],
    ["capital letters", "5M"],
    ["more digits than a number holds exactly", "12345678901234567890s"],
    ["a line break", "5m\n"],
  ])("refuses %s", (_, text) => {
    expect(parseDuration(text)).toBeUndefined();
  });
});

describe("formatDuration", () => {
  it.each([
    [0, "0s"],
    [0.5, "500ms"],
    [90, "1m30s"],
    [5400, "1h30m"],
    [86_400, "1d"],
    [691_200, "8d"],
  ])("writes %d seconds as %s", (seconds, text) => {
    expect(formatDuration(seconds)).toBe(text);
  });

  it.each([-1, Number.NaN, Number.POSITIVE_INFINITY])("refuses %d", (seconds) => {
    expect(() => formatDuration(seconds)).toThrow(RangeError);
  });
});

test("what is written is read back as the same duration", () => {
  const milliseconds = fc.integer({ min: 0, max: 10 * 365 * 86_400_000 });
  fc.assert(
    fc.property(milliseconds, (amount) => {
      expect(parseDuration(formatDuration(amount / 1000))).toBe(amount / 1000);
    }),
  );
});
