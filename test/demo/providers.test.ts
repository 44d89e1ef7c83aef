import { describe, expect, it } from "vitest";
import { SimulatedBalance } from "../../src/demo/balance.ts";
import { deepseek } from "../../src/demo/deepseek.ts";
import { steady } from "../../src/demo/load.ts";
import { nanogpt, nanogptLegacy } from "../../src/demo/nanogpt.ts";
import { ollama } from "../../src/demo/ollama.ts";
import { SimulatedWindow } from "../../src/demo/window.ts";
import { ask } from "./ask.ts";
import { handClock, NOON } from "./hand-clock.ts";

const KEY = "key-of-the-account";
const BEARER = { authorization: `Bearer ${KEY}` };
const API_KEY = { "x-api-key": KEY };

describe("simulated NanoGPT", () => {
  it("answers in the current shape, with null for the windows that the plan lacks", async () => {
    const { clock, pass } = handClock();
    const weeklyInputTokens = new SimulatedWindow(
      { limit: 60_000_000, periodSeconds: 604_800, usedAtStart: 12_000_000, load: steady(5000) },
      clock,
    );
    pass(100);

    const answer = await ask(nanogpt({ key: KEY, weeklyInputTokens }), "/subscription/v1/usage", { headers: BEARER });

    expect(answer).toEqual({
      status: 200,
      body: {
        active: true,
        state: "active",
        limits: { weeklyInputTokens: 60_000_000, dailyInputTokens: null, dailyImages: null },
        weeklyInputTokens: {
          used: 12_500_000,
          remaining: 47_500_000,
          percentUsed: 12.5 / 60,
          resetAt: NOON + 604_800_000,
        },
        dailyInputTokens: null,
        dailyImages: null,
        period: { currentPeriodEnd: "2099-01-01T00:00:00.000Z" },
        graceUntil: null,
        routing: {},
      },
    });
  });

  it("answers in the legacy shape, here with a soft day that is overdrawn", async () => {
    const { clock } = handClock();
    const daily = new SimulatedWindow({ limit: 2000, periodSeconds: 86_400, usedAtStart: 2500, soft: true }, clock);
    const monthly = new SimulatedWindow({ limit: 60_000, periodSeconds: 2_592_000, usedAtStart: 45 }, clock);
    const upstream = nanogptLegacy({ key: KEY, daily, monthly, enforceDailyLimit: false });

    const answer = await ask(upstream, "/subscription/v1/usage", { headers: API_KEY });

    expect(answer).toEqual({
      status: 200,
      body: {
        active: true,
        state: "active",
        limits: { daily: 2000, monthly: 60_000 },
        enforceDailyLimit: false,
        daily: { used: 2500, remaining: 0, percentUsed: 1.25, resetAt: NOON + 86_400_000 },
        monthly: { used: 45, remaining: 59_955, percentUsed: 0.00075, resetAt: NOON + 2_592_000_000 },
        period: { currentPeriodEnd: "2099-01-01T00:00:00.000Z" },
        graceUntil: null,
      },
    });
  });

  it("leaves the counters of a degraded window null", async () => {
    const dailyImages = new SimulatedWindow({ limit: 100, periodSeconds: 86_400 });
    dailyImages.degraded = true;

    const { body } = await ask(nanogpt({ key: KEY, dailyImages }), "/subscription/v1/usage", { headers: BEARER });

    expect(body).toMatchObject({
      limits: { dailyImages: 100 },
      dailyImages: { used: null, remaining: null, percentUsed: null, degraded: true },
    });
  });

  it.each([
    { subscription: "grace", active: true, graceUntil: "2099-01-08T00:00:00.000Z" },
    { subscription: "inactive", active: false, graceUntil: null },
  ] as const)("tells that the subscription is $subscription", async ({ subscription, active, graceUntil }) => {
    const upstream = nanogpt({ key: KEY, subscription });

    const { body } = await ask(upstream, "/subscription/v1/usage", { headers: BEARER });

    expect(body).toMatchObject({ state: subscription, active, graceUntil });
  });

  it.each([
    { amount: 12.5, text: "12.50000000" },
    { amount: 0, text: "0.00000000" },
  ])("shows a wallet of $amount as $text", async ({ amount, text }) => {
    const upstream = nanogpt({ key: KEY, wallet: new SimulatedBalance({ amount }) });

    const answer = await ask(upstream, "/check-balance", { method: "POST", headers: API_KEY });

    expect(answer).toEqual({
      status: 200,
      body: { usd_balance: text, nano_balance: "0.00000000", nanoDepositAddress: "nano_1demo" },
    });
  });

  it.each([
    {
      name: "a wrong key",
      path: "/subscription/v1/usage",
      init: { headers: { authorization: "Bearer x" } },
      status: 401,
    },
    { name: "no key", path: "/subscription/v1/usage", init: {}, status: 401 },
    {
      name: "a bearer token for the wallet",
      path: "/check-balance",
      init: { method: "POST", headers: BEARER },
      status: 401,
    },
    {
      name: "a wallet that the key may not see",
      path: "/check-balance",
      init: { method: "POST", headers: API_KEY },
      status: 403,
    },
    { name: "the wallet by GET", path: "/check-balance", init: { headers: API_KEY }, status: 404 },
  ])("refuses $name with $status", async ({ path, init, status }) => {
    const answer = await ask(nanogpt({ key: KEY }), path, init);

    expect(answer).toMatchObject({ status, body: { error: { message: `simulated status ${status}` } } });
  });
});

