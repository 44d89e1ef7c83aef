import { afterEach, describe, expect, it, vi } from "vitest";
import { nextFirst, nextMidnight, nextMidnightOf, nextMonday } from "../../src/quota/calendar.ts";

const CASES: readonly [when: string, now: string, midnight: string, monday: string, first: string][] = [
  ["on a Saturday noon", "2026-11-21T12:00:00Z", "2026-11-22", "2026-11-23", "2026-12-01"],
  ["in the last moment of a Sunday", "2026-11-22T23:59:59.999Z", "2026-11-23", "2026-11-23", "2026-12-01"],
  ["at the start of a Monday", "2026-11-23T00:00:00Z", "2026-11-24", "2026-11-30", "2026-12-01"],
  ["in the last moment of a year", "2026-12-31T23:59:59.999Z", "2027-01-01", "2027-01-04", "2027-01-01"],
  ["at the start of a year", "2027-01-01T00:00:00Z", "2027-01-02", "2027-01-04", "2027-02-01"],
  ["on the last day of January", "2027-01-31T08:00:00Z", "2027-02-01", "2027-02-01", "2027-02-01"],
  ["on 28 February of an ordinary year", "2027-02-28T08:00:00Z", "2027-03-01", "2027-03-01", "2027-03-01"],
  ["on 28 February of a leap year", "2028-02-28T08:00:00Z", "2028-02-29", "2028-03-06", "2028-03-01"],
  ["on 29 February", "2028-02-29T08:00:00Z", "2028-03-01", "2028-03-06", "2028-03-01"],
  ["in the hour that summer time skips elsewhere", "2027-03-14T07:30:00Z", "2027-03-15", "2027-03-15", "2027-04-01"],
];

afterEach(() => vi.unstubAllEnvs());

describe.each(["UTC", "America/Los_Angeles", "Pacific/Kiritimati"])("on a machine in %s", (zone) => {
  it.each(CASES)("%s the windows of UTC end as they should", (_when, now, midnight, monday, first) => {
    vi.stubEnv("TZ", zone);
    const at = new Date(now);

    expect([nextMidnight(at), nextMonday(at), nextFirst(at)].map((end) => end.toISOString())).toEqual(
      [midnight, monday, first].map((day) => `${day}T00:00:00.000Z`),
    );
  });
});

const PACIFIC: readonly [when: string, now: string, end: string][] = [
  ["in winter", "2026-11-21T12:00:00Z", "2026-11-22T08:00:00Z"],
  ["in summer", "2026-07-01T12:00:00Z", "2026-07-02T07:00:00Z"],
  ["in the last moment of a day", "2026-11-22T07:59:59.999Z", "2026-11-22T08:00:00Z"],
  ["at the start of a day", "2026-11-22T08:00:00Z", "2026-11-23T08:00:00Z"],
  ["in the last moment of a year", "2027-01-01T07:59:59.999Z", "2027-01-01T08:00:00Z"],
  ["on 28 February of a leap year", "2028-02-28T20:00:00Z", "2028-02-29T08:00:00Z"],
  // The second Sunday of March has 23 hours there, the first of November 25.
  ["on the day before summer time begins", "2027-03-13T20:00:00Z", "2027-03-14T08:00:00Z"],
  ["at the start of the day that summer time begins on", "2027-03-14T08:00:00Z", "2027-03-15T07:00:00Z"],
  ["in the last moment before summer time begins", "2027-03-14T09:59:59.999Z", "2027-03-15T07:00:00Z"],
  ["in the hour after summer time has begun", "2027-03-14T10:00:00Z", "2027-03-15T07:00:00Z"],
  ["at the end of the day that summer time begins on", "2027-03-15T06:59:59.999Z", "2027-03-15T07:00:00Z"],
  ["on the day before summer time ends", "2027-11-06T20:00:00Z", "2027-11-07T07:00:00Z"],
  ["at the start of the day that summer time ends on", "2027-11-07T07:00:00Z", "2027-11-08T08:00:00Z"],
  ["in the hour that comes twice", "2027-11-07T08:30:00Z", "2027-11-08T08:00:00Z"],
  ["in the hour that comes twice, the second time", "2027-11-07T09:30:00Z", "2027-11-08T08:00:00Z"],
  ["at the end of the day that summer time ends on", "2027-11-08T07:59:59.999Z", "2027-11-08T08:00:00Z"],
];

describe.each(["UTC", "America/Los_Angeles", "Pacific/Kiritimati"])("on a machine in %s", (zone) => {
  it.each(PACIFIC)("%s the day of California ends as it should", (_when, now, end) => {
    vi.stubEnv("TZ", zone);

    expect(nextMidnightOf("America/Los_Angeles", new Date(now))).toEqual(new Date(end));
  });
});

it.each([
  ["Asia/Kolkata", "2026-11-21T18:29:59Z", "2026-11-21T18:30:00Z"],
  ["Pacific/Kiritimati", "2026-11-21T12:00:00Z", "2026-11-22T10:00:00Z"],
  ["UTC", "2026-11-21T12:00:00Z", "2026-11-22T00:00:00Z"],
])("the day of %s ends by the clocks there", (zone, now, end) => {
  expect(nextMidnightOf(zone, new Date(now))).toEqual(new Date(end));
});

it("the zone of the machine is really another", () => {
  vi.stubEnv("TZ", "Pacific/Kiritimati");

  expect(new Date("2026-11-21T12:00:00Z").getDate()).toBe(22);
});
