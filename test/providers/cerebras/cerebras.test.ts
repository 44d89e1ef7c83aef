import { describe, expect, it } from "vitest";
import { cerebras } from "../../../src/providers/cerebras/cerebras.ts";
import { describeHeaderAccount, headerAccount } from "../header-account.ts";
import { NOW } from "../read-account.ts";
import { understood } from "../understood.ts";
import headers from "./fixtures/chat-completions.200.headers.json" with { type: "json" };
import completion from "./fixtures/chat-completions.200.json" with { type: "json" };
import older from "./fixtures/chat-completions.200.older.headers.json" with { type: "json" };
import models from "./fixtures/models.200.json" with { type: "json" };

const MODEL = "gpt-oss-120b";
const COMMON = { readAt: NOW, enforcement: "hard", confidence: "reported" };
const at = (seconds: number) => new Date(NOW.getTime() + seconds * 1000);
const DAY = { ...COMMON, kind: "rolling", periodSeconds: 86_400 };
const HOUR = { ...COMMON, kind: "rate_limit", periodSeconds: 3600 };
const MINUTE = { ...COMMON, kind: "rate_limit", periodSeconds: 60 };

const ACCOUNT = {
  provider: cerebras,
  root: "https://api.cerebras.ai/v1",
  credential: ["authorization", "Bearer invented-key"],
  list: { path: "/models", answer: models, models: [MODEL, "qwen-3-235b"] },
  completion: {
    path: "/chat/completions",
    answer: completion,
    asked: { model: MODEL, max_completion_tokens: 1, messages: [{ role: "user", content: "." }] },
  },
  settings: { probe: true, probe_model: MODEL },
  needs: "probe_model",
  cost: { model: MODEL, inputTokens: 68, outputTokens: 1 },
  headers,
  readings: [
    { ...DAY, quota: "requests_day", unit: "requests", limit: 14_400, remaining: 14_210, resetAt: at(33_011.383) },
    { ...HOUR, quota: "requests_hour", unit: "requests", limit: 900, remaining: 880, resetAt: at(1811.4) },
    { ...MINUTE, quota: "requests_minute", unit: "requests", limit: 30, remaining: 29, resetAt: at(179.56) },
    { ...DAY, quota: "tokens_day", unit: "tokens", limit: 1_000_000, remaining: 912_340 },
    { ...HOUR, quota: "tokens_hour", unit: "tokens", limit: 1_000_000, remaining: 988_120 },
    { ...MINUTE, quota: "tokens_minute", unit: "tokens", limit: 64_000, remaining: 63_480, resetAt: at(11.383) },
  ],
} as const;
const { answerList, answerProbe, probe } = headerAccount(ACCOUNT);

describeHeaderAccount(ACCOUNT);

async function probed(told: Record<string, string>) {
  answerList();
  answerProbe({ headers: told });
  return (await probe()).readings;
}

describe("cerebras", () => {
  it("forecasts a window of a day, and none that comes back within the hour", async () => {
    const kinds = (await probed(headers)).map(({ quota, kind }) => [quota, kind]);

    expect(kinds.filter(([, kind]) => kind === "rolling")).toEqual([
      ["requests_day", "rolling"],
      ["tokens_day", "rolling"],
    ]);
  });

  it("shows more left than the limit as it is told, and counts no use below zero", async () => {
    const [, tokens] = await probed(older);

    expect(tokens).toMatchObject({ quota: "tokens_minute", limit: 1_000_000, remaining: 2_999_976 });
    expect(tokens).not.toHaveProperty("used");
  });

  it("reads the two windows that older answers have", async () => {
    expect(await probed(older)).toMatchObject([
      { quota: "requests_day", remaining: 999_997_612, resetAt: at(33_011.4) },
      { quota: "tokens_minute", resetAt: at(11.4) },
    ]);
  });

  it.each([
    ["2m59.56s", 179.56],
    ["20755.1", 20_755.1],
    ["33011.382867097855", 33_011.383],
    ["41.7", 41.7],
  ])("understands a reset of %s", async (text, seconds) => {
    const told = { "x-ratelimit-remaining-requests-day": "5", "x-ratelimit-reset-requests-day": text };

    expect(await probed(told)).toMatchObject([{ resetAt: at(seconds) }]);
  });

  it.each([
    ["a bucket whose name nobody knows", { "x-ratelimit-remaining-uncached-tokens-minute": "5" }],
    ["a limit alone", { "x-ratelimit-limit-tokens-day": "5" }],
  ])("gives no reading for %s", async (_name, told) => {
    expect(await probed(told)).toEqual([]);
  });
});

describe("a call to Cerebras", () => {
  const call = (over: object) => understood("cerebras", { model: MODEL, ...over });

  it("tells the same windows, of the model that was called", () => {
    expect(call({ headers: older }).readings).toEqual([
      {
        ...{ quota: "requests_day", kind: "rolling", unit: "requests", limit: 1_000_000_000, remaining: 999_997_612 },
        ...{ resetAt: at(33_011.4), periodSeconds: 86_400, enforcement: "hard", models: [MODEL] },
      },
      {
        ...{ quota: "tokens_minute", kind: "rate_limit", unit: "tokens", limit: 1_000_000, remaining: 2_999_976 },
        ...{ resetAt: at(11.4), periodSeconds: 60, enforcement: "hard", models: [MODEL] },
      },
    ]);
  });

  it("is throttled, and no more, when it is refused without headers", () => {
    expect(call({ status: 429 })).toEqual({
      refusal: "throttled",
      readings: [{ quota: "requests", kind: "rate_limit", unit: "requests", refused: true, enforcement: "hard" }],
    });
  });

  it.each([
    ["requests-day", "quota", "requests_day"],
    ["tokens-day", "quota", "tokens_day"],
    ["tokens-hour", "throttled", "tokens_hour"],
    ["requests-minute", "throttled", "requests_minute"],
  ])("is refused for %s, if that has nothing left: %s", (bucket, refusal, quota) => {
    const told = call({ status: 429, headers: { ...headers, [`x-ratelimit-remaining-${bucket}`]: "0" } });

    expect(told.refusal).toBe(refusal);
    expect(told.readings.filter(({ refused }) => refused).map((reading) => reading.quota)).toEqual([quota]);
  });
});
