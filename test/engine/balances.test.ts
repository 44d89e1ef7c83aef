import { describe, expect, it } from "vitest";
import type { QuotaSnapshot } from "../../src/engine/snapshot.ts";
import { alertsOf, at, BALANCE, DAY, falling, HOUR, quotaOf, startRun, type Told } from "../support/readings.ts";

const left = (...amounts: number[]): Told[] => amounts.map((remaining) => ({ remaining }));
const states = (snapshots: readonly QuotaSnapshot[]) => snapshots.map(({ state }) => state);
const last = (snapshots: readonly QuotaSnapshot[]) => snapshots.at(-1) as QuotaSnapshot;
const since = (quota: QuotaSnapshot, alert: string) => quota.alerts.find((active) => active.alert === alert)?.since;
const aBalance = (over: Told = {}) =>
  startRun({ reading: { ...BALANCE, ...over }, account: { staleAfterSeconds: 3 * HOUR } });

describe("a balance with less than a week of runway", () => {
  it("needs a top-up, at the second reading that says so", () => {
    const snapshots = aBalance().readEach(HOUR, falling(101, 1, 5));

    expect(states(snapshots)).toEqual(["ok", "ok", "ok", "topup", "topup"]);
    expect(alertsOf(last(snapshots))).toEqual(["LLMQuotaCreditsLow warning"]);
  });

  it.each([
    { name: "whose use is steady and known for two weeks pages with less than two days", hours: 15 * 24, at: 46 },
    { name: "that is new pages with a margin of three tenths", hours: 20, at: 36 },
  ])("$name", ({ hours, at: expected }) => {
    const snapshots = aBalance().readEach(HOUR, falling(hours + 40, 1, hours + 10));
    const worst = snapshots.findIndex(({ severity }) => severity === "critical");

    expect(snapshots[worst]?.reading.remaining).toBe(expected);
    expect(alertsOf(last(snapshots))).toEqual(["LLMQuotaCreditsLow critical"]);
  });

  it("has no burn rate, which needs an end, but a forecast and a runway", () => {
    const quota = last(aBalance().readEach(HOUR, falling(101, 1, 3)));

    expect(quota.long.burn).toBeUndefined();
    expect(quota.forecast).toMatchObject({
      likely: at(3 * HOUR + 98 * HOUR),
      probability: undefined,
      runwaySeconds: 98 * HOUR,
    });
  });

  it("is well again by a top-up that two readings tell", () => {
    const run = aBalance();
    run.readEach(HOUR, falling(52, 1, 10));

    expect(states(run.readEach(HOUR, left(400, 400)))).toEqual(["topup", "ok"]);
    expect(run.show().quotas[0]).toMatchObject({ alerts: [], topupsTotal: 1 });
  });

  it("goes on as the same incident after a top-up that is too small", () => {
    const run = aBalance();
    const before = last(run.readEach(HOUR, falling(52, 1, 10)));
    const after = run.readEach(HOUR, left(60, 59, 58));

    expect(states(after)).toEqual(["topup", "topup", "topup"]);
    expect(since(last(after), "LLMQuotaCreditsLow")).toEqual(since(before, "LLMQuotaCreditsLow"));
  });

  it("needs more than half again as much runway before it is well without a top-up", () => {
    const run = aBalance();
    run.readEach(HOUR, falling(152, 1, 10));
    const idle = run.readEach(HOUR, left(...Array.from({ length: 7 }, () => 142)));

    expect(last(idle).state).toBe("topup");
    expect(last(run.readEach(HOUR, left(...Array.from({ length: 24 }, () => 142)))).state).toBe("ok");
  });

  it("tells nobody when it is soft", () => {
    const run = aBalance({ enforcement: "soft" });
    const snapshots = run.readEach(HOUR, [...falling(11, 1, 11), ...left(0, 0)]);

    expect(snapshots.flatMap(alertsOf)).toEqual([]);
  });

  it("needs no top-up when it lapses before it is used up", () => {
    const run = aBalance({ expiresAt: at(3 * DAY) });

    expect(states(run.readEach(HOUR, falling(101, 1, 5)))).not.toContain("topup");
  });
});

describe("a balance with nothing left", () => {
  it("goes on with the alert that announced it", () => {
    const run = aBalance();
    const announced = run.readEach(HOUR, falling(10, 1, 9));
    const empty = last(run.readEach(HOUR, left(0, 0)));

    expect(alertsOf(empty)).toEqual(["LLMQuotaExhausted critical", "LLMQuotaCreditsLow critical"]);
    expect(since(empty, "LLMQuotaCreditsLow")).toEqual(since(last(announced), "LLMQuotaCreditsLow"));
  });

  it("is unknown and never binds when nobody ever saw it above zero", () => {
    const snapshots = aBalance().readEach(HOUR, left(0, 0, 0));

    expect(states(snapshots)).toEqual(["unknown", "unknown", "unknown"]);
    expect(last(snapshots)).toMatchObject({ severity: "none", binding: false, alerts: [] });
  });

  it("is exhausted all the same when the provider says that calls are refused", () => {
    const snapshots = aBalance({ refused: true }).readEach(HOUR, left(0, 0));

    expect(last(snapshots)).toMatchObject({ state: "exhausted", severity: "critical" });
  });

  it("is exhausted when it was above zero once", () => {
    expect(last(aBalance().readEach(HOUR, left(5, 0, 0)))).toMatchObject({ state: "exhausted" });
  });

  it("is neither exhausted nor paged beside another currency that has something", () => {
    const run = startRun({ account: { staleAfterSeconds: 3 * HOUR } });
    const both = (usd: number, cny: number) =>
      run.readAll([
        { ...balanceIn("usd"), remaining: usd },
        { ...balanceIn("cny"), remaining: cny },
      ]);
    const snapshots = [5, 4, 3, 2, 1, 0, 0, 0].map((usd) => {
      run.pass(HOUR);
      return quotaOf(both(usd, 80), "balance_usd");
    });

    expect(states(snapshots)).not.toContain("exhausted");
    expect(snapshots.flatMap(alertsOf)).not.toContain("LLMQuotaCreditsLow critical");
    expect(snapshots.map(({ severity }) => severity)).toContain("warning");
  });

  it("is exhausted beside another currency that has nothing either", () => {
    const run = startRun({ account: { staleAfterSeconds: 3 * HOUR } });
    const snapshots = [5, 0, 0].map((usd) => {
      run.pass(HOUR);
      return run.readAll([
        { ...balanceIn("usd"), remaining: usd },
        { ...balanceIn("cny"), remaining: 0 },
      ]);
    });
    const after = snapshots.at(-1);

    expect(after?.quotas.map(({ quota, state }) => [quota, state])).toEqual([
      ["balance_usd", "exhausted"],
      ["balance_cny", "unknown"],
    ]);
  });
});

function balanceIn(unit: "usd" | "cny"): Told {
  return {
    quota: `balance_${unit}`,
    kind: "credits",
    unit,
    limit: undefined,
    resetAt: undefined,
    periodSeconds: undefined,
  };
}
