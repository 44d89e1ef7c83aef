import nock from "nock";
import { describe, expect, it } from "vitest";
import { nanogpt } from "../../../src/providers/nanogpt/nanogpt.ts";
import { ownHosts } from "../../../src/providers/provider.ts";
import { NOW, readAccount } from "../read-account.ts";
import balance from "./fixtures/check-balance.200.json" with { type: "json" };
import degraded from "./fixtures/subscription-usage.200.degraded.json" with { type: "json" };
import inactive from "./fixtures/subscription-usage.200.inactive.json" with { type: "json" };
import usage from "./fixtures/subscription-usage.200.json" with { type: "json" };
import legacy from "./fixtures/subscription-usage.200.legacy.json" with { type: "json" };

const KEY = "sk-nano-invented";
const MONDAY = new Date("2026-11-23T00:00:00Z");
const TOMORROW = new Date("2026-11-22T00:00:00Z");

const api = () => nock("https://nano-gpt.com");

/** One read of an account with this usage. */
function readWith(body: object, wallet: object = balance) {
  api().get("/api/subscription/v1/usage").reply(200, body);
  api().post("/api/check-balance").reply(200, wallet);
  return readAccount(nanogpt, KEY);
}

const reported = { readAt: NOW, source: "api", confidence: "reported" };
const weekly = { quota: "weekly_input_tokens", kind: "calendar", unit: "input_tokens", periodSeconds: 604_800 };

