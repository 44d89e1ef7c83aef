import fc from "fast-check";
import { afterEach, describe, expect, it, vi } from "vitest";
import {
  type CalendarPeriod,
  calendarWindow,
  nextFirst,
  nextMidnight,
  nextMidnightOf,
  nextMonday,
  nextReset,
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

describe("the next reset by a rule", () => {
  const utc = { zone: "UTC", atMinutes: 0 } as const;
  const newYork = { zone: "America/New_York", atMinutes: 20 * 60 } as const;

  it.each([
    ["tomorrow", { ...utc, every: "day" }, "2026-11-21T12:00:00Z", "2026-11-22T00:00:00Z"],
    ["a day later at the boundary itself", { ...utc, every: "day" }, "2026-11-22T00:00:00Z", "2026-11-23T00:00:00Z"],
    [
      "today at a later hour",
      { ...utc, atMinutes: 1230, every: "day" },
      "2026-11-21T12:00:00Z",
      "2026-11-21T20:30:00Z",
    ],
    ["Monday where no day is named", { ...utc, every: "week" }, "2026-11-21T12:00:00Z", "2026-11-23T00:00:00Z"],
    [
      "in a week, once the hour has passed",
      { ...utc, every: "week", on: "saturday" },
      "2026-11-21T12:00:00Z",
      "2026-11-28T00:00:00Z",
    ],
    [
      "today, before the hour",
      { ...utc, atMinutes: 780, every: "week", on: "saturday" },
      "2026-11-21T12:00:00Z",
      "2026-11-21T13:00:00Z",
    ],
    ["the first", { ...utc, every: "month" }, "2026-12-31T23:59:59Z", "2027-01-01T00:00:00Z"],
    ["the 14th of this month", { ...utc, every: "month", on: 14 }, "2026-11-01T00:00:00Z", "2026-11-14T00:00:00Z"],
    ["the 14th of the next", { ...utc, every: "month", on: 14 }, "2026-11-14T00:00:00Z", "2026-12-14T00:00:00Z"],
    [
      "the last day where there is no 31st",
      { ...utc, every: "month", on: 31 },
      "2026-11-21T00:00:00Z",
      "2026-11-30T00:00:00Z",
    ],
    [
      "the last of February in a leap year",
      { ...utc, every: "month", on: 30 },
      "2028-02-01T00:00:00Z",
      "2028-02-29T00:00:00Z",
    ],
    ["an hour of another zone", { ...newYork, every: "day" }, "2026-11-21T12:00:00Z", "2026-11-22T01:00:00Z"],
    ["the same hour in summer", { ...newYork, every: "day" }, "2026-07-21T12:00:00Z", "2026-07-22T00:00:00Z"],
    [
      "the hour of the zone over the change of the clocks",
      { ...newYork, every: "day" },
      "2026-11-01T01:00:00Z",
      "2026-11-02T01:00:00Z",
    ],
    [
      "an hour that the clocks leave out",
      { zone: "Europe/Berlin", atMinutes: 150, every: "day" },
      "2026-03-29T00:00:00Z",
      "2026-03-29T01:30:00Z",
    ],
    [
      "the weekday of the zone",
      { zone: "Asia/Tokyo", atMinutes: 0, every: "week" },
      "2026-11-22T16:00:00Z",
      "2026-11-29T15:00:00Z",
    ],
  ] as const)("is %s", (_name, rule, now, expected) => {
    expect(nextReset(rule, new Date(now))).toEqual(new Date(expected));
  });

  it("lies ahead, and no further than a period, whatever the rule and the time", () => {
    const LONGEST = { day: 26, week: 7 * 24 + 2, month: 31 * 24 + 2 } as const;
    fc.assert(
      fc.property(
        fc.constantFrom("day" as const, "week" as const, "month" as const),
        fc.integer({ min: 1, max: 31 }),
        fc.integer({ min: 0, max: 1439 }),
        fc.constantFrom(
          "UTC",
          "America/New_York",
          "Europe/Berlin",
          "Asia/Kolkata",
          "Pacific/Apia",
          "America/Sao_Paulo",
        ),
        fc.date({ min: new Date("2015-01-01"), max: new Date("2035-01-01"), noInvalidDate: true }),
        (every, day, atMinutes, zone, now) => {
          const at = nextReset({ every, atMinutes, zone, ...(every === "month" && { on: day }) }, now);

          const hours = (at.getTime() - now.getTime()) / 3_600_000;
          expect(hours).toBeGreaterThan(0);
          expect(hours).toBeLessThanOrEqual(LONGEST[every]);
        },
      ),
    );
  });
});
