import { describe, expect, it } from "vitest";
import { judge } from "../../src/engine/judge.ts";
import { newQuotaMemory, type QuotaMemory, takeReading } from "../../src/engine/quota-memory.ts";
import { ENGINE_DEFAULTS } from "../../src/engine/settings.ts";
import type { QuotaSnapshot } from "../../src/engine/snapshot.ts";
import type { Reading } from "../../src/quota/reading.ts";
import { alertsOf, at, MINUTE, only, startRun, type Told } from "../support/readings.ts";

const BUCKET: Told = {
  quota: "requests_per_minute",
  kind: "rate_limit",
  unit: "requests",
  limit: 100,
  periodSeconds: 60,
};
const states = (snapshots: readonly QuotaSnapshot[]) => snapshots.map(({ state }) => state);
const last = (snapshots: readonly QuotaSnapshot[]) => snapshots.at(-1) as QuotaSnapshot;

function readEach(every: number, amounts: readonly number[], reading: Told = BUCKET) {
  const run = startRun({ reading });
  return run.readEach(
    every,
    amounts.map((remaining, index) => ({ remaining, resetAt: at((index + 1) * every + 40) })),
  );
}

describe("a per-minute bucket", () => {
  it("warns when more than half of the readings of a quarter of an hour are low, and three of them", () => {
    const snapshots = readEach(5 * MINUTE, [80, 5, 0, 9, 50, 60, 70]);

    expect(states(snapshots)).toEqual(["ok", "ok", "ok", "watch", "ok", "ok", "ok"]);
    expect(alertsOf(snapshots[3] as QuotaSnapshot)).toEqual(["LLMQuotaRateLimited warning"]);
  });

  it("does not warn when it is empty for a minute", () => {
    const snapshots = readEach(15, [...Array.from({ length: 40 }, () => 80), 0, 0, 0, 0, 0, 80, 80]);

    expect(snapshots.flatMap(alertsOf)).toEqual([]);
  });

  it("does not warn of half of the readings", () => {
    expect(states(readEach(MINUTE, [80, 0, 80, 0, 80, 0, 80, 0]))).not.toContain("watch");
  });

  it("does not warn while there are less than three readings", () => {
    expect(states(readEach(MINUTE, [0, 0]))).toEqual(["ok", "ok"]);
  });

  it("is never exhausted and never pages, even at zero for an hour", () => {
    const snapshots = readEach(
      MINUTE,
      Array.from({ length: 60 }, () => 0),
    );

    expect(new Set(states(snapshots))).toEqual(new Set(["ok", "watch"]));
    expect(last(snapshots)).toMatchObject({ severity: "warning", binding: false, forecast: undefined });
  });

  it("is watched exactly while it warns, and never by its level alone", () => {
    const snapshots = readEach(20 * MINUTE, [15, 12, 11, 5, 3, 2]);

    expect(new Set(states(snapshots))).toEqual(new Set(["ok"]));
  });

  it.each<[what: string, told: Told, valid: boolean]>([
    [
      "is shown for a minute where something was left, as it is full again within milliseconds",
      { remaining: 99 },
      true,
    ],
    ["is over at its reset where nothing was left", { remaining: 0 }, false],
    ["is over at its reset where the call was refused", { remaining: 99, refused: true }, false],
  ])("%s", (_what, told, valid) => {
    const run = startRun({ reading: { ...BUCKET, source: "headers", periodSeconds: undefined } });
    run.observe({ ...told, resetAt: at(0.12) });

    expect(only(run.pass(59)).valid).toBe(valid);
    expect(only(run.pass(1)).valid).toBe(false);
  });

  it.each([
    ["a day that use leaves piece by piece, which is full again within moments too", { sliding: true as const }, true],
    ["a day that ends at its reset", {}, false],
  ])("has one rule with %s", (_what, told, valid) => {
    const day = { ...BUCKET, kind: "rolling" as const, source: "headers" as const, periodSeconds: 86_400 };
    const run = startRun({ reading: { ...day, ...told } });
    run.observe({ remaining: 99, resetAt: at(17) });

    expect(only(run.pass(16)).valid).toBe(true);
    expect(only(run.pass(43)).valid).toBe(valid);
    expect(only(run.pass(1)).valid).toBe(false);
  });

  it("needs no more memory under live traffic, which tells of it twice a second", () => {
    const memory = newQuotaMemory(readingOf(0));
    for (let half = 0; half < 30 * MINUTE * 2; half++) takeAndJudge(memory, readingOf(half / 2));

    expect(memory.bucket.length).toBeLessThanOrEqual(300);
    expect(memory.state).toBe("watch");
  });
});

const readingOf = (seconds: number): Reading => ({
  ...{ quota: "requests", kind: "rate_limit", unit: "requests", readAt: at(seconds), limit: 100, remaining: 5 },
  ...{ enforcement: "hard", source: "headers", confidence: "reported" },
});

function takeAndJudge(memory: QuotaMemory, reading: Reading): void {
  const event = takeReading(memory, reading, ENGINE_DEFAULTS);
  if (event !== undefined) judge(memory, event, { override: undefined, hasOtherBalance: false }, ENGINE_DEFAULTS);
}
