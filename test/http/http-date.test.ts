import fc from "fast-check";
import { describe, expect, it, test } from "vitest";
import { httpDate } from "../../src/http/http-date.ts";

const TIME = Date.UTC(2026, 10, 1, 12, 1, 30);

describe("httpDate", () => {
  it.each([
    ["today's form", "Sun, 01 Nov 2026 12:01:30 GMT"],
    ["a day of one digit, which some senders write", "Sun, 1 Nov 2026 12:01:30 GMT"],
    ["a wrong weekday, which says nothing", "Mon, 01 Nov 2026 12:01:30 GMT"],
    ["the form of RFC 850", "Sunday, 01-Nov-26 12:01:30 GMT"],
    ["the form of asctime, which means UTC", "Sun Nov  1 12:01:30 2026"],
    ["blanks around", " Sun, 01 Nov 2026 12:01:30 GMT "],
  ])("reads %s", (_, text) => {
    expect(httpDate(text)).toBe(TIME);
  });

  it.each([
    ["nothing", ""],
    ["a number", "1795290000"],
    ["RFC 3339", "2026-11-01T12:01:30Z"],
    ["a date without a zone", "Sun, 01 Nov 2026 12:01:30"],
    ["another zone", "Sun, 01 Nov 2026 12:01:30 PST"],
    ["a word in between", "Sun, hush 01 Nov 2026 12:01:30 GMT"],
    ["a remark in between", "Sun, (hush) 01 Nov 2026 12:01:30 GMT"],
    ["two of them", "Sun, 01 Nov 2026 12:01:30 GMT, Sun, 01 Nov 2026 12:01:30 GMT"],
    ["a month that there is not", "Sun, 01 Nox 2026 12:01:30 GMT"],
    ["the 30th of February", "Sun, 30 Feb 2026 12:01:30 GMT"],
    ["day 0", "Sun, 00 Nov 2026 12:01:30 GMT"],
    ["hour 24", "Sun, 01 Nov 2026 24:00:00 GMT"],
    ["minute 60", "Sun, 01 Nov 2026 12:60:00 GMT"],
    ["a year of five digits", "Sun, 01 Nov 12026 12:01:30 GMT"],
  ])("refuses %s", (_, text) => {
    expect(httpDate(text)).toBeUndefined();
  });
});

test("what JavaScript prints in UTC is read back as the same second", () => {
  fc.assert(
    fc.property(fc.date({ min: new Date(0), max: new Date("2099-12-31T23:59:59Z"), noInvalidDate: true }), (date) => {
      expect(httpDate(date.toUTCString())).toBe(Math.floor(date.getTime() / 1000) * 1000);
    }),
  );
});
