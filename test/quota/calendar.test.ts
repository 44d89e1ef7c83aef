import { afterEach, describe, expect, it, vi } from "vitest";
import {
  type CalendarPeriod,
  calendarWindow,
  nextFirst,
  nextMidnight,
  nextMidnightOf,
  nextMonday,
  type Weekday,
} from "../../src/quota/calendar.ts";

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

/** From and to, in UTC. */
const WINDOWS: readonly [period: CalendarPeriod, zone: string, now: string, from: string, to: string][] = [
  ["day", "UTC", "2026-11-21T23:59:59.999Z", "2026-11-21T00:00Z", "2026-11-22T00:00Z"],
  ["day", "UTC", "2026-11-22T00:00:00Z", "2026-11-22T00:00Z", "2026-11-23T00:00Z"],
  // 23 and 25 hours.
  ["day", "America/Los_Angeles", "2027-03-14T20:00:00Z", "2027-03-14T08:00Z", "2027-03-15T07:00Z"],
  ["day", "America/Los_Angeles", "2027-11-07T09:30:00Z", "2027-11-07T07:00Z", "2027-11-08T08:00Z"],
  ["day", "Europe/Berlin", "2027-03-28T00:59:59Z", "2027-03-27T23:00Z", "2027-03-28T22:00Z"],
  // Clocks that change at midnight: forward to 01:00, and back from 01:00 or from 24:00.
  ["day", "Africa/Cairo", "2027-04-30T12:00:00Z", "2027-04-29T22:00Z", "2027-04-30T21:00Z"],
  ["day", "America/Santiago", "2026-09-06T12:00:00Z", "2026-09-06T04:00Z", "2026-09-07T03:00Z"],
  ["day", "America/Havana", "2027-11-07T12:00:00Z", "2027-11-07T04:00Z", "2027-11-08T05:00Z"],
  ["day", "America/Asuncion", "2024-03-24T02:30:00Z", "2024-03-23T03:00Z", "2024-03-24T04:00Z"],
  // There was no 30 December.
  ["day", "Pacific/Apia", "2011-12-30T05:00:00Z", "2011-12-29T10:00Z", "2011-12-30T10:00Z"],
  ["day", "Asia/Kathmandu", "2026-11-21T18:14:59Z", "2026-11-20T18:15Z", "2026-11-21T18:15Z"],
  ["week", "UTC", "2026-11-22T12:00:00Z", "2026-11-16T00:00Z", "2026-11-23T00:00Z"],
  ["week", "UTC", "2026-11-23T00:00:00Z", "2026-11-23T00:00Z", "2026-11-30T00:00Z"],
  ["week", "America/Los_Angeles", "2027-03-14T20:00:00Z", "2027-03-08T08:00Z", "2027-03-15T07:00Z"],
  ["month", "UTC", "2028-02-29T12:00:00Z", "2028-02-01T00:00Z", "2028-03-01T00:00Z"],
  ["month", "UTC", "2026-12-31T23:59:59Z", "2026-12-01T00:00Z", "2027-01-01T00:00Z"],
  ["month", "Europe/Berlin", "2027-10-15T12:00:00Z", "2027-09-30T22:00Z", "2027-10-31T23:00Z"],
  ["month", "Pacific/Kiritimati", "2026-12-31T10:00:00Z", "2026-12-31T10:00Z", "2027-01-31T10:00Z"],
];

describe.each(["UTC", "America/Los_Angeles", "Pacific/Kiritimati"])("on a machine in %s", (machine) => {
  it.each(WINDOWS)("the %s of %s at %s is known", (period, zone, now, from, to) => {
    vi.stubEnv("TZ", machine);

    expect(calendarWindow({ period, zone, weekStart: "monday" }, new Date(now))).toEqual({
      from: new Date(from),
      to: new Date(to),
    });
  });
});

it.each<[Weekday, string, string]>([
  ["sunday", "2026-11-22", "2026-11-29"],
  ["monday", "2026-11-16", "2026-11-23"],
  ["saturday", "2026-11-21", "2026-11-28"],
])("a week may begin on %s", (weekStart, from, to) => {
  const window = calendarWindow({ period: "week", zone: "UTC", weekStart }, new Date("2026-11-22T12:00:00Z"));

  expect(window).toEqual({ from: new Date(from), to: new Date(to) });
});
