import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { QuotaSnapshot } from "../../src/engine/snapshot.ts";
import { KINDS, UNITS } from "../../src/quota/reading.ts";
import { at, HOUR, MINUTE, startRun, type Told } from "../support/readings.ts";

const PERIOD = 4 * HOUR;
const LIMIT = 1000;

/** Use in steps of a minute over three windows, and what a poller does to it. */
const demand = fc.array(fc.nat({ max: 12 }), { minLength: 720, maxLength: 720 });
const poll = fc.record({
  minutes: fc.integer({ min: 1, max: 30 }),
  /** Told again, with its first time. */
  repeated: fc.boolean(),
  /** So many minutes old; never twice in a row, since the second could as well be true. */
  stale: fc.option(fc.integer({ min: 1, max: 20 }), { freq: 6 }),
  jitter: fc.integer({ min: -150, max: 150 }),
});
type Poll = typeof poll extends fc.Arbitrary<infer T> ? T : never;
const polls = fc.array(poll, { minLength: 5, maxLength: 120 });

/** Requests used until each minute, with what each window refused at its limit left out. */
function usedUntil(steps: readonly number[]): { total: number[]; inWindow: number[] } {
  const total = [0];
  const inWindow = [0];
  steps.forEach((step, minute) => {
    const before = minute % (PERIOD / MINUTE) === 0 ? 0 : (inWindow[minute] ?? 0);
    const used = Math.min(step, LIMIT - before);
    inWindow.push(before + used);
    total.push((total[minute] ?? 0) + used);
  });
  return { total, inWindow };
}

const windowOf = (minute: number) => Math.floor(Math.max(0, minute - 1) / (PERIOD / MINUTE));

function told(inWindow: readonly number[], minute: number, jitter: number): Told {
  return { remaining: LIMIT - (inWindow[minute] ?? 0), resetAt: at((windowOf(minute) + 1) * PERIOD + jitter) };
}

/** What was counted and what was really used since the first reading, after each poll. */
function countedAndTrue(steps: readonly number[], schedule: readonly Poll[]): { counted: number; used: number }[] {
  const { total, inWindow } = usedUntil(steps);
  const run = startRun();
  let first: number | undefined;
  let minute = 0;
  let wasStale = false;
  return schedule.flatMap(({ minutes, repeated, stale, jitter }) => {
    minute += minutes;
    if (minute > steps.length) return [];
    run.pass(minutes * MINUTE);
    first ??= minute;
    const seen = Math.max(first, minute - (wasStale ? 0 : (stale ?? 0)));
    wasStale = seen < minute;
    if (repeated && !wasStale) run.read(told(inWindow, seen, jitter));
    const quota = run.read(told(inWindow, seen, jitter));
    return [{ counted: quota.consumedTotal ?? Number.NaN, used: (total[minute] ?? 0) - (total[first] ?? 0) }];
  });
}

describe("estimated consumption", () => {
  it("is never above true use, whatever polls miss, repeat, delay or blur", () => {
    fc.assert(
      fc.property(demand, polls, (steps, schedule) => {
        expect(countedAndTrue(steps, schedule).filter(({ counted, used }) => counted > used + 1e-6)).toEqual([]);
      }),
      { numRuns: 150 },
    );
  });

  it("is true use when polls are dense and aligned", () => {
    fc.assert(
      fc.property(demand, (steps) => {
        const { total, inWindow } = usedUntil(steps);
        const run = startRun();
        run.read(told(inWindow, 0, 0));
        const snapshots = run.readEach(
          MINUTE,
          steps.map((_, index) => told(inWindow, index + 1, 0)),
        );

        expect(snapshots.at(-1)?.consumedTotal).toBeCloseTo(total.at(-1) ?? 0, 6);
        expect(snapshots.at(-1)?.resetsTotal).toBe(2);
      }),
      { numRuns: 20 },
    );
  });
});

/** Anything that the types allow, and much that no provider would say. */
const anyReading: fc.Arbitrary<Told> = fc.record(
  {
    kind: fc.constantFrom(...KINDS),
    unit: fc.constantFrom(...UNITS.slice(0, 3)),
    limit: fc.option(fc.oneof(fc.constantFrom(-100, 0, 1, 1000), fc.double({ min: -1e9, max: 1e9, noNaN: true })), {
      nil: undefined,
    }),
    remaining: fc.option(fc.oneof(fc.constantFrom(-5, 0, 1, 500), fc.double({ min: -1e9, max: 1e9, noNaN: true })), {
      nil: undefined,
    }),
    used: fc.option(fc.double({ min: -1e6, max: 1e9, noNaN: true }), { nil: undefined, freq: 2 }),
    resetAt: fc.option(fc.integer({ min: -1e6, max: 1e9 }).map(at), { nil: undefined }),
    expiresAt: fc.option(fc.integer({ min: -1e6, max: 1e9 }).map(at), { nil: undefined }),
    periodSeconds: fc.option(fc.constantFrom(60, 300, HOUR, PERIOD, 30 * 86_400), { nil: undefined }),
    sliding: fc.option(fc.constant(true as const), { nil: undefined }),
    refillPerSecond: fc.option(fc.double({ min: 0, max: 100, noNaN: true }), { nil: undefined }),
    refused: fc.option(fc.constant(true as const), { nil: undefined, freq: 1 }),
    unlimited: fc.option(fc.constant(true as const), { nil: undefined, freq: 1 }),
    confidence: fc.constantFrom("reported", "reported", "degraded"),
    enforcement: fc.constantFrom("hard", "soft"),
  },
  { requiredKeys: ["kind", "unit", "limit", "remaining"] },
);
const anyPause = fc.oneof(
  fc.constantFrom(0, 60, 300),
  fc.integer({ min: -2 * HOUR, max: 10 * HOUR }),
  fc.integer({ min: -1e9, max: 1e9 }),
);

