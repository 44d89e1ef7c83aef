import { afterEach, describe, expect, it, vi } from "vitest";
import { nextFirst, nextMidnight, nextMonday } from "../../src/quota/calendar.ts";

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

it("the zone of the machine is really another", () => {
  vi.stubEnv("TZ", "Pacific/Kiritimati");

  expect(new Date("2026-11-21T12:00:00Z").getDate()).toBe(22);
});
