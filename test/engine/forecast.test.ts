import fc from "fast-check";
import { describe, expect, it, test } from "vitest";
import { normalCdf } from "../../src/engine/outlook.ts";
import type { QuotaSnapshot } from "../../src/engine/snapshot.ts";
import { at, BALANCE, DAY, FOUR_HOURS, falling, HOUR, MINUTE, startRun, type Told } from "../support/readings.ts";

const last = (snapshots: readonly QuotaSnapshot[]) => snapshots.at(-1) as QuotaSnapshot;
const left = (...amounts: number[]): Told[] => amounts.map((remaining) => ({ remaining }));

/** The forecast after half an hour at so many requests a minute, from one hour into the window. */
function forecastAt(perMinute: number) {
  const run = startRun();
  run.pass(HOUR);
  const { forecast } = last(run.readEach(MINUTE, falling(1000, perMinute, 30)));
  if (forecast === undefined) throw new Error("no forecast");
  return forecast;
}

describe("evidence", () => {
  it("is too thin with two readings", () => {
    const [, second, third] = startRun().readEach(MINUTE, falling(1000, 5, 3));

    expect(second).toMatchObject({ long: { perSecond: undefined, burn: undefined }, forecast: undefined });
    expect(third?.long.perSecond).toBeCloseTo(5 / MINUTE, 9);
    expect(third?.forecast).toBeDefined();
  });

  it("is too thin with one step of a provider that tells whole percents", () => {
    const percents: Told = { ...FOUR_HOURS, unit: "ratio", limit: 1 };
    const one = last(startRun({ reading: percents }).readEach(MINUTE, left(1, 1, 1, 1, 0.99, 0.99)));
    const two = last(startRun({ reading: percents }).readEach(MINUTE, left(1, 1, 1, 1, 0.99, 0.98)));

    expect(one).toMatchObject({ long: { perSecond: undefined }, forecast: undefined });
    expect(two.long.perSecond).toBeDefined();
  });

  it("of no use at all is a rate of zero, at which it lasts", () => {
    expect(last(startRun().readEach(MINUTE, left(500, 500, 500)))).toMatchObject({
      long: { perSecond: 0, burn: 0 },
      forecast: {
        early: undefined,
        likely: undefined,
        late: undefined,
        probability: 0,
        projectedUsedRatio: 0.5,
        runwaySeconds: undefined,
      },
    });
  });

  it("is gathered over windows that scale with the period, and longer ones for credits", () => {
    const windows = (reading: Told) => {
      const { short, long } = startRun({ reading }).read({ remaining: 1 });
      return [short.windowSeconds, long.windowSeconds];
    };

    expect(windows({ ...FOUR_HOURS, periodSeconds: 7 * DAY })).toEqual([30_240, 120_960]);
    expect(windows({ ...FOUR_HOURS, periodSeconds: HOUR })).toEqual([300, 720]);
    expect(windows({ ...FOUR_HOURS, periodSeconds: 8 * MINUTE })).toEqual([120, 120]);
    expect(windows(BALANCE)).toEqual([DAY, 7 * DAY]);
  });

  it("comes back soon after a day without readings", () => {
    const run = startRun({ reading: { ...FOUR_HOURS, resetAt: at(7 * DAY), periodSeconds: 5 * HOUR } });
    run.readEach(MINUTE, falling(1000, 1, 30));
    run.pass(DAY);
    const after = run.readEach(MINUTE, falling(960, 1, 5));

    expect(after.map(({ long }) => long.perSecond !== undefined)).toEqual([false, false, true, true, true]);
  });
});

describe("burn rate", () => {
  it("is one when it runs out exactly at the reset", () => {
    const run = startRun();
    const snapshots = run.readEach(MINUTE, falling(1000, 1000 / 240, 200));

    for (const { long } of snapshots.slice(3)) expect(long.burn).toBeCloseTo(1, 9);
  });

  it("is absent without a reset, with nothing left, and on a per-minute bucket", () => {
    const noReset = last(
      startRun({ reading: { ...FOUR_HOURS, resetAt: undefined } }).readEach(MINUTE, falling(1000, 5, 5)),
    );
    const nothing = last(startRun().readEach(MINUTE, falling(50, 10, 5)));

    expect([noReset.long.burn, noReset.forecast]).toEqual([undefined, undefined]);
    expect(nothing.long.burn).toBeUndefined();
    expect(nothing.reading.remaining).toBe(0);
  });
});

