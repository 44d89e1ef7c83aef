import { describe, expect, it } from "vitest";
import type { QuotaSnapshot } from "../../src/engine/snapshot.ts";
import { at, BALANCE, FOUR_HOURS, HOUR, MINUTE, startRun, type Told } from "../support/readings.ts";

const counted = ({ consumedTotal, resetsTotal, topupsTotal, limitChangesTotal }: QuotaSnapshot) => ({
  consumed: Number(consumedTotal?.toFixed(9)),
  resets: resetsTotal,
  topups: topupsTotal,
  limitChanges: limitChangesTotal,
});
const COUNTED = { consumed: 0, resets: 0, topups: 0, limitChanges: 0 };

function countedAfter(template: Told, series: readonly Told[]) {
  const last = startRun({ reading: template }).readEach(MINUTE, series).at(-1);
  if (last === undefined) throw new Error("no readings");
  return counted(last);
}
const left = (...amounts: number[]): Told[] => amounts.map((remaining) => ({ remaining }));

describe("a balance", () => {
  it.each<{ name: string; series: Told[]; expected: Partial<typeof COUNTED> }>([
    { name: "counts what was spent", series: left(10, 9.5, 9), expected: { consumed: 1 } },
    {
      name: "counts a top-up that two readings tell",
      series: left(10, 9, 8, 28, 27.5, 27),
      expected: { consumed: 2.5, topups: 1 },
    },
    { name: "does not believe one reading of a top-up", series: left(10, 9, 8, 28, 7.5, 7), expected: { consumed: 3 } },
    {
      name: "counts nothing for a false top-up that two readings told",
      series: left(10, 9, 8, 28, 28, 8, 7.5),
      expected: { consumed: 2.5, topups: 1 },
    },
    { name: "counts a small recharge", series: left(100, 99, 98, 100, 100, 99), expected: { consumed: 3, topups: 1 } },
    {
      name: "takes cents that come back for a correction",
      series: left(100, 99, 98, 98.1, 98.1),
      expected: { consumed: 2 },
    },
    { name: "goes on below zero", series: left(1, 0.5, -0.2, -0.5), expected: { consumed: 1.5 } },
  ])("$name", ({ series, expected }) => {
    expect(countedAfter(BALANCE, series)).toEqual({ ...COUNTED, ...expected });
  });

  it.each([1, 2])(
    "whose total of grants rises by two readings is topped up, and only use is counted (%i $)",
    (spent) => {
      const series = [
        { limit: 10, remaining: 6 },
        { limit: 10, remaining: 5 },
        { limit: 10, remaining: 4 },
        { limit: 30, remaining: 24 },
        { limit: 30, remaining: 24 - spent },
      ];

      expect(countedAfter(BALANCE, series)).toEqual({ ...COUNTED, consumed: 2 + spent, topups: 1 });
    },
  );
});

describe("a sliding window", () => {
  const sliding: Told = { ...FOUR_HOURS, kind: "rolling", sliding: true, resetAt: undefined };

  it.each<{ name: string; series: Told[]; expected: Partial<typeof COUNTED> }>([
    { name: "counts only use that enters", series: left(500, 480, 490, 470), expected: { consumed: 40 } },
    { name: "counts nothing while use leaves", series: left(500, 520, 540, 700), expected: { consumed: 0 } },
    {
      name: "counts nothing for one bad reading of a full window",
      series: left(100, 95, 1000, 90),
      expected: { consumed: 10 },
    },
    {
      name: "believes that much has left when two readings tell so",
      series: left(100, 95, 900, 910, 905),
      expected: { consumed: 10 },
    },
    {
      name: "sees no reset in a reset time that moves along",
      series: [500, 480, 490, 470, 490].map((remaining, index) => ({ remaining, resetAt: at((4 + index) * HOUR) })),
      expected: { consumed: 40 },
    },
  ])("$name", ({ series, expected }) => {
    expect(countedAfter(sliding, series)).toEqual({ ...COUNTED, ...expected });
  });
});

