import { describe, expect, it } from "vitest";
import { tallyOf } from "../../bench/backtest/counts.ts";
import { scoreOf } from "../../bench/backtest/score.ts";
import type { BalancePeriod, CreditsQuota, WindowQuota } from "../../bench/backtest/simulated-quota.ts";

const MINUTE = 60;
const HOUR = 3600;
const DAY = 86_400;

const told = (count: number, gap: number) =>
  Array.from({ length: count }, (_, index) => ({ t: gap * index, limit: 100, remaining: 50, reset_at: HOUR }));

/** A window of one hour that is read each minute: it runs out at `exhaustedAt`, or lasts. */
function anHour(exhaustedAt: number | undefined, over: Partial<WindowQuota> = {}): WindowQuota {
  return {
    ...{ id: "q", scenario: "s", group: "g", trace: "t", family: "f", unit: "requests", kind: "calendar" },
    ...{ windowSeconds: HOUR, pollSeconds: MINUTE, leadSeconds: 5 * MINUTE, scoresFirst: true },
    periods: [{ start: 0, end: HOUR, exhaustedAt, usedShare: exhaustedAt === undefined ? 0.5 : 1.2 }],
    told: told(60, MINUTE),
    ...over,
  };
}

/** A balance that is read each hour and would run dry after ten days. */
function aBalance(over: Partial<BalancePeriod>): CreditsQuota {
  const period = { start: 0, end: 11 * DAY, dryAt: 10 * DAY, exhaustedAt: 10 * DAY, usedShare: 1, ...over };
  return {
    ...{ id: "q", scenario: "s", group: "g", trace: "t", family: "f", unit: "usd", kind: "credits" },
    ...{ pollSeconds: HOUR, leadSeconds: 2 * HOUR, nominalSeconds: 10 * DAY },
    periods: [period],
    told: told(24 * 11, HOUR),
  };
}

/** A page at the readings of `spans`, and instants that are foreseen at single readings. */
function saying(
  { told: { length } }: Pick<WindowQuota | CreditsQuota, "told">,
  spans: readonly (readonly [from: number, to: number])[],
  foreseen: Readonly<Record<number, number>> = {},
) {
  const page = new Uint8Array(length);
  for (const [from, to] of spans) page.fill(1, from, to);
  return { page, exhaustAt: Float64Array.from({ length }, (_, index) => foreseen[index] ?? Number.NaN) };
}

describe("a window that runs out after 50 minutes", () => {
  const quota = anHour(50 * MINUTE);

  it.each([
    ["stands from half an hour on", [30, 60], { truePages: 1, missed: 0 }],
    ["begins with the last useful reading", [45, 60], { truePages: 1, missed: 0 }],
    ["begins one reading later", [46, 60], { truePages: 0, missed: 1 }],
    ["was withdrawn before", [10, 20], { truePages: 0, missed: 1 }],
  ] as const)("a page that %s", (_, span, counts) => {
    expect(scoreOf(quota, saying(quota, [span]))).toMatchObject(counts);
  });

  it("asks of an early page that it comes four times as long before", () => {
    expect(scoreOf(quota, saying(quota, [[30, 60]])).early).toEqual({ truePages: 1, missed: 0, falsePages: 0 });
    expect(scoreOf(quota, saying(quota, [[31, 60]])).early).toEqual({ truePages: 0, missed: 1, falsePages: 0 });
  });

  it("measures the lead in windows", () => {
    expect(scoreOf(quota, saying(quota, [[35, 60]])).leads).toEqual([0.25]);
  });

  it("does not count one that runs out before anyone could page in time", () => {
    const soon = anHour(8 * MINUTE);

    expect(scoreOf(soon, saying(soon, []))).toMatchObject({ periods: 0, unwinnable: 1 });
  });
});

