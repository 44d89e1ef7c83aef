import { describe, expect, it } from "vitest";
import { quantileOf } from "../../bench/backtest/numbers.ts";
import { quotasOf } from "../../bench/backtest/quotas.ts";
import type { SimulatedQuota } from "../../bench/backtest/simulated-quota.ts";
import { Trace, type TraceFacts } from "../../bench/backtest/trace.ts";

const DAY = 86_400;
const FACTS: TraceFacts = {
  ...{ name: "office", file: "office.csv", bucket_seconds: 600, start_unix: 1_736_121_600, duration_seconds: 14 * DAY },
  ...{ units: ["requests"], family: "llm-client" },
};

/** A fortnight of office hours, in some days more than in others. */
function officeTrace(): Trace {
  const sums = new Float64Array(14 * 144 + 1);
  for (let bucket = 0; bucket < 14 * 144; bucket++) {
    const hour = (bucket / 6) % 24;
    const used = hour >= 8 && hour < 18 ? 100 + 30 * (Math.floor(bucket / 144) % 3) : 2;
    sums[bucket + 1] = (sums[bucket] ?? 0) + used;
  }
  return new Trace(FACTS, "requests", sums);
}

const officeQuotas = () => quotasOf(FACTS, new Map([["requests", officeTrace()]]));

const ofScenario = (scenario: string): SimulatedQuota[] => {
  const quotas = officeQuotas().filter((quota) => quota.scenario === scenario);
  expect(quotas.length).toBeGreaterThan(0);
  return quotas;
};

describe("a trace", () => {
  const facts = { name: "x", family: "f", bucket_seconds: 60, start_unix: 1000 };
  const trace = new Trace(facts, "requests", Float64Array.of(0, 10, 10, 40));

  it("is even within a bucket, and flat before and after", () => {
    expect([900, 1030, 1060, 1120, 1150, 9999].map((time) => trace.until(time))).toEqual([0, 5, 10, 10, 25, 40]);
  });

  it("tells when a sum is reached, if ever", () => {
    expect([0, 5, 25, 40, 41].map((sum) => trace.timeOf(sum))).toEqual([1000, 1030, 1150, 1180, undefined]);
  });

  it("tells when it is used next, if ever", () => {
    expect([1000, 1070, 1130, 1180].map((time) => trace.nextDemand(time))).toEqual([1000, 1120, 1130, undefined]);
  });
});

describe("the quotas of a trace", () => {
  it("are the same at every call, defects included", () => {
    expect(officeQuotas()).toEqual(officeQuotas());
  });

  it("run out exactly when the demand of their period reaches the limit", () => {
    const trace = officeTrace();
    for (const quota of ofScenario("day-utc").filter(({ unit }) => unit === "requests")) {
      const limit = quota.told[0]?.limit ?? Number.NaN;
      const [first] = quota.periods;
      if (first === undefined) throw new Error("no period");

      if (first.exhaustedAt === undefined) expect(trace.between(first.start, first.end)).toBeLessThanOrEqual(limit);
      else expect(trace.between(first.start, first.exhaustedAt)).toBeCloseTo(limit, 6);
    }
  });

  it("never take in more than their limit where they slide", () => {
    for (const { told } of ofScenario("sliding-5h")) expect(told.filter(({ remaining }) => remaining < 0)).toEqual([]);
  });

  it("tell whole percents for sessions, and no reset before one has begun", () => {
    for (const { told, periods } of ofScenario("session-5h")) {
      expect(
        told.filter(({ limit, remaining }) => limit !== 1 || remaining !== Math.round(100 * remaining) / 100),
      ).toEqual([]);
      expect(periods.every(({ start, end }) => end - start === 5 * 3600)).toBe(true);
    }
  });

  it("tell a balance in cents without a limit, and readings of one quota never go back", () => {
    for (const { told } of ofScenario("credits")) {
      expect(told.every(({ limit, reset_at }) => limit === null && reset_at === null)).toBe(true);
      expect(told.every(({ t }, index) => t >= (told[index - 1]?.t ?? 0))).toBe(true);
    }
  });
});

describe("a quantile", () => {
  it.each([
    [[], 0.5, undefined],
    [[3], 0.5, 3],
    [[4, 1, 2], 0.5, 2],
    [[1, 2, 3, 5], 0.75, 3.5],
    [[1, 2], 1, 2],
  ])("of %j at %d is %s", (values, share, quantile) => {
    expect(quantileOf(values, share)).toBe(quantile);
  });
});
