import { describe, expect, it } from "vitest";
import type { QuotaSnapshot } from "../../src/engine/snapshot.ts";
import { at, DAY, FOUR_HOURS, falling, HOUR, MINUTE, startRun, type Told } from "../support/readings.ts";

const pages = (snapshots: readonly QuotaSnapshot[]) =>
  snapshots.filter(({ severity }) => severity === "critical").length;

/** Readings over several windows in which use rises evenly to a share of the limit. */
function evenUse({ share, period, every, windows, rounding }: EvenUse): Told[] {
  const count = Math.floor((windows * period) / every);
  return Array.from({ length: count }, (_, index) => {
    const seconds = (index + 1) * every;
    const window = Math.floor((seconds - 1) / period);
    const used = (share * (seconds - window * period)) / period;
    return { remaining: 1 - rounding(used * 100) / 100, resetAt: at((window + 1) * period) };
  });
}

interface EvenUse {
  readonly share: number;
  readonly period: number;
  readonly every: number;
  readonly windows: number;
  readonly rounding: (percent: number) => number;
}

const exact = (percent: number) => percent;

describe("even use that lasts until the reset", () => {
  const periods = [
    { name: "five hours", period: 5 * HOUR, every: MINUTE },
    { name: "a day", period: DAY, every: 5 * MINUTE },
    { name: "a week", period: 7 * DAY, every: 15 * MINUTE },
  ];
  const roundings = [
    { told: "exactly", rounding: exact },
    { told: "in whole percents", rounding: Math.round },
    { told: "in whole percents rounded down", rounding: Math.floor },
  ];
  const cases = periods.flatMap((of) =>
    roundings.flatMap((told) => [0.9, 0.95, 0.99].map((share) => ({ ...of, ...told, share }))),
  );

  it.each(cases)("of $share of $name, told $told, never pages", ({ share, period, every, rounding }) => {
    const run = startRun({
      reading: { quota: "window", kind: "calendar", unit: "ratio", limit: 1, periodSeconds: period },
      account: { staleAfterSeconds: HOUR },
    });

    expect(pages(run.readEach(every, evenUse({ share, period, every, windows: 2, rounding })))).toBe(0);
  });
});

describe("the end of a window", () => {
  it("begins no page within two polls of the reset, however fast the last of it goes", () => {
    const run = startRun({ account: { staleAfterSeconds: HOUR } });
    run.pass(4 * HOUR - 40 * MINUTE);
    const before = run.readEach(
      5 * MINUTE,
      [300, 298, 296, 294, 292, 290].map((remaining) => ({ remaining })),
    );
    const after = run.readEach(
      5 * MINUTE,
      [200, 100].map((remaining) => ({ remaining })),
    );

    expect(pages([...before, ...after])).toBe(0);
  });

  it.each([10, 100, 500, 900])("and the beginning of the next is no page after %i requests", (used) => {
    const run = startRun();
    run.pass(4 * HOUR - 30 * MINUTE);
    const pace = used / 210;
    const before = run.readEach(
      MINUTE,
      Array.from({ length: 29 }, (_, index) => ({ remaining: 1000 - used - (pace * index) / 10 })),
    );
    run.pass(2 * MINUTE);
    const after = run.readEach(
      MINUTE,
      Array.from({ length: 30 }, (_, index) => ({ remaining: 1000 - pace * index, resetAt: at(8 * HOUR) })),
    );

    expect(pages([...before, ...after])).toBe(0);
  });
});

