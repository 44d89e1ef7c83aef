import { describe, expect, it } from "vitest";
import type { QuotaSnapshot } from "../../src/engine/snapshot.ts";
import {
  alertsOf,
  at,
  DAY,
  FOUR_HOURS,
  HOUR,
  MINUTE,
  only,
  quotaOf,
  type Run,
  startRun,
  type Told,
} from "../support/readings.ts";

const REDUCED = "LLMQuotaLimitReduced warning";
/** Half of the limit is left: no other alert has a reason. */
const limit = (amount: number, over: Told = {}): Told => ({ limit: amount, remaining: amount / 2, ...over });
const reducedOf = (quota: QuotaSnapshot): string[] => alertsOf(quota).filter((alert) => alert.includes("LimitReduced"));

/** The alert after a series of readings a minute apart. */
function after(series: readonly Told[], template: Told = FOUR_HOURS): string[] {
  const shown = startRun({ reading: template }).readEach(MINUTE, series);
  return shown.slice(-1).flatMap(reducedOf);
}

/** A week's window, cut from 1000 to 500 at the fourth of four readings. */
function cutRun(account: Parameters<typeof startRun>[0] = {}): Run {
  const run = startRun({ reading: { ...FOUR_HOURS, periodSeconds: 7 * DAY, resetAt: at(7 * DAY) }, ...account });
  run.readEach(MINUTE, [limit(1000), limit(1000), limit(500), limit(500)]);
  return run;
}

describe("a limit that is cut", () => {
  it.each<{ name: string; series: Told[]; template?: Told; alerts: string[] }>([
    {
      name: "is told once two readings agree",
      series: [limit(1000), limit(1000), limit(500), limit(500)],
      alerts: [REDUCED],
    },
    { name: "is not told of one reading", series: [limit(1000), limit(1000), limit(500)], alerts: [] },
    {
      name: "is not told of one bad reading",
      series: [limit(1000), limit(1000), limit(500), limit(1000), limit(1000)],
      alerts: [],
    },
    {
      name: "is not told of bad readings that others part",
      series: [limit(1000), limit(1000), limit(500), limit(1000), limit(500), limit(1000), limit(500)],
      alerts: [],
    },
    {
      name: "is not told of two bad readings that differ",
      series: [limit(1000), limit(1000), limit(500), limit(10), limit(1000)],
      alerts: [],
    },
    {
      name: "is not told when one bad reading was too high",
      series: [limit(1000), limit(1000), limit(9000), limit(1000), limit(1000)],
      alerts: [],
    },
    {
      name: "is not told when the very first reading was too high",
      series: [limit(9000), limit(1000), limit(1000), limit(1000)],
      alerts: [],
    },
    {
      name: "is not told of a little less",
      series: [limit(1000), limit(1000), limit(950), limit(950)],
      alerts: [],
    },
    {
      name: "is told of many little cuts",
      series: [limit(1000), limit(1000), limit(960), limit(960), limit(930), limit(930)],
      alerts: [REDUCED],
    },
    { name: "is not told of a raise", series: [limit(500), limit(500), limit(1000), limit(1000)], alerts: [] },
    {
      name: "is over when the limit is back",
      series: [limit(1000), limit(1000), limit(500), limit(500), limit(1000), limit(1000)],
      alerts: [],
    },
    {
      name: "is not over by one reading",
      series: [limit(1000), limit(1000), limit(500), limit(500), limit(1000)],
      alerts: [REDUCED],
    },
    {
      name: "is not over when the limit is only partly back",
      series: [limit(1000), limit(1000), limit(500), limit(500), limit(800), limit(800)],
      alerts: [REDUCED],
    },
    {
      name: "goes on through a second cut, and is over when the first is undone",
      series: [limit(1000), limit(1000), limit(500), limit(500), limit(200), limit(200), limit(1000), limit(1000)],
      alerts: [],
    },
    {
      name: "is told where there was none before",
      series: [{ unlimited: true, limit: undefined }, { unlimited: true, limit: undefined }, limit(500), limit(500)],
      alerts: [REDUCED],
    },
    {
      name: "is over when there is none any more",
      series: [
        ...[limit(1000), limit(1000), limit(500), limit(500)],
        { unlimited: true, limit: undefined },
        { unlimited: true, limit: undefined },
      ],
      alerts: [],
    },
    {
      name: "is told of readings between which the limit was not told",
      series: [limit(1000), limit(1000), limit(500), { limit: undefined, remaining: 240 }, limit(500)],
      alerts: [REDUCED],
    },
    {
      name: "is not told of a share, whose limit is 1 by definition",
      series: [limit(1), limit(1), limit(0.5), limit(0.5)],
      template: { ...FOUR_HOURS, unit: "ratio" },
      alerts: [],
    },
    {
      name: "is not told of an amount that is now told as a share",
      series: [limit(1000), limit(1000), limit(1, { unit: "ratio" }), limit(1, { unit: "ratio" })],
      alerts: [],
    },
    {
      name: "is not told of another unit",
      series: [limit(1000), limit(1000), limit(500, { unit: "credits" }), limit(500, { unit: "credits" })],
      alerts: [],
    },
    {
      name: "is not told of credits, whose limit is the total of grants",
      series: [limit(100), limit(100), limit(50), limit(50)],
      template: { quota: "credits", kind: "credits", unit: "usd" },
      alerts: [],
    },
    {
      name: "is not told of headers, which name the limit of whatever model was asked",
      series: [limit(1000), limit(1000), limit(500), limit(500)],
      template: { ...FOUR_HOURS, kind: "rate_limit", source: "headers" },
      alerts: [],
    },
  ])("$name", ({ series, template, alerts }) => {
    expect(after(series, template)).toEqual(alerts);
  });

  it("at a reset is told once a second reading agrees", () => {
    const run = startRun();
    const next = { resetAt: at(8 * HOUR) };
    run.readEach(2 * HOUR - MINUTE, [limit(1000), limit(1000)]);
    run.pass(2 * MINUTE);

    expect(run.readEach(MINUTE, [limit(500, next), limit(500, next)]).map(reducedOf)).toEqual([[], [REDUCED]]);
  });

  it("at a reset is not told of one bad reading", () => {
    const run = startRun();
    const next = { resetAt: at(8 * HOUR) };
    run.readEach(2 * HOUR - MINUTE, [limit(1000), limit(1000)]);
    run.pass(2 * MINUTE);

    const shown = run.readEach(MINUTE, [limit(500, next), limit(1000, next), limit(1000, next)]);
    expect(shown.map(reducedOf)).toEqual([[], [], []]);
  });

  it("is not confirmed by the same reading told again", () => {
    const run = startRun();
    run.readEach(MINUTE, [limit(1000), limit(1000), limit(500)]);

    expect(reducedOf(run.read(limit(500)))).toEqual([]);
  });

  it("changes neither the state of the quota nor its severity", () => {
    expect(only(cutRun().show())).toMatchObject({
      state: "ok",
      severity: "none",
      alerts: [{ alert: "LLMQuotaLimitReduced", severity: "warning", quota: "requests", since: at(4 * MINUTE) }],
    });
  });

  it.each([
    { severity: "none", alerts: [] },
    { severity: "info", alerts: ["LLMQuotaLimitReduced info"] },
    { severity: "critical", alerts: [REDUCED] },
  ] as const)("is at most a warning where the config says $severity", ({ severity, alerts }) => {
    expect(reducedOf(only(cutRun({ account: { overrides: { requests: { severity } } } }).show()))).toEqual(alerts);
  });
});