describe("nanogpt", () => {
  it("reads token windows, images and the balance", async () => {
    expect(await readWith(usage)).toEqual({
      metered: true,
      subscription: "active",
      readings: [
        { ...weekly, ...reported, limit: 60_000_000, remaining: 41_750_000, resetAt: MONDAY, enforcement: "hard" },
        {
          quota: "daily_images",
          kind: "calendar",
          unit: "images",
          periodSeconds: 86_400,
          ...reported,
          limit: 100,
          remaining: 88,
          resetAt: TOMORROW,
          enforcement: "hard",
          partial: true,
        },
        { quota: "balance", kind: "credits", unit: "usd", ...reported, remaining: 12.345678, enforcement: "soft" },
      ],
    });
  });

  it("reads the older daily and monthly windows", async () => {
    const { readings } = await readWith(legacy);

    expect(readings.slice(0, 2)).toEqual([
      {
        quota: "daily",
        kind: "calendar",
        unit: "requests",
        periodSeconds: 86_400,
        ...reported,
        limit: 2000,
        remaining: 1860,
        resetAt: TOMORROW,
        enforcement: "hard",
      },
      {
        quota: "monthly",
        kind: "calendar",
        unit: "requests",
        ...reported,
        limit: 60_000,
        remaining: 50_700,
        resetAt: new Date("2026-12-09T00:00:00Z"),
        enforcement: "hard",
      },
    ]);
  });

  it("sends the key as a bearer for usage and as x-api-key for the balance", async () => {
    api().get("/api/subscription/v1/usage").matchHeader("authorization", `Bearer ${KEY}`).reply(200, usage);
    api().post("/api/check-balance", {}).matchHeader("x-api-key", KEY).reply(200, balance);

    expect((await readAccount(nanogpt, KEY)).readings).toHaveLength(3);
  });

  it("asks the management endpoint, and for no balance, with a management token", async () => {
    const token = "sk-nano-mgmt-invented";
    api()
      .get("/api/management/v1/subscription/usage")
      .matchHeader("authorization", `Bearer ${token}`)
      .reply(200, usage);

    const { readings } = await readAccount(nanogpt, token);

    expect(readings.map(({ quota }) => quota)).toEqual(["weekly_input_tokens", "daily_images"]);
  });

  it("does not show a refused key a second time", async () => {
    api().get("/api/subscription/v1/usage").reply(401, {});

    await expect(readAccount(nanogpt, KEY)).rejects.toMatchObject({ reason: "auth" });
  });

  it("leaves a window without counters degraded, without numbers", async () => {
    const { readings } = await readWith(degraded);

    expect(readings[0]).toEqual({
      ...weekly,
      readAt: NOW,
      enforcement: "hard",
      source: "api",
      confidence: "degraded",
    });
  });

  it.each<[name: string, weeklyInputTokens: object | null]>([
    ["flagged degraded in spite of its numbers", { used: 0, remaining: 0, degraded: true }],
    ["absent although the plan has its cap", null],
  ])("does not believe a window that is %s", async (_name, weeklyInputTokens) => {
    const { readings } = await readWith({ ...usage, weeklyInputTokens });

    expect(readings[0]).toMatchObject({ quota: "weekly_input_tokens", confidence: "degraded" });
    expect(readings[0]).not.toHaveProperty("remaining");
  });

  it("gives no windows, and a hard balance, without a subscription", async () => {
    const answer = await readWith(inactive);

    expect(answer.subscription).toBe("inactive");
    expect(answer.readings).toMatchObject([{ quota: "balance", enforcement: "hard" }]);
  });

  it.each<[name: string, counters: object, amounts: object]>([
    ["shows by how much the limit was passed", { used: 61e6, remaining: 0 }, { limit: 60e6, remaining: -1e6 }],
    ["takes what remains as told", { used: 1e6, remaining: 60e6 }, { limit: 60e6, remaining: 60e6 }],
    ["takes what was used where nothing else is told", { used: 1e6, remaining: null }, { limit: 60e6, used: 1e6 }],
    ["ignores a garbled share", { used: 1, remaining: 2, percentUsed: "NaN%" }, { limit: 60e6, remaining: 2 }],
  ])("%s", async (_name, counters, amounts) => {
    const { readings } = await readWith({ ...usage, weeklyInputTokens: counters });

    const { limit, remaining, used } = readings[0] ?? {};
    expect({ limit, remaining, used }).toEqual({ limit: undefined, remaining: undefined, used: undefined, ...amounts });
  });

  it.each<[name: string, limits: object | null]>([
    ["all", null],
    ["one", { ...usage.limits, weeklyInputTokens: null }],
  ])(
    "keeps both what remains and what was used where the plan does not tell %s of its limits",
    async (_name, limits) => {
      const { readings } = await readWith({ ...usage, limits });

      expect(readings[0]).toMatchObject({ remaining: 41_750_000, used: 18_250_000 });
      expect(readings[0]).not.toHaveProperty("limit");
    },
  );

  it.each<[name: string, dailyImages: object | null]>([
    ["counters at zero", { used: 0, remaining: 0, resetAt: TOMORROW.getTime() }],
    ["counters that could not be looked up", { used: null, remaining: null, degraded: true }],
    ["no counters", null],
  ])("takes a cap of 0 with %s for a window that the plan does not have", async (_name, dailyImages) => {
    const limits = { ...usage.limits, dailyImages: 0 };

    const { readings } = await readWith({ ...usage, limits, dailyImages });

    expect(readings).toMatchObject([{ quota: "weekly_input_tokens" }, { quota: "balance", enforcement: "soft" }]);
  });

  it.each([
    [true, "hard"],
    [false, "soft"],
    [undefined, "hard"],
  ])("takes the daily window as told by enforceDailyLimit %s", async (enforceDailyLimit, enforcement) => {
    const { readings } = await readWith({ ...legacy, enforceDailyLimit });

    expect(readings.map((reading) => reading.enforcement)).toEqual([enforcement, "hard", "soft"]);
  });

  it("makes the balance hard once a window of the plan is used up", async () => {
    const weeklyInputTokens = { used: 60e6, remaining: 0, resetAt: MONDAY.getTime() };

    const { readings } = await readWith({ ...usage, weeklyInputTokens });

    expect(readings.at(-1)).toMatchObject({ quota: "balance", enforcement: "hard" });
  });

  it.each([
    [{ state: "grace", active: true }, "grace"],
    [{ state: "a new word", active: true }, "active"],
    [{ state: null, active: false }, "inactive"],
  ])("reads the subscription of %j as %s", async (told, subscription) => {
    expect((await readWith({ ...usage, ...told })).subscription).toBe(subscription);
  });

  it("gives no reading for a window of null: the plan does not have it", async () => {
    const { readings } = await readWith(usage);

    expect(usage.dailyInputTokens).toBeNull();
    expect(readings.map(({ quota }) => quota)).not.toContain("daily_input_tokens");
  });

  it("reads the daily token window of a plan that has one", async () => {
    const limits = { ...usage.limits, dailyInputTokens: 9e6 };
    const dailyInputTokens = { used: 4e6, remaining: 5e6, percentUsed: 0.44, resetAt: TOMORROW.getTime() };

    const { readings } = await readWith({ ...usage, limits, dailyInputTokens });

    expect(readings[1]).toEqual({
      quota: "daily_input_tokens",
      kind: "calendar",
      unit: "input_tokens",
      periodSeconds: 86_400,
      ...reported,
      limit: 9e6,
      remaining: 5e6,
      resetAt: TOMORROW,
      enforcement: "hard",
    });
  });

  it.each<[form: string, resetAt: number | null | undefined, read: Date | undefined]>([
    ["milliseconds", MONDAY.getTime(), MONDAY],
    ["seconds", MONDAY.getTime() / 1000, MONDAY],
    ["null, as unknown", null, undefined],
    ["nothing, as unknown", undefined, undefined],
  ])("reads a reset in %s", async (_form, resetAt, read) => {
    const { readings } = await readWith({ ...usage, weeklyInputTokens: { ...usage.weeklyInputTokens, resetAt } });

    expect(readings[0]).toMatchObject({ remaining: 41_750_000 });
    expect(readings[0]?.resetAt).toEqual(read);
  });

  it.each<[what: string, extra: object]>([
    ["the pool of the billing period", { tokens: { used: 5, percentUsed: 0.5 }, tokenLimits: { total: 10 } }],
    ["the routing", { routing: { mode: "auto" } }],
    ["the billing period where it is missing", { period: undefined, graceUntil: undefined }],
    ["the end of the grace", { graceUntil: "2026-11-30T00:00:00.000Z" }],
    ["a share above 1", { weeklyInputTokens: { ...usage.weeklyInputTokens, percentUsed: 1.7 } }],
    ["a share in percent", { weeklyInputTokens: { ...usage.weeklyInputTokens, percentUsed: "30.4%" } }],
  ])("takes nothing from %s", async (_what, extra) => {
    const plain = await readWith(usage);

    expect(await readWith({ ...usage, ...extra })).toEqual(plain);
  });

  it("does not count the NANO balance as dollars", async () => {
    const { readings } = await readWith(usage, { ...balance, nano_balance: "3.10000000" });

    expect(readings.at(-1)).toMatchObject({ unit: "usd", remaining: 12.345678 });
  });

  it.each<[told: string, status: number, body: object, reason: string]>([
    ["a key that was revoked", 401, { error: { message: "Invalid", type: "invalid_request_error" } }, "auth"],
    ["a management token without usage:read", 403, { error: { message: "Missing scope", code: "forbidden" } }, "auth"],
    ["no money, in the older form of errors", 402, { error: "Insufficient balance", status: 402 }, "not_entitled"],
    ["its own rate limit", 429, { error: { message: "Too many requests" } }, "rate_limited"],
    ["that it cannot tell now", 503, { error: { message: "Temporarily unable to report usage" } }, "server"],
    ["an error with status 200", 200, { error: "Insufficient balance", status: 402 }, "malformed"],
  ])("fails when it answers %s", async (_told, status, body, reason) => {
    api().get("/api/subscription/v1/usage").reply(status, body);

    await expect(readAccount(nanogpt, KEY)).rejects.toMatchObject({ reason });
  });

  it("keeps to its poll floor on its other host too", () => {
    expect(ownHosts(nanogpt)).toEqual(["nano-gpt.com", "api.nano-gpt.com"]);
  });

  it("takes an answer without any known window as malformed", async () => {
    api().get("/api/subscription/v1/usage").reply(200, { active: true, state: "active", limits: {} });

    await expect(readAccount(nanogpt, KEY)).rejects.toMatchObject({
      reason: "malformed",
      message: expect.stringContaining("expected at least one known window"),
    });
  });
});