describe("simulated DeepSeek", () => {
  it("tells each balance as a decimal string, rounded down to a cent", async () => {
    const balances = { USD: new SimulatedBalance({ amount: 7.4299 }), CNY: new SimulatedBalance({ amount: 110 }) };

    const answer = await ask(deepseek({ key: KEY, balances }), "/user/balance", { headers: BEARER });

    expect(answer).toEqual({
      status: 200,
      body: {
        is_available: true,
        balance_infos: [
          { currency: "USD", total_balance: "7.42", granted_balance: "0.00", topped_up_balance: "7.42" },
          { currency: "CNY", total_balance: "110.00", granted_balance: "0.00", topped_up_balance: "110.00" },
        ],
      },
    });
  });

  it("says at zero that calls are refused", async () => {
    const balances = { USD: new SimulatedBalance({ amount: 0 }) };

    const { body } = await ask(deepseek({ key: KEY, balances }), "/user/balance", { headers: BEARER });

    expect(body).toMatchObject({ is_available: false, balance_infos: [{ total_balance: "0.00" }] });
  });

  it("refuses a wrong key", async () => {
    const answer = await ask(deepseek({ key: KEY, balances: {} }), "/user/balance", { headers: API_KEY });

    expect(answer).toMatchObject({ status: 401, body: { error: { type: "authentication_error" } } });
  });
});

describe("simulated Ollama", () => {
  it.each([
    { path: "/", body: "Ollama is running" },
    { path: "/api/version", body: { version: "0.12.3" } },
    { path: "/api/ps", body: { models: [] } },
  ])("answers $path without a key", async ({ path, body }) => {
    expect(await ask(ollama([]), path)).toEqual({ status: 200, body });
  });

  it("lists its models", async () => {
    const { body } = await ask(ollama(["llama3.1:8b", "qwen3:14b"]), "/api/tags");

    expect(body).toMatchObject({
      models: [
        { name: "llama3.1:8b", size: 4_920_753_328, details: { quantization_level: "Q4_K_M" } },
        { name: "qwen3:14b" },
      ],
    });
  });

  it("never loads a model", async () => {
    expect(await ask(ollama(["qwen3:14b"]), "/api/generate", { method: "POST" })).toMatchObject({ status: 404 });
  });
});