describe("the end of a reduced limit", () => {
  it("comes a day after the cut, if the quota is read", () => {
    const run = cutRun();
    run.pass(DAY - 10 * MINUTE);
    run.read(limit(500));

    expect(reducedOf(only(run.pass(10 * MINUTE - 1)))).toEqual([REDUCED]);
    expect(reducedOf(only(run.pass(1)))).toEqual([]);
    expect(reducedOf(only(run.pass(MINUTE)))).toEqual([]);
  });

  it("comes a day after the last of several cuts, which are one alert", () => {
    const run = cutRun();
    run.pass(23 * HOUR);
    run.readEach(MINUTE, [limit(200), limit(200)]);
    run.pass(23 * HOUR);

    expect(run.read(limit(200)).alerts).toMatchObject([{ alert: "LLMQuotaLimitReduced", since: at(4 * MINUTE) }]);
    run.pass(HOUR);
    expect(reducedOf(run.read(limit(200)))).toEqual([]);
  });

  it("does not come while reads fail, nor by a reset that nobody saw", () => {
    const run = cutRun();
    run.pass(8 * DAY);

    expect(quotaOf(run.fail("network"), "requests")).toMatchObject({
      valid: false,
      state: "unknown",
      alerts: [{ alert: "LLMQuotaLimitReduced" }],
    });
    expect(reducedOf(run.read(limit(500, { resetAt: at(14 * DAY) })))).toEqual([]);
  });

  it("comes after a day of good answers without the quota", () => {
    const run = cutRun();
    const other: Told = { quota: "other", remaining: 500 };
    run.pass(MINUTE);
    run.readAll([other]);
    run.pass(DAY - MINUTE);

    expect(reducedOf(quotaOf(run.readAll([other]), "requests"))).toEqual([REDUCED]);
    run.pass(MINUTE);
    expect(reducedOf(quotaOf(run.readAll([other]), "requests"))).toEqual([]);
  });

  it("does not come with that of another alert of the quota", () => {
    const run = cutRun();
    run.readEach(MINUTE, [
      { limit: 500, remaining: 0 },
      { limit: 500, remaining: 0 },
    ]);
    expect(alertsOf(only(run.show()))).toEqual(["LLMQuotaExhausted critical", REDUCED]);

    const shown = run.readEach(MINUTE, [limit(500), limit(500), limit(500)]);
    expect(shown.slice(-1).map(alertsOf)).toEqual([[REDUCED]]);
  });
});
