import { describe, expect, it } from "vitest";
import type { QuotaSnapshot } from "../../src/engine/snapshot.ts";
import { at, DAY, FOUR_HOURS, HOUR, MINUTE, startRun, type Told } from "../support/readings.ts";

const counted = ({ consumedTotal, resetsTotal, topupsTotal, limitChangesTotal }: QuotaSnapshot) => ({
  consumed: Number(consumedTotal?.toFixed(9)),
  resets: resetsTotal,
  topups: topupsTotal,
  limitChanges: limitChangesTotal,
});
const COUNTED = { consumed: 0, resets: 0, topups: 0, limitChanges: 0 };

const OLD = { resetAt: at(4 * HOUR) };
const NEXT = { resetAt: at(8 * HOUR) };
const used = (amount: number, over: Told = {}): Told => ({ remaining: (over.limit ?? 1000) - amount, ...over });
const times = (count: number, told: Told): Told[] => Array.from({ length: count }, () => told);

/** Reads a four-hour window once a minute, the first time so many seconds into it. */
function countedAfter(series: readonly Told[], from = 0): QuotaSnapshot {
  const run = startRun();
  run.pass(from);
  const snapshots = run.readEach(MINUTE, series);
  const last = snapshots.at(-1);
  if (last === undefined) throw new Error("no readings");
  return last;
}

describe("use within a window", () => {
  it.each<{ name: string; series: Told[]; expected: Partial<typeof COUNTED> }>([
    {
      name: "counts what was used since the first reading",
      series: [used(5), used(10), used(25)],
      expected: { consumed: 20 },
    },
    {
      name: "takes a reset time that jitters by half a minute for the same one",
      series: [30, -30, 15, -15, 30].map((jitter, index) => used(10 * index, { resetAt: at(4 * HOUR + jitter) })),
      expected: { consumed: 40 },
    },
    {
      name: "takes a reset time that jitters by two and a half minutes for the same one",
      series: [150, -150, 0, 150, -150].map((jitter, index) => used(10 * index, { resetAt: at(4 * HOUR + jitter) })),
      expected: { consumed: 40 },
    },
    {
      name: "counts nothing twice after one stale answer",
      series: [used(0), used(500), used(480), used(510)],
      expected: { consumed: 510 },
    },
    {
      name: "counts nothing twice after several stale answers",
      series: [used(0), used(100), used(90), used(90), used(90), used(110)],
      expected: { consumed: 110 },
    },
    {
      name: "lets the old cycle go on when a deep rollback ends after half an hour",
      series: [used(0), used(100), used(200), used(300), ...times(30, used(100)), used(310)],
      expected: { consumed: 310, resets: 1 },
    },
    {
      name: "lets the old cycle go on after a rollback within a rollback",
      series: [used(0), used(100), used(94), used(94), used(88), used(88), used(101)],
      expected: { consumed: 101 },
    },
    {
      name: "counts nothing for one bad reading near zero",
      series: [used(0), used(100), used(0), used(105)],
      expected: { consumed: 105 },
    },
    {
      name: "counts nothing for a bad reading whose reset time is wrong too",
      series: [used(0), used(100), used(0, NEXT), used(105), used(110)],
      expected: { consumed: 110, resets: 1 },
    },
    {
      name: "counts nothing for one bad reading near the limit",
      series: [used(0), used(50), used(100), used(990), used(105)],
      expected: { consumed: 105 },
    },
    {
      name: "believes a jump of use that a second reading confirms",
      series: [used(0), used(10), used(20), used(600), used(600)],
      expected: { consumed: 600 },
    },
    {
      name: "doubts a jump that comes before there is anything to compare it with",
      series: [used(0), used(400), used(400)],
      expected: { consumed: 400 },
    },
    {
      name: "takes a small fall of use for a correction",
      series: [used(0), used(100), used(70), used(70), used(80)],
      expected: { consumed: 110 },
    },
    {
      name: "takes a large fall of use that a second reading confirms for a reset",
      series: [used(0), used(100), used(200), used(20), used(30), used(40)],
      expected: { consumed: 210, resets: 1 },
    },
    {
      name: "believes falls that never agree to the digit",
      series: [used(0), used(100), used(90), used(80), used(70), used(60)],
      expected: { consumed: 100 },
    },
  ])("$name", ({ series, expected }) => {
    expect(counted(countedAfter(series))).toEqual({ ...COUNTED, ...expected });
  });

  it("counts a reading twice told once", () => {
    const run = startRun();
    run.readEach(MINUTE, [used(0), used(10)]);
    run.read(used(10));

    expect(counted(run.read(used(10)))).toEqual({ ...COUNTED, consumed: 10 });
  });

  it("counts use told with the time of the reading before", () => {
    const run = startRun();
    run.readEach(MINUTE, [used(0), used(10)]);

    expect(counted(run.read(used(12)))).toEqual({ ...COUNTED, consumed: 12 });
  });
});

