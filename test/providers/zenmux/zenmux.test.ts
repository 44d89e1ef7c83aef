import { describe, expect, it } from "vitest";
import { common, failureOf, quotasOf, readPreset } from "../read-preset.ts";
import balance from "./fixtures/balance.200.json" with { type: "json" };
import detail from "./fixtures/detail.200.json" with { type: "json" };
import idle from "./fixtures/detail.idle.json" with { type: "json" };

const PAYG = "GET /payg/balance";
const CALL = "GET /subscription/detail";
const answers = (body: unknown) => ({ [PAYG]: { body: balance }, [CALL]: { body } });
const withFiveHours = (over: object) =>
  answers({ ...detail, data: { ...detail.data, quota_5_hour: { ...detail.data.quota_5_hour, ...over } } });
const five = { quota: "five_hour", kind: "rolling", periodSeconds: 18_000, ...common };
const week = { quota: "weekly", kind: "rolling", periodSeconds: 604_800, ...common };

describe("zenmux", () => {
  it("reads the flows of both windows, and the balance in dollars", async () => {
    expect(await readPreset("zenmux", answers(detail))).toEqual({
      metered: true,
      plan: "max",
      readings: [
        { ...five, unit: "credits", limit: 300, remaining: 262.5, resetAt: new Date("2026-11-21T14:10:00Z") },
        { ...week, unit: "credits", limit: 2000, remaining: 1875, resetAt: new Date("2026-11-25T14:10:00Z") },
        { quota: "balance", kind: "credits", unit: "usd", remaining: 48.25, ...common },
      ],
    });
  });

  it("takes the percentage for the fraction that it is where no flows are told", async () => {
    expect(await quotasOf("zenmux", answers(idle))).toMatchObject({
      five_hour: { unit: "ratio", limit: 1, remaining: 1 },
      weekly: { unit: "ratio", limit: 1, remaining: 0.75 },
    });
  });

  it("takes it too where only the cap of the flows is told", async () => {
    const flows = { used_flows: null, remaining_flows: undefined, usage_percentage: 0.3 };

    expect(await quotasOf("zenmux", withFiveHours(flows))).toMatchObject({
      five_hour: { unit: "ratio", limit: 1, remaining: 0.7 },
    });
  });

  it("reads flows in texts", async () => {
    const flows = { max_flows: "300", used_flows: "37.5", remaining_flows: "262.5" };

    expect(await quotasOf("zenmux", withFiveHours(flows))).toMatchObject({
      five_hour: { unit: "credits", limit: 300, remaining: 262.5 },
    });
  });

  it("reads the balance alone where there is null in place of a subscription", async () => {
    expect(await quotasOf("zenmux", answers({ success: true, data: null }))).toEqual({
      balance: { quota: "balance", kind: "credits", unit: "usd", remaining: 48.25, ...common },
    });
  });

  it("has no reset of a window that nobody has opened", async () => {
    expect((await quotasOf("zenmux", answers(idle)))["five_hour"]).not.toHaveProperty("resetAt");
  });

  it("has no quota for the month, of which only the cap is told", async () => {
    expect(Object.keys(await quotasOf("zenmux", answers(detail)))).toEqual(["five_hour", "weekly", "balance"]);
  });

  it("reads windows that it does not know, where a share is told, under their own names", async () => {
    const share = { usage_percentage: 0.4, resets_at: "2026-12-01T00:00:00Z" };
    const data = { ...detail.data, quota_monthly: share, quota_30_day: share, quota_note: null, note: share };
    const { monthly, quota_30_day, ...others } = await quotasOf("zenmux", answers({ ...detail, data }));
    const told = { kind: "rolling", unit: "ratio", limit: 1, remaining: 0.6, resetAt: new Date(share.resets_at) };

    expect([monthly, quota_30_day]).toMatchObject([told, told]);
    expect(Object.keys(others)).toEqual(["five_hour", "weekly", "balance"]);
  });

  it("shows by how much a window was passed", async () => {
    expect(await quotasOf("zenmux", withFiveHours({ used_flows: 310, remaining_flows: 0 }))).toMatchObject({
      five_hour: { limit: 300, remaining: -10 },
    });
  });

  it.each([
    [PAYG, {}],
    [CALL, { [PAYG]: { body: balance } }],
  ])("takes a 422 of %s for too many calls", async (call, before) => {
    const body = { success: false, error: { code: "422", message: "rate limit" } };

    expect(await failureOf("zenmux", { ...before, [call]: { status: 422, body } })).toMatch(/^rate_limited: /);
  });

  it("says that the provider has failed where the envelope does, though the status is 200", async () => {
    expect(await failureOf("zenmux", answers({ success: false }))).toBe(
      "server: GET zenmux.ai/api/v1/management/subscription/detail answered 200, and that it failed",
    );
  });

  it("takes a key that calls models for a refused one", async () => {
    const refused = { [PAYG]: { status: 403, body: { success: false, error: { message: "management key" } } } };

    expect(await failureOf("zenmux", refused)).toMatch(/^auth: /);
  });

  it("reads a balance that is overdrawn", async () => {
    const body = { ...balance, data: { ...balance.data, total_credits: -0.75 } };

    expect(await quotasOf("zenmux", { ...answers(detail), [PAYG]: { body } })).toMatchObject({
      balance: { remaining: -0.75 },
    });
  });

  it.each([
    ["yuan", { currency: "CNY" }, { unit: "cny", remaining: 48.25 }],
    ["dollars where no currency is told", { currency: null }, { unit: "usd", remaining: 48.25 }],
    ["a number in a text", { total_credits: "48.25" }, { unit: "usd", remaining: 48.25 }],
    ["a tiny rest", { total_credits: 0.0000001 }, { unit: "usd", remaining: 1e-7 }],
    ["an unknown balance", { total_credits: null }, { unit: "usd", confidence: "degraded" }],
  ])("reads %s", async (_name, over, told) => {
    const body = { ...balance, data: { ...balance.data, ...over } };

    expect(await quotasOf("zenmux", { ...answers(detail), [PAYG]: { body } })).toMatchObject({ balance: told });
  });

  it("does not take another currency for dollars", async () => {
    const body = { ...balance, data: { ...balance.data, currency: "eur" } };

    expect(await failureOf("zenmux", { ...answers(detail), [PAYG]: { body } })).toMatch(/^malformed: .*\.unit = /);
  });

  it("does not take a balance that is not told for one of zero", async () => {
    const body = { success: true, data: { currency: "usd" } };

    expect(await failureOf("zenmux", { [PAYG]: { body } })).toMatch(/^malformed: .* \$\.data\.total_credits: /);
  });
});
