import { describe, expect, it } from "vitest";
import { hourlyRates, learnHours, newProfile, useToCome, usualUse } from "../../src/engine/profile.ts";
import { ENGINE_DEFAULTS } from "../../src/engine/settings.ts";
import { at, DAY, HOUR } from "../support/readings.ts";

const BEGIN = at(0).getTime() / 1000;

/** Days in which each hour uses what `usedAt` says, read every quarter of an hour. */
function live(days: number, usedAt: (hour: number, day: number) => number) {
  const profile = newProfile(BEGIN);
  for (let quarter = 0; quarter < days * 96; quarter++) {
    const hour = Math.floor(quarter / 4);
    learnHours(
      profile,
      BEGIN + (quarter + 1) * 900,
      usedAt(hour % 24, Math.floor(hour / 24)) / 4,
      900,
      ENGINE_DEFAULTS,
    );
  }
  return profile;
}
const officeHours = (hour: number) => (hour >= 9 && hour < 17 ? 3600 : 0);

describe("the hours of past days", () => {
  it("say nothing before two days are known", () => {
    expect(hourlyRates(live(1, officeHours), BEGIN + DAY, ENGINE_DEFAULTS)).toBeUndefined();
    expect(hourlyRates(live(2, officeHours), BEGIN + 2 * DAY, ENGINE_DEFAULTS)).toHaveLength(24);
  });

  it("tell when the use of a day comes", () => {
    const rates = hourlyRates(live(5, officeHours), BEGIN + 5 * DAY, ENGINE_DEFAULTS) ?? [];
    const midnight = BEGIN + 5 * DAY;

    expect(usualUse(rates, midnight, midnight + 9 * HOUR) / usualUse(rates, midnight, midnight + DAY)).toBeLessThan(
      0.05,
    );
    expect(usualUse(rates, midnight, midnight + DAY) / (8 * 3600)).toBeCloseTo(1, 1);
  });

  it("forget: after a week of more, more is usual", () => {
    const rates =
      hourlyRates(
        live(14, (_, day) => (day < 7 ? 100 : 200)),
        BEGIN + 14 * DAY,
        ENGINE_DEFAULTS,
      ) ?? [];

    expect(usualUse(rates, BEGIN + 14 * DAY, BEGIN + 15 * DAY) / 24).toBeGreaterThan(175);
  });

  it("count no time in which nothing could be used, and no use of a long silence", () => {
    const profile = live(3, () => 60);
    const before = hourlyRates(profile, BEGIN + 3 * DAY, ENGINE_DEFAULTS);
    learnHours(profile, BEGIN + 3 * DAY + HOUR, 0, 0, ENGINE_DEFAULTS);
    learnHours(profile, BEGIN + 4 * DAY, 9999, DAY, ENGINE_DEFAULTS);

    expect(hourlyRates(profile, BEGIN + 4 * DAY, ENGINE_DEFAULTS)).toEqual(before);
  });

  it.each([
    { days: 1, level: 1, expected: 24 },
    { days: 30, level: 1, expected: 720 },
    // Twice as much now, which fades with six hours: six hours' worth more in all.
    { days: 2, level: 2, expected: 54 },
    { days: 30, level: 0, expected: 714 },
  ])("use in $days days at $level times the usual what $expected hours usually use", ({ days, level, expected }) => {
    const rates = Array<number>(24).fill(1 / HOUR);
    const use = useToCome(rates, { level, at: BEGIN + 1800, until: BEGIN + 1800 + days * DAY }, ENGINE_DEFAULTS);

    expect(use).toBeGreaterThan(expected - 0.1);
    expect(use).toBeLessThan(expected + 0.1);
  });
});