describe("a limit that changes", () => {
  it.each<{ name: string; series: Told[]; expected: Partial<typeof COUNTED> }>([
    {
      name: "is counted once two readings tell it, and is no use",
      series: [used(100), used(110), used(110, { limit: 2000 }), used(120, { limit: 2000 })],
      expected: { consumed: 20, limitChanges: 1 },
    },
    {
      name: "is counted when it is cut, too",
      series: [used(100), used(110), used(110, { limit: 500 }), used(120, { limit: 500 })],
      expected: { consumed: 20, limitChanges: 1 },
    },
    {
      name: "is not believed of one reading",
      series: [used(100), used(110), used(110, { limit: 2000 }), used(120), used(130)],
      expected: { consumed: 30 },
    },
    {
      name: "is counted at a reset",
      series: [used(100), used(10, { ...NEXT, limit: 2000 })],
      expected: { consumed: 10, resets: 1, limitChanges: 1 },
    },
  ])("$name", ({ series, expected }) => {
    const from = series.length === 2 ? 4 * HOUR - 90 : 0;

    expect(counted(countedAfter(series, from))).toEqual({ ...COUNTED, ...expected });
  });

  it("is no use when the provider begins and ceases to tell it", () => {
    const quota = countedAfter([
      used(100),
      { limit: undefined, remaining: 890 },
      { limit: undefined, remaining: 885 },
      used(120),
      used(125),
    ]);

    expect(counted(quota)).toEqual({ ...COUNTED, consumed: 10 });
  });
});

