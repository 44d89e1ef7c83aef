import { describe, expect, it } from "vitest";
import type { QuotaSnapshot } from "../../src/engine/snapshot.ts";
import { alertsOf, at, BALANCE, DAY, HOUR, MINUTE, startRun, type Told } from "../support/readings.ts";

const WEEK: Told = {
  ...{ quota: "weekly", kind: "calendar", unit: "tokens", limit: 1000 },
  ...{ resetAt: at(7 * DAY), periodSeconds: 7 * DAY },
};
const NEXT = { remaining: 1000, resetAt: at(14 * DAY) };
const same = (count: number, told: Told): Told[] => Array.from({ length: count }, () => told);
const isReminded = ({ state }: QuotaSnapshot) => state === "use_or_lose";
/** How often it begins. */
const begins = (snapshots: readonly QuotaSnapshot[]) =>
  snapshots.filter(
    (quota, index) => isReminded(quota) && !(index > 0 && isReminded(snapshots[index - 1] as QuotaSnapshot)),
  ).length;
const start = (reading: Told) => startRun({ reading, account: { staleAfterSeconds: DAY } });

describe("what was left unused when a window ended", () => {
  it("is unknown until a window was seen to end", () => {
    expect(
      start(WEEK)
        .readEach(HOUR, same(160, { remaining: 900 }))
        .at(-1)?.unusedAtResetRatio,
    ).toBeUndefined();
  });

  it.each([
    { name: "idle from the first reading on", before: same(30, { remaining: 1000 }), unused: 1 },
    { name: "used a little", before: same(30, { remaining: 640 }), unused: 0.64 },
    { name: "used up", before: same(30, { remaining: 0 }), unused: 0 },
    { name: "overdrawn", before: same(30, { remaining: -50 }), unused: -0.05 },
    { name: "read only once before its reset", before: same(1, { remaining: 250 }), unused: 0.25 },
  ])("is told of one that was first seen near its end and $name", ({ before, unused }) => {
    const run = start(WEEK);
    run.pass(7 * DAY - (before.length + 1) * MINUTE);
    run.readEach(MINUTE, before);
    run.pass(10 * MINUTE);

    expect(run.read(NEXT)).toMatchObject({ unusedAtResetRatio: unused, resetsTotal: 1 });
  });

  it("is unknown where the provider tells no limit", () => {
    const run = start({ ...WEEK, limit: undefined });
    run.pass(7 * DAY - HOUR);
    run.readEach(MINUTE, same(10, { remaining: 400 }));
    run.pass(2 * HOUR);

    expect(run.read(NEXT).unusedAtResetRatio).toBeUndefined();
  });

  it("is that of the last window, not of one that seemed full for a read", () => {
    const run = start(WEEK);
    run.pass(DAY);
    run.readEach(HOUR, [...same(20, { remaining: 600 }), { remaining: 1000 }, ...same(5, { remaining: 600 })]);

    expect(run.read({ remaining: 600 })).toMatchObject({ unusedAtResetRatio: undefined, resetsTotal: 0 });
  });
});

describe("the reminder that capacity lapses, from a cold start", () => {
  it.each([
    { name: "every five minutes", every: 5 * MINUTE },
    { name: "every hour", every: HOUR },
  ])("comes within six readings of an idle week that ends tomorrow, read $name, and once", ({ every }) => {
    const run = start(WEEK);
    run.pass(6 * DAY);
    const snapshots = run.readEach(every, same(20, { remaining: 1000 }));

    expect(snapshots.findIndex(isReminded)).toBeLessThan(6);
    expect(begins(snapshots)).toBe(1);
    expect(alertsOf(snapshots.at(-1) as QuotaSnapshot)).toEqual(["LLMQuotaUseOrLose info"]);
  });

  it("does not come early in an idle week", () => {
    expect(
      start(WEEK)
        .readEach(HOUR, same(4 * 24, { remaining: 1000 }))
        .some(isReminded),
    ).toBe(false);
  });

  it("comes once for idle credits, two weeks before they lapse", () => {
    const credits: Told = { ...BALANCE, enforcement: "soft", limit: 50, expiresAt: at(20 * DAY) };
    const first = start(credits);
    const snapshots = first.readEach(HOUR, same(20 * 24 - 2, { remaining: 50 }));
    const from = snapshots.findIndex(isReminded);

    expect(begins(snapshots)).toBe(1);
    // Two weeks ahead, at the second reading that says so.
    expect(from + 1).toBeGreaterThanOrEqual(6 * 24);
    expect(from + 1).toBeLessThanOrEqual(6 * 24 + 2);
  });

  it("comes once for credits of which a little is used now and then", () => {
    const credits: Told = { ...BALANCE, enforcement: "soft", limit: 50, expiresAt: at(10 * DAY) };
    const series = Array.from({ length: 9 * 24 }, (_, hour) => ({ remaining: 50 - Math.floor(hour / 40) }));

    expect(begins(start(credits).readEach(HOUR, series))).toBe(1);
  });
});