describe("whatever readings come", () => {
  it("nothing shown is NaN, infinite or an invalid time, and counters never fall within a unit", () => {
    fc.assert(
      fc.property(fc.array(fc.tuple(anyPause, anyReading), { maxLength: 40 }), (series) => {
        const run = startRun({ reading: { quota: "any" } });
        let before: QuotaSnapshot | undefined;
        for (const [pause, reading] of series) {
          run.pass(pause);
          const quota = run.read(reading);
          expect(madeUpNumbers(quota)).toEqual([]);
          if (before !== undefined) expect(fallen(before, quota)).toEqual([]);
          before = quota;
        }
      }),
      { numRuns: 400 },
    );
  });

  it("no page comes from one reading alone", () => {
    fc.assert(
      fc.property(anyReading, (reading) => {
        expect(startRun({ reading: { quota: "any" } }).read(reading).severity).not.toBe("critical");
      }),
    );
  });
});

function madeUpNumbers(value: unknown, path = "quota"): string[] {
  if (typeof value === "number") return Number.isFinite(value) ? [] : [path];
  if (value instanceof Date) return Number.isFinite(value.getTime()) ? [] : [path];
  if (typeof value !== "object" || value === null) return [];
  return Object.entries(value).flatMap(([key, inner]) => madeUpNumbers(inner, `${path}.${key}`));
}

function fallen(before: QuotaSnapshot, after: QuotaSnapshot): string[] {
  const always = ["resetsTotal", "topupsTotal", "limitChangesTotal"] as const;
  const isSameUnit = before.reading.unit === after.reading.unit;
  const counters = isSameUnit ? ([...always, "consumedTotal"] as const) : always;
  return counters.filter((counter) => Number(after[counter]) < Number(before[counter]));
}

describe("a quota in other units", () => {
  it("has the same ratios, burn rates, states and alerts", () => {
    fc.assert(
      fc.property(demand, polls, fc.constantFrom(2 ** -10, 2 ** 10, 2 ** 20), (steps, schedule, factor) => {
        const { inWindow } = usedUntil(steps);
        const [plain, scaled] = [1, factor].map((by) => {
          const run = startRun();
          let minute = 0;
          return schedule.flatMap(({ minutes, jitter }) => {
            minute += minutes;
            if (minute > steps.length) return [];
            run.pass(minutes * MINUTE);
            const { remaining, resetAt } = told(inWindow, minute, jitter);
            const { state, alerts, long, short, forecast, unusedAtResetRatio } = run.read({
              limit: LIMIT * by,
              remaining: (remaining ?? 0) * by,
              resetAt,
            });
            return [{ state, alerts, long: long.burn, short: short.burn, forecast, unusedAtResetRatio }];
          });
        });

        expect(scaled).toEqual(plain);
      }),
      { numRuns: 40 },
    );
  });
});

describe("more use", () => {
  it("never delays the instant of exhaustion", () => {
    const steps = fc.array(fc.integer({ min: 0, max: 4 }), { minLength: 20, maxLength: 60 });
    const runsOutAt = (series: readonly number[]) => {
      const run = startRun();
      run.pass(HOUR);
      let remaining = LIMIT;
      const tolds = series.map((step) => {
        remaining -= step;
        return { remaining };
      });
      return run.readEach(MINUTE, tolds).at(-1)?.forecast?.likely?.getTime() ?? Number.MAX_SAFE_INTEGER;
    };

    fc.assert(
      fc.property(steps, fc.integer({ min: 2, max: 4 }), (series, factor) => {
        expect(runsOutAt(series.map((step) => step * factor))).toBeLessThanOrEqual(runsOutAt(series));
      }),
    );
  });
});

describe("evaluation between readings", () => {
  it("changes nothing that later readings show", () => {
    fc.assert(
      fc.property(
        demand,
        polls,
        fc.array(fc.integer({ min: 1, max: 60 }), { maxLength: 5 }),
        (steps, schedule, pauses) => {
          const { inWindow } = usedUntil(steps);
          const [quiet, looked] = [[], pauses].map((looks) => {
            const run = startRun({ account: { staleAfterSeconds: HOUR } });
            let minute = 0;
            return schedule.flatMap(({ minutes, jitter }) => {
              minute += minutes;
              if (minute > steps.length) return [];
              for (const look of looks) {
                run.pass(Math.min(look, minutes * 6));
                run.pass(-Math.min(look, minutes * 6));
              }
              run.pass(minutes * MINUTE);
              return [run.read(told(inWindow, minute, jitter))];
            });
          });

          expect(looked).toEqual(quiet);
        },
      ),
      { numRuns: 40 },
    );
  });
});