describe("a bucket that regenerates", () => {
  const bucket: Told = { ...FOUR_HOURS, kind: "rolling", refillPerSecond: 0.1, resetAt: undefined };

  it.each<{ name: string; series: Told[]; consumed: number }>([
    { name: "counts what was used on top of the refill", series: left(500, 496, 492), consumed: 20 },
    { name: "counts nothing while it refills at its rate", series: left(500, 506, 512), consumed: 0 },
    { name: "does not refill beyond its limit", series: left(1000, 1000, 990), consumed: 10 },
  ])("$name", ({ series, consumed }) => {
    expect(countedAfter(bucket, series)).toEqual({ ...COUNTED, consumed });
  });
});

describe("a per-minute bucket", () => {
  const minute: Told = { ...FOUR_HOURS, kind: "rate_limit", limit: 100, periodSeconds: 60 };

  it("is never doubted, however it jumps", () => {
    const run = startRun({ reading: minute });
    const snapshots = run.readEach(
      MINUTE,
      [90, 10, 100, 0, 60, 100].map((remaining, index) => ({ remaining, resetAt: at((index + 1) * MINUTE + 30) })),
    );

    expect(snapshots.map(({ doubtful }) => doubtful)).toEqual([false, false, false, false, false, false]);
  });

  it("has no forecast and no burn rate", () => {
    const run = startRun({ reading: { ...minute, resetAt: undefined } });
    const last = run.readEach(MINUTE, left(90, 80, 70, 60, 50)).at(-1);

    expect(last).toMatchObject({ forecast: undefined, long: { burn: undefined }, short: { burn: undefined } });
  });
});

describe("a quota told in whole percents", () => {
  it("counts points without dust", () => {
    const series = [1, 0.99, 0.97, 0.94, 0.9].map((remaining) => ({ remaining }));

    expect(countedAfter({ ...FOUR_HOURS, unit: "ratio", limit: 1 }, series)).toEqual({ ...COUNTED, consumed: 0.1 });
  });

  it("takes the dust of a subtraction for no change", () => {
    const run = startRun({ reading: { ...FOUR_HOURS, limit: 10 } });
    run.readEach(MINUTE, left(9.9, 9.89, 9.88));
    run.pass(MINUTE);
    const quota = run.read({ remaining: 9.88 + 4e-15 });

    expect(quota.doubtful).toBe(false);
  });
});

describe("a unit that changes", () => {
  it("starts another measure and keeps what was counted of events", () => {
    const run = startRun();
    run.readEach(MINUTE, [{ remaining: 900 }, { remaining: 800 }, { remaining: 700 }]);
    const changed = run.readEach(MINUTE, [
      { unit: "tokens", limit: 1e6, remaining: 7e5 },
      { unit: "tokens", limit: 1e6, remaining: 6e5 },
    ]);

    expect(changed.map(counted)).toEqual([COUNTED, { ...COUNTED, consumed: 1e5 }]);
    expect(changed.map(({ state }) => state)).toEqual(["ok", "ok"]);
  });
});

describe("a clock that jumps", () => {
  const evenly = (from: number, count: number) =>
    left(...Array.from({ length: count }, (_, index) => from - 4 * index));

  it.each([-HOUR, HOUR])("by %i s and back changes no count and pages nobody", (jump) => {
    const run = startRun();
    const before = run.readEach(MINUTE, evenly(1000, 60));
    run.pass(jump);
    const during = run.readEach(MINUTE, evenly(760, 20));
    run.pass(-jump);
    const after = run.readEach(MINUTE, evenly(680, 60));
    const all = [...before, ...during, ...after];

    expect(counted(all.at(-1) as QuotaSnapshot)).toEqual({ ...COUNTED, consumed: 1000 - (680 - 4 * 59) });
    expect(all.filter(({ severity }) => severity === "critical")).toEqual([]);
    expect(
      all.flatMap(({ long, short }) => [long.perSecond ?? 0, short.perSecond ?? 0]).filter((rate) => rate < 0),
    ).toEqual([]);
  });

  it("by years into the future and back leaves rates that are as they were", () => {
    const run = startRun();
    run.readEach(MINUTE, evenly(1000, 60));
    const years = 10 * 365 * 24 * HOUR;
    run.pass(years);
    run.read({ remaining: 760 });
    run.pass(-years);
    const last = run.readEach(MINUTE, evenly(756, 20)).at(-1);

    expect(last?.long.perSecond).toBeCloseTo(4 / MINUTE, 2);
  });
});
