import fc from "fast-check";
import { describe, expect, it, test } from "vitest";
import { answerClock, resetTime } from "../../src/http/reset-time.ts";

const NOW = new Date("2026-11-21T12:00:00Z");
const CLOCK = answerClock(undefined, NOW);

describe("resetTime", () => {
  it.each([
    ["a duration of milliseconds", "20ms", "2026-11-21T12:00:00.020Z"],
    ["a duration of minutes", "6m0s", "2026-11-21T12:06:00.000Z"],
    ["a duration below a millisecond, to the nearest", "600\u00b5s", "2026-11-21T12:00:00.001Z"],
    ["no time at all", "0s", "2026-11-21T12:00:00.000Z"],
    ["seconds from now", "59", "2026-11-21T12:00:59.000Z"],
    ["a fraction of seconds from now", "1.2", "2026-11-21T12:00:01.200Z"],
    ["the most seconds from now", "99999999", "2030-01-21T21:46:39.000Z"],
    ["epoch seconds", "1795290000", "2026-11-21T19:40:00.000Z"],
    ["epoch milliseconds", "1795290000123", "2026-11-21T19:40:00.123Z"],
    ["RFC 3339", "2026-11-21T22:50:00Z", "2026-11-21T22:50:00.000Z"],
    ["RFC 3339 with an offset", "2026-11-21T22:50:00+01:00", "2026-11-21T21:50:00.000Z"],
    ["RFC 3339 with nine decimals, cut to milliseconds", "2026-11-21T22:50:00.123456789Z", "2026-11-21T22:50:00.123Z"],
    ["RFC 3339 in lower case", "2026-11-21t22:50:00z", "2026-11-21T22:50:00.000Z"],
    ["a time that has passed", "2026-11-21T11:59:58Z", "2026-11-21T11:59:58.000Z"],
    ["an HTTP date", "Sat, 21 Nov 2026 12:01:30 GMT", "2026-11-21T12:01:30.000Z"],
    ["blanks around", " 6m0s ", "2026-11-21T12:06:00.000Z"],
  ])("reads %s", (_, text, time) => {
    expect(resetTime(text, CLOCK)?.toISOString()).toBe(time);
  });

  it.each([
    ["nothing", ""],
    ["a word", "never"],
    ["a negative number", "-5"],
    ["a number that is neither seconds from now nor an epoch", "500000000"],
    ["epoch seconds past 2100", "4200000000"],
    ["epoch milliseconds before 2001", "900000000000"],
    ["epoch microseconds", "1795290000123456"],
    ["an exponent", "1e3"],
    ["a duration of years", "100000h"],
    ["a date without a time", "2026-11-21"],
    ["a time without a zone", "2026-11-21T22:50:00"],
    ["the 30th of February", "2026-02-30T00:00:00Z"],
    ["a time that no day has", "2026-11-21T25:00:00Z"],
    ["two of them", "1, 86400"],
    ["not a number", "NaN"],
    ["no end", "Infinity"],
    ["a number past every number", "9".repeat(400)],
    ["a date of the year 9999", "9999-12-31T23:59:59Z"],
    ["a date of the year 1", "0001-01-01T00:00:00Z"],
    ["a date with a word in it", "Sat, hush 21 Nov 2026 12:01:30 GMT"],
  ])("refuses %s", (_, text) => {
    expect(resetTime(text, CLOCK)).toBeUndefined();
  });
});

describe("answerClock", () => {
  const reset = (date: string | undefined, text: string) => resetTime(text, answerClock(date, NOW))?.toISOString();

  it.each([
    ["no Date", undefined],
    ["a Date that cannot be read", "yesterday"],
  ])("counts from our own time with %s", (_, date) => {
    expect(reset(date, "1m0s")).toBe("2026-11-21T12:01:00.000Z");
  });

  it.each([
    ["older, as after a cache", "Sat, 21 Nov 2026 11:59:20 GMT", "2026-11-21T12:00:20.000Z"],
    ["later, as after a slow answer", "Sat, 21 Nov 2026 12:00:07 GMT", "2026-11-21T12:01:07.000Z"],
  ])("counts from the Date of an answer that is %s", (_, date, time) => {
    expect(reset(date, "1m0s")).toBe(time);
  });

  it("leaves a time as it is told while the clocks are in step", () => {
    expect(reset("Sat, 21 Nov 2026 12:00:07 GMT", "2026-11-21T12:03:00Z")).toBe("2026-11-21T12:03:00.000Z");
  });

  it.each([
    ["a duration", "1m30s"],
    ["RFC 3339", "2026-11-21T11:41:30Z"],
    ["epoch seconds", String(Date.UTC(2026, 10, 21, 11, 41, 30) / 1000)],
  ])("tells %s by our own clock where the two are minutes apart", (_, text) => {
    expect(reset("Sat, 21 Nov 2026 11:40:00 GMT", text)).toBe("2026-11-21T12:01:30.000Z");
  });

  it.each([
    ["no sense", "Thu, 01 Jan 1970 00:00:10 GMT"],
    ["a year that is to come", "Fri, 31 Dec 9999 23:59:59 GMT"],
  ])("counts a duration from our own time beside a Date of %s, and believes no time that it tells", (_, date) => {
    expect(reset(date, "1m30s")).toBe("2026-11-21T12:01:30.000Z");
    expect(reset(date, "1795290000")).toBeUndefined();
  });
});

test("any text is a time within three years of the answer, or none", () => {
  const debris = fc.string({ maxLength: 25, unit: fc.constantFrom(..."0123456789.,:-+eTZdhms ") });
  const number = fc.oneof(fc.maxSafeNat().map(String), fc.double().map(String));
  const time = fc.date({ noInvalidDate: true }).map((date) => date.toISOString());
  fc.assert(
    fc.property(fc.oneof(debris, number, time), (text) => {
      const at = resetTime(text, CLOCK) ?? NOW;
      expect(Math.abs(at.getTime() - NOW.getTime())).toBeLessThanOrEqual(1e11);
    }),
  );
});