describe("a window that lasts", () => {
  const quota = anHour(undefined);

  it("counts any page as false, and each change of mind", () => {
    const pages = [
      [10, 12],
      [20, 21],
    ] as const;

    expect(scoreOf(quota, saying(quota, pages))).toMatchObject({ falsePages: 1, falseStarts: 2, flaps: 3 });
  });

  it("lets a page of the window before stand for two polls", () => {
    expect(scoreOf(quota, saying(quota, [[0, 2]]))).toMatchObject({ falsePages: 0, flaps: 0 });
    expect(scoreOf(quota, saying(quota, [[0, 3]]))).toMatchObject({ falsePages: 1 });
  });

  it("is a near miss with over 95 % used", () => {
    const near = anHour(undefined, { periods: [{ start: 0, end: HOUR, exhaustedAt: undefined, usedShare: 0.96 }] });

    expect(scoreOf(near, saying(near, [[10, 12]]))).toMatchObject({ falsePages: 1, nearMisses: 1 });
  });

  it("is for warming up where it is the first of several", () => {
    const first = anHour(undefined, { scoresFirst: false });

    expect(scoreOf(first, saying(first, [[10, 12]]))).toMatchObject({ periods: 0, falsePages: 0 });
  });
});

describe("the instant that is foreseen", () => {
  it("is as wrong as it is far off, in windows, and silence means the end of the window", () => {
    const quota = anHour(40 * MINUTE);
    const tally = tallyOf(scoreOf(quota, saying(quota, [], { 10: 34 * MINUTE })));

    expect(tally.error25).toBeCloseTo(0.1, 12);
    expect(tally.error50).toBeCloseTo(20 / 60, 12);
  });

  it.each([
    ["rightly says that it will last", undefined, {}, { calls: 1, callsRight: 1 }],
    ["wrongly says that it will not", undefined, { 30: 50 * MINUTE }, { calls: 1, callsRight: 0 }],
    ["rightly says that it will not", 50 * MINUTE, { 30: 59 * MINUTE }, { calls: 1, callsRight: 1 }],
    ["is not asked once it has run out", 20 * MINUTE, {}, { calls: 0, callsRight: 0 }],
  ] as const)("at half of the window %s", (_, exhaustedAt, foreseen, counts) => {
    const quota = anHour(exhaustedAt);

    expect(scoreOf(quota, saying(quota, [], foreseen))).toMatchObject(counts);
  });
});

describe("a sliding window", () => {
  const periods = [
    { start: 0, end: HOUR, exhaustedAt: undefined, usedShare: 0 },
    { start: 2 * HOUR, end: 3 * HOUR + MINUTE, exhaustedAt: 3 * HOUR, usedShare: 1 },
  ];
  const quota = anHour(undefined, { kind: "sliding", periods, told: told(240, MINUTE) });

  it("warms up for one window, then counts each exhaustion with the window before it", () => {
    expect(scoreOf(quota, saying(quota, [[150, 200]]))).toMatchObject({ periods: 1, truePages: 1, leads: [0.5] });
  });

  it("compares silence with one window from now", () => {
    expect(scoreOf(quota, saying(quota, [])).errors).toEqual([[0.25], [0.5], [0.75]]);
  });
});

describe("a balance", () => {
  const spent = aBalance({});
  const topped = aBalance({ end: 5 * DAY, exhaustedAt: undefined });

  it.each([
    ["a page within the last three days is of use", spent, [200, 264], { truePages: 1, falsePages: 0 }],
    ["one that begins earlier is false too", spent, [100, 264], { truePages: 1, falsePages: 1 }],
    ["one in the last two hours is too late", spent, [239, 264], { truePages: 0, missed: 1 }],
    ["topped up long before, any page is false", topped, [100, 110], { periods: 1, falsePages: 1 }],
    ["topped up long before, silence is right", topped, [0, 0], { periods: 1, falsePages: 0 }],
    ["topped up while a page would be fine, it does not count", aBalance({ end: 8 * DAY }), [0, 0], { periods: 0 }],
  ] as const)("%s", (_, quota, span, counts) => {
    expect(scoreOf(quota, saying(quota, [span]))).toMatchObject(counts);
  });
});