describe("a scheduled reset", () => {
  // The first reading comes 90 s before the reset, the second 30 s before it, the third 30 s after it.
  const aroundReset = (...series: Told[]) => countedAfter(series, 4 * HOUR - 150);

  it.each<{ name: string; series: Told[]; expected: Partial<typeof COUNTED> }>([
    {
      name: "counts what the new window has used",
      series: [used(890), used(900), used(20, NEXT)],
      expected: { consumed: 30, resets: 1 },
    },
    {
      name: "is seen although use is unchanged",
      series: [used(0), used(0), used(0, NEXT)],
      expected: { consumed: 0, resets: 1 },
    },
    {
      name: "is seen although use has risen",
      series: [used(0), used(10), used(15, NEXT)],
      expected: { consumed: 25, resets: 1 },
    },
    {
      name: "is seen when the window is closed and tells no reset",
      series: [used(0), used(10), used(0, { resetAt: undefined })],
      expected: { consumed: 10, resets: 1 },
    },
    {
      name: "is seen when it comes three minutes late",
      series: [used(0), used(10), used(12), used(14), used(16), used(1, NEXT)],
      expected: { consumed: 17, resets: 1 },
    },
    {
      name: "is not undone by one stale answer from the old window",
      series: [used(890), used(900), used(20, NEXT), used(900, OLD), used(30, NEXT)],
      expected: { consumed: 40, resets: 1 },
    },
    {
      name: "is not undone by several stale answers from the old window",
      series: [used(890), used(900), used(20, NEXT), ...times(3, used(900, OLD)), used(30, NEXT), used(40, NEXT)],
      expected: { consumed: 50, resets: 1 },
    },
    {
      name: "is not announced by stale answers that come after it",
      series: [used(890), used(900), used(890, OLD), used(20, NEXT)],
      expected: { consumed: 30, resets: 1 },
    },
  ])("$name", ({ series, expected }) => {
    expect(counted(aroundReset(...series))).toEqual({ ...COUNTED, ...expected });
  });

  it("tells what was left unused", () => {
    expect(aroundReset(used(890), used(900), used(20, NEXT)).unusedAtResetRatio).toBe(0.1);
  });

  it("is one reset after an outage over several windows, and what was left at the last of them is unknown", () => {
    const run = startRun();
    run.read(used(300));
    run.pass(13 * HOUR);
    const quota = run.read(used(40, { resetAt: at(16 * HOUR) }));

    expect(counted(quota)).toEqual({ ...COUNTED, consumed: 40, resets: 1 });
    expect(quota.unusedAtResetRatio).toBeUndefined();
  });

  it("is seen in windows shorter than the jitter that longer ones are allowed", () => {
    const run = startRun({ reading: { ...FOUR_HOURS, periodSeconds: 5 * MINUTE } });
    const windows = [0, 1, 2, 3, 4, 5].map((index) => {
      const told = used(10 * (index % 2), { resetAt: at(5 * MINUTE * Math.floor(index / 2 + 1)) });
      run.pass(150);
      return run.read(told);
    });

    expect(windows.map(({ resetsTotal }) => resetsTotal)).toEqual([0, 0, 1, 1, 2, 2]);
  });
});

describe("an early reset", () => {
  it("is believed at once when the reset time moves on and use falls", () => {
    const quota = countedAfter([used(0), used(100), used(200), used(5, { resetAt: at(6 * HOUR) })]);

    expect(counted(quota)).toEqual({ ...COUNTED, consumed: 205, resets: 1 });
  });

  it("is no reset when the reset time moves on and use goes on", () => {
    const quota = countedAfter([used(0), used(100), used(110, { resetAt: at(6 * HOUR) })]);

    expect(counted(quota)).toEqual({ ...COUNTED, consumed: 110 });
  });
});

describe("a window that opens with first use", () => {
  it("is followed through closing and opening again", () => {
    const run = startRun({ reading: { ...FOUR_HOURS, kind: "rolling", periodSeconds: HOUR } });
    const closed = used(0, { resetAt: undefined });
    const first = { resetAt: at(2 * HOUR) };
    const second = { resetAt: at(4 * HOUR) };
    run.readEach(20 * MINUTE, [closed, closed, closed]);
    run.readEach(20 * MINUTE, [used(10, first), used(30, first)]);
    run.readEach(30 * MINUTE, [closed, closed]);

    expect(counted(run.show().quotas[0] as QuotaSnapshot)).toEqual({ ...COUNTED, consumed: 30, resets: 1 });
    run.readEach(20 * MINUTE, [used(5, second), used(15, second)]);
    expect(counted(run.show().quotas[0] as QuotaSnapshot)).toMatchObject({ consumed: 45 });
  });
});

describe("a billing month without a period", () => {
  it("is followed from one reset to the next", () => {
    const run = startRun({ reading: { ...FOUR_HOURS, periodSeconds: undefined } });
    const november = { resetAt: at(15 * DAY) };
    const december = { resetAt: at(46 * DAY) };
    const series = [used(100, november), used(300, november), used(500, november), used(20, december)];

    expect(counted(run.readEach(5 * DAY, series).at(-1) as QuotaSnapshot)).toEqual({
      ...COUNTED,
      consumed: 420,
      resets: 1,
    });
  });
});