describe("a forecast", () => {
  it("names no instant when it will last until the reset", () => {
    expect(forecastAt(1)).toMatchObject({ likely: undefined, runwaySeconds: expect.any(Number) });
  });

  it("never reaches beyond the reset", () => {
    for (const perMinute of [1, 3, 5, 6, 8, 12]) {
      const { early, likely, late } = forecastAt(perMinute);
      for (const instant of [early, likely, late]) expect(instant?.getTime() ?? 0).toBeLessThan(at(4 * HOUR).getTime());
    }
  });

  it("orders early, likely and late, and the probability grows with use", () => {
    const forecasts = [2, 4, 6, 8, 12, 20].map(forecastAt);

    for (const { early, likely, late } of forecasts) {
      const instants = [early, likely, late].map((instant) => instant?.getTime() ?? Number.MAX_SAFE_INTEGER);
      expect(instants).toEqual([...instants].sort((a, b) => a - b));
    }
    const probabilities = forecasts.map(({ probability }) => probability ?? Number.NaN);
    expect(probabilities).toEqual([...probabilities].sort((a, b) => a - b));
    expect(Math.min(...probabilities)).toBeGreaterThanOrEqual(0);
    expect(Math.max(...probabilities)).toBeLessThanOrEqual(1);
  });

  it("does not clamp what would be used at the reset", () => {
    expect(forecastAt(20).projectedUsedRatio).toBeGreaterThan(2);
  });

  it("names no instant that no calendar can hold", () => {
    const snapshots = startRun({ reading: BALANCE }).readEach(MINUTE, left(1e9, 1e9 - 1e-6, 1e9 - 2e-6, 1e9 - 3e-6));
    const forecast = last(snapshots).forecast;

    expect(forecast?.likely).toBeUndefined();
    expect(forecast?.late).toBeUndefined();
    expect(forecast?.runwaySeconds).toBeGreaterThan(1e12);
  });

  it("of a sliding window looks one window ahead", () => {
    const run = startRun({ reading: { ...FOUR_HOURS, kind: "rolling", sliding: true, resetAt: undefined } });
    const { forecast, long } = last(run.readEach(MINUTE, falling(1000, 10, 30)));

    // The 300 that were seen to be used leave it between three and a half and four hours from now.
    expect(long.burn).toBeCloseTo(((10 / MINUTE) * 3.5 * HOUR) / 700, 1);
    // Nobody knows when the ten were used that were used before: some of them leave it until then.
    expect(forecast?.likely?.getTime()).toBeGreaterThan(at(30 * MINUTE + 69 * MINUTE).getTime());
    expect(forecast?.likely?.getTime()).toBeLessThan(at(30 * MINUTE + 71 * MINUTE).getTime());
  });

  it("of credits that expire ends there", () => {
    const run = startRun({ reading: { ...BALANCE, expiresAt: at(2 * DAY) } });
    const { forecast, long } = last(run.readEach(HOUR, falling(103, 1, 3)));

    expect(forecast?.likely).toBeUndefined();
    expect(long.burn).toBeCloseTo(45 / 100, 9);
  });

  it("uses the length that the config gives a window", () => {
    const run = startRun({ account: { overrides: { requests: { periodSeconds: 10 * HOUR } } } });
    run.read({ remaining: 1000 });

    expect(run.show().quotas[0]?.long.windowSeconds).toBe(2 * HOUR);
  });
});

test("the normal distribution is right to seven digits, symmetric and within [0, 1]", () => {
  expect([-1.96, -1, 0, 1, 1.96].map((z) => Number(normalCdf(z).toFixed(6)))).toEqual([
    0.024998, 0.158655, 0.5, 0.841345, 0.975002,
  ]);
  fc.assert(
    fc.property(fc.double({ min: -50, max: 50, noNaN: true }), (z) => {
      expect(normalCdf(z) + normalCdf(-z)).toBeCloseTo(1, 8);
      expect(normalCdf(z)).toBeGreaterThanOrEqual(0);
      expect(normalCdf(z)).toBeLessThanOrEqual(1);
    }),
  );
});

it("the smallest number there is makes no burn rate that is infinite", () => {
  const run = startRun({
    reading: { quota: "tokens", kind: "rolling", unit: "tokens", sliding: true, periodSeconds: 60 },
  });
  const shown = run.readEach(60, [{ remaining: 100 }, { remaining: 50 }, { remaining: 10 }, { remaining: 5e-324 }]);

  expect(shown.at(-1)).toMatchObject({ long: { perSecond: expect.any(Number), burn: undefined } });
});
