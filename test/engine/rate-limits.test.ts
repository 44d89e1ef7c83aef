import { describe, expect, it } from "vitest";
import type { QuotaSnapshot } from "../../src/engine/snapshot.ts";
import { alertsOf, at, MINUTE, startRun, type Told } from "../support/readings.ts";

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
});
