import { describe, expect, it } from "vitest";
import { common, failureOf, quotasOf, readPreset } from "../read-preset.ts";
import quota from "./fixtures/quota.200.json" with { type: "json" };
import prepaid from "./fixtures/quota.prepaid.json" with { type: "json" };

const CALL = "GET /quota";
const withSubscription = (over: object) => ({
  [CALL]: { body: { ...quota, subscription: { ...quota.subscription, ...over } } },
});
const withCredits = (credits_remaining_usd: unknown) => ({
  [CALL]: { body: { ...quota, balance: { ...quota.balance, credits_remaining_usd } } },
});

describe("neuralwatt", () => {
  it("reads the share of the energy, the balance, and the allowance of the key", async () => {
    expect(await readPreset("neuralwatt", { [CALL]: { body: quota } })).toEqual({
      metered: true,
      plan: "basic",
      readings: [
        {
          ...{ quota: "monthly", kind: "calendar", unit: "ratio", limit: 1, remaining: 0.75, ...common },
          ...{ resetAt: new Date("2026-12-12T04:15:28Z"), enforcement: "soft" },
        },
        { quota: "balance", kind: "credits", unit: "usd", remaining: 31.5, ...common, enforcement: "soft" },
        { quota: "key_limit", kind: "calendar", unit: "usd", limit: 20, used: 4.5, ...common },
      ],
    });
  });

  it("reads the balance alone without a subscription and an allowance, and it is hard", async () => {
    expect(await readPreset("neuralwatt", { [CALL]: { body: prepaid } })).toEqual({
      metered: true,
      readings: [{ quota: "balance", kind: "credits", unit: "usd", remaining: 31.5, ...common }],
    });
  });

  it("does not page for an empty balance while there is energy", async () => {
    expect(await quotasOf("neuralwatt", withCredits(0))).toMatchObject({
      monthly: { enforcement: "hard" },
      balance: { remaining: 0, enforcement: "soft" },
    });
  });

  it("makes the balance hard when the energy is used up", async () => {
    expect(await quotasOf("neuralwatt", withSubscription({ kwh_used: 10, kwh_remaining: 0 }))).toMatchObject({
      monthly: { remaining: 0, enforcement: "soft" },
      balance: { enforcement: "hard" },
    });
  });

  it("shows an overrun below zero", async () => {
    expect(await quotasOf("neuralwatt", withSubscription({ kwh_used: 12.5 }))).toMatchObject({
      monthly: { remaining: -0.25 },
    });
  });

  it("still reads the balance where use is more than ten times what is included", async () => {
    expect(await quotasOf("neuralwatt", withSubscription({ kwh_used: 101, kwh_remaining: 0 }))).toMatchObject({
      monthly: { confidence: "degraded", enforcement: "soft" },
      balance: { remaining: 31.5, enforcement: "hard" },
    });
  });

  it.each([0, null, undefined])("has no share of energy that is %s", async (kwh_included) => {
    expect(await quotasOf("neuralwatt", withSubscription({ kwh_included }))).not.toHaveProperty("monthly");
  });

  it.each([null, undefined])("takes what remains where what was used is %s", async (kwh_used) => {
    expect(await quotasOf("neuralwatt", withSubscription({ kwh_used, kwh_remaining: 2.5 }))).toMatchObject({
      monthly: { remaining: 0.25 },
      balance: { enforcement: "soft" },
    });
  });

  it.each([null, undefined])("shows no number where use is null and what remains is %s", async (kwh_remaining) => {
    expect(await quotasOf("neuralwatt", withSubscription({ kwh_used: null, kwh_remaining }))).toMatchObject({
      monthly: { confidence: "degraded" },
      balance: { enforcement: "hard" },
    });
  });

  it.each([
    ["daily", 86_400],
    ["weekly", 604_800],
    ["monthly", undefined],
  ])("knows how long a %s allowance runs", async (period, periodSeconds) => {
    const body = { ...quota, key: { allowance: { limit_usd: 20, spent_usd: 4.5, period } } };
    const { key_limit } = await quotasOf("neuralwatt", { [CALL]: { body } });

    expect(key_limit?.kind).toBe("calendar");
    expect(key_limit?.periodSeconds).toBe(periodSeconds);
  });

  it("takes an allowance without a period for one that never comes again", async () => {
    const body = { ...quota, key: { allowance: { limit_usd: 20, spent_usd: 4.5, period: null } } };

    expect(await quotasOf("neuralwatt", { [CALL]: { body } })).toMatchObject({ key_limit: { kind: "credits" } });
  });

  it("does not take an answer without the balance for one of zero", async () => {
    expect(await failureOf("neuralwatt", { [CALL]: { body: { balance: {}, subscription: null } } })).toMatch(
      /^malformed: .* \$\.balance\.credits_remaining_usd: /,
    );
  });
});
