import { describe, expect, it } from "vitest";
import { common, failureOf, quotasOf, readPreset } from "../read-preset.ts";
import limits from "./fixtures/limits.200.json" with { type: "json" };
import legacy from "./fixtures/limits.legacy.json" with { type: "json" };
import older from "./fixtures/limits.older.json" with { type: "json" };

const CALL = "GET /api/billing/limits";
const answer = (over: object) => ({ [CALL]: { body: { ...limits, ...over } } });
const withFiveHours = (fiveHour: unknown) => answer({ limits: { standard: { ...limits.limits.standard, fiveHour } } });
const soft = { ...common, enforcement: "soft" };
const window = { kind: "rolling", unit: "ratio", limit: 1 };

describe("factory", () => {
  it("reads both pools, and the balance of extra usage in dollars", async () => {
    expect(await readPreset("factory", { [CALL]: { body: limits } })).toEqual({
      metered: true,
      readings: [
        {
          ...{ ...window, ...soft, quota: "five_hour", remaining: 0.875, periodSeconds: 18_000 },
          resetAt: new Date("2026-11-21T13:30:00Z"),
        },
        {
          ...{ ...window, ...soft, quota: "weekly", remaining: 0.6, periodSeconds: 604_800 },
          resetAt: new Date("2026-11-24T12:00:00Z"),
        },
        { ...window, ...soft, quota: "monthly", remaining: 0.65, resetAt: new Date("2026-12-04T12:00:00Z") },
        {
          ...{ ...window, ...soft, quota: "core_weekly", remaining: 0.49, periodSeconds: 604_800, partial: true },
          resetAt: new Date("2026-11-25T07:40:00Z"),
        },
        {
          ...{ ...window, ...soft, quota: "core_monthly", remaining: 0.43, partial: true },
          resetAt: new Date("2026-12-15T01:40:00Z"),
        },
        { quota: "extra_usage", kind: "credits", unit: "usd", remaining: 12.34, ...soft },
      ],
    });
  });

  it("reads one pool with a countdown, an end, or neither, hard without extra usage", async () => {
    expect(await quotasOf("factory", { [CALL]: { body: older } })).toEqual({
      five_hour: {
        ...{ ...window, ...common, quota: "five_hour", remaining: 0.93, periodSeconds: 18_000 },
        resetAt: new Date("2026-11-21T13:30:00Z"),
      },
      weekly: {
        ...{ ...window, ...common, quota: "weekly", remaining: 0.8, periodSeconds: 604_800 },
        resetAt: new Date("2026-11-24T12:00:00Z"),
      },
      monthly: { ...window, ...common, quota: "monthly", remaining: 0.7 },
    });
  });

  it("reads windows that it does not know under their own names", async () => {
    const standard = {
      ...limits.limits.standard,
      ...{ twoDays: { usedPercent: 104, secondsRemaining: 90 }, daily: { usedPercent: 3 }, note: "x", none: null },
      over: { usedPercent: 100, secondsRemaining: null, windowEnd: "2026-11-21T11:00:00Z" },
    };
    const { two_days, daily, ...others } = await quotasOf("factory", answer({ limits: { standard } }));

    expect(two_days).toMatchObject({ ...window, remaining: -0.04, resetAt: new Date("2026-11-21T12:01:30Z") });
    expect(daily).toMatchObject({ ...window, remaining: 0.97 });
    expect(Object.keys(others)).toEqual(["five_hour", "weekly", "monthly", "extra_usage"]);
  });

  it("counts the seconds of the countdown from the read", async () => {
    const found = await quotasOf("factory", withFiveHours({ usedPercent: 1, secondsRemaining: 90 }));

    expect(found["five_hour"]).toMatchObject({ resetAt: new Date("2026-11-21T12:01:30Z") });
  });

  it("believes the countdown where the end is another, as clocks differ", async () => {
    const both = { usedPercent: 1, secondsRemaining: 90, windowEnd: "2026-11-21T12:02:00Z" };

    expect((await quotasOf("factory", withFiveHours(both)))["five_hour"]).toMatchObject({
      resetAt: new Date("2026-11-21T12:01:30Z"),
    });
  });

  it.each([
    ["that was used up and is over", { usedPercent: 100, secondsRemaining: null, windowEnd: "2026-11-21T11:59:59Z" }],
    ["that ends now", { usedPercent: 17, secondsRemaining: 0, windowEnd: "2026-11-21T12:00:00Z" }],
    ["that is null", null],
    ["that is not told", undefined],
  ])("has no reading of a window %s", async (_what, fiveHour) => {
    expect(await quotasOf("factory", withFiveHours(fiveHour))).not.toHaveProperty("five_hour");
  });

  it.each([
    ["more than all of it", 103.5, -0.035],
    ["less than a percent", 0.4, 0.996],
    ["a percent in a text", "12.5", 0.875],
  ])("reads %s", async (_what, usedPercent, remaining) => {
    const found = await quotasOf("factory", withFiveHours({ usedPercent, secondsRemaining: 90 }));

    expect(found["five_hour"]?.remaining).toBeCloseTo(remaining, 10);
  });

  it("shows no number for a percent that is null", async () => {
    expect(await quotasOf("factory", withFiveHours({ usedPercent: null, secondsRemaining: 90 }))).toMatchObject({
      five_hour: { confidence: "degraded" },
    });
  });

  it.each([
    ["extra usage is not allowed", { extraUsageAllowed: false }],
    ["nothing is left of it", { extraUsageBalanceCents: 0 }],
    ["what is left of it is null", { extraUsageBalanceCents: null }],
    ["nobody says that it is allowed", { extraUsageAllowed: undefined }],
  ])("has hard windows where %s", async (_why, over) => {
    expect(await quotasOf("factory", answer(over))).toMatchObject({ weekly: { enforcement: "hard" } });
  });

  it("has no extra usage where that is not allowed", async () => {
    expect(await quotasOf("factory", answer({ extraUsageAllowed: false }))).not.toHaveProperty("extra_usage");
  });

  it.each([null, undefined, {}])("has no core pool where that is %s", async (core) => {
    const found = await quotasOf("factory", answer({ limits: { ...limits.limits, core } }));

    expect(Object.keys(found)).toEqual(["five_hour", "weekly", "monthly", "extra_usage"]);
  });

  it("says that an account without such windows has no plan for this", async () => {
    expect(await failureOf("factory", { [CALL]: { body: legacy } })).toBe(
      "not_entitled: GET api.factory.ai/api/billing/limits answered 200, and that it failed",
    );
  });

  it.each([{}, { limits: null }, { limits: { core: limits.limits.core } }])(
    "does not take %j for an account without windows",
    async (body) => {
      expect(await failureOf("factory", { [CALL]: { body } })).toMatch(/^malformed: /);
    },
  );

  it("names the field that it cannot read", async () => {
    expect(await failureOf("factory", withFiveHours({ usedPercent: "most", secondsRemaining: 90 }))).toMatch(
      /^malformed: .* \$\.limits\.standard\.fiveHour\.usedPercent: /,
    );
  });
});