describe("one bad reading", () => {
  const calm = (index: number) => 1000 - 2 * index;
  const bad: { name: string; told: Told }[] = [
    ...[990, 900, 815, 800, 780, 760, 700, 500, 300, 100, 50, 10, 1, 0, -50].map((remaining) => ({
      name: `of ${remaining} left`,
      told: { remaining },
    })),
    { name: "of a reset a year away", told: { remaining: 840, resetAt: at(365 * DAY) } },
    { name: "of a reset already past", told: { remaining: 840, resetAt: at(-HOUR) } },
    { name: "of a tenth of the limit", told: { limit: 100, remaining: 10 } },
    { name: "of a limit of zero", told: { limit: 0, remaining: 0 } },
    { name: "of another window", told: { remaining: 20, resetAt: at(20 * HOUR) } },
  ];

  it.each(bad)("$name pages nobody, and leaves the state as it was", ({ told }) => {
    const run = startRun();
    const before = run.readEach(
      MINUTE,
      Array.from({ length: 79 }, (_, index) => ({ remaining: calm(index) })),
    );
    const during = run.readEach(MINUTE, [told]);
    const after = run.readEach(
      MINUTE,
      Array.from({ length: 100 }, (_, index) => ({ remaining: calm(80 + index) })),
    );

    expect(pages([...before, ...during, ...after])).toBe(0);
    expect(after.at(-1)?.state).toBe("ok");
  });

  it("of a full window ends no page", () => {
    const run = startRun();
    run.readEach(
      MINUTE,
      Array.from({ length: 60 }, (_, index) => ({ remaining: 1000 - 12 * index })),
    );
    const paged = run.readEach(MINUTE, [{ remaining: 1000 }, { remaining: 260 }, { remaining: 250 }]);

    expect(pages(paged)).toBe(3);
  });
});

describe("a reset time that jitters", () => {
  it("changes no state and no count in a hundred polls", () => {
    const jitters = Array.from({ length: 100 }, (_, index) => ((index * 7919) % 301) - 150);
    const run = startRun();
    const snapshots = run.readEach(
      MINUTE,
      jitters.map((jitter, index) => ({ remaining: 1000 - 3 * index, resetAt: at(4 * HOUR + jitter) })),
    );

    expect(new Set(snapshots.map(({ state }) => state))).toEqual(new Set(["ok"]));
    expect(snapshots.at(-1)).toMatchObject({ consumedTotal: 297, resetsTotal: 0, doubtful: false });
  });

  it("does not move the window over its end", () => {
    const run = startRun({ reading: FOUR_HOURS });
    run.pass(4 * HOUR - 10 * MINUTE);
    const snapshots = run.readEach(
      MINUTE,
      [150, -150, 150, -150, 150, -150, 150, -150, 150].map((jitter, index) => ({
        remaining: 500 - index,
        resetAt: at(4 * HOUR + jitter),
      })),
    );
    run.pass(5 * MINUTE);

    expect(run.read({ remaining: 999, resetAt: at(8 * HOUR - 150) })).toMatchObject({
      resetsTotal: 1,
      consumedTotal: 9,
    });
    expect(pages(snapshots)).toBe(0);
  });
});

describe("use that has ended", () => {
  const DAILY: Told = { ...FOUR_HOURS, quota: "daily", limit: 1000, resetAt: at(DAY), periodSeconds: DAY };
  const idle = (hours: number): Told[] => Array.from({ length: hours * 12 }, () => ({ remaining: 400 }));

  it("pages nobody after a start, however much of the window it took", () => {
    const run = startRun({ reading: DAILY });
    run.pass(6 * HOUR);

    const seen = run.readEach(5 * MINUTE, idle(12));

    expect(new Set(seen.map(({ severity }) => severity))).toEqual(new Set(["none"]));
  });

  it("ends the page within the short and the long window", () => {
    const run = startRun({ reading: DAILY });
    const burning = run.readEach(5 * MINUTE, falling(1000, 40, 15));
    expect(burning.at(-1)).toMatchObject({ state: "critical" });

    const seen = run.readEach(5 * MINUTE, idle(12));

    const lastPage = seen.findLastIndex(({ severity }) => severity === "critical");
    expect(lastPage * 5 * MINUTE).toBeLessThan(6 * HOUR);
    expect(seen.at(-1)).toMatchObject({ severity: "none" });
  });
});
