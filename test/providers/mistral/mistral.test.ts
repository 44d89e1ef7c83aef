import { describe, expect, it } from "vitest";
import { mistral } from "../../../src/providers/mistral/mistral.ts";
import { ownHosts } from "../../../src/providers/provider.ts";
import { describeHeaderAccount, headerAccount } from "../header-account.ts";
import { NOW } from "../read-account.ts";
import { understood } from "../understood.ts";
import headers from "./fixtures/chat-completions.200.headers.json" with { type: "json" };
import completion from "./fixtures/chat-completions.200.json" with { type: "json" };
import older from "./fixtures/chat-completions.200.older.headers.json" with { type: "json" };
import refusal from "./fixtures/chat-completions.429.json" with { type: "json" };
import models from "./fixtures/models.200.json" with { type: "json" };

const MODEL = "mistral-small-latest";
const COMMON = { readAt: NOW, enforcement: "hard", confidence: "reported" };
const MINUTE = { ...COMMON, kind: "rate_limit", periodSeconds: 60 };
const REQUESTS = { ...MINUTE, quota: "requests_minute", unit: "requests", limit: 60, remaining: 58 };
const TOKENS = { ...MINUTE, quota: "tokens_minute", unit: "tokens", limit: 500_000, remaining: 499_994 };

const ACCOUNT = {
  provider: mistral,
  root: "https://api.mistral.ai/v1",
  credential: ["authorization", "Bearer invented-key"],
  list: { path: "/models", answer: models, models: [MODEL, "mistral-small-2603"] },
  completion: {
    path: "/chat/completions",
    answer: completion,
    asked: { model: MODEL, max_tokens: 1, messages: [{ role: "user", content: "." }] },
  },
  settings: { probe: true, probe_model: MODEL },
  needs: "probe_model",
  cost: { model: MODEL, inputTokens: 5, outputTokens: 1 },
  headers,
  readings: [REQUESTS, TOKENS],
} as const;
const { answerList, answerProbe, probe } = headerAccount(ACCOUNT);

describeHeaderAccount(ACCOUNT);

async function probed(told: Record<string, string>, status = 200) {
  answerList();
  answerProbe({ headers: told, status, body: status === 200 ? completion : refusal });
  return probe();
}

const OUT_OF_TOKENS = { "x-ratelimit-limit-tokens-minute": "500000", "x-ratelimit-remaining-tokens-minute": "312" };
const NOT_ALLOWED = { "x-ratelimit-limit-tokens-minute": "0", "x-ratelimit-remaining-tokens-minute": "0" };

describe("mistral", () => {
  it("calls requests `req`, and tells no reset", async () => {
    const { readings } = await probed(headers);

    expect(readings).toMatchObject([
      { quota: "requests_minute", unit: "requests" },
      { quota: "tokens_minute", unit: "tokens" },
    ]);
    for (const reading of readings) expect(reading).not.toHaveProperty("resetAt");
  });

  it("takes the cost of a call for no bucket", async () => {
    expect((await probed({ "x-ratelimit-tokens-query-cost": "6" })).readings).toEqual([]);
  });

  it("may tell of requests alone, as for embeddings", async () => {
    const told = { "x-ratelimit-limit-req-minute": "60", "x-ratelimit-remaining-req-minute": "58" };

    expect((await probed(told)).readings).toMatchObject([{ quota: "requests_minute" }]);
  });

  it("reads the older names of its tokens, of the minute and of the month", async () => {
    expect((await probed(older)).readings).toEqual(
      [
        TOKENS,
        {
          ...{ ...COMMON, quota: "tokens_month", kind: "rolling", unit: "tokens" },
          ...{ limit: 1_000_000_000, remaining: 870_004_100 },
        },
      ].map((reading) => ({ ...reading, source: "probe", models: [MODEL] })),
    );
  });

  it("reads the only bucket that a refusal names", async () => {
    expect(await probed(OUT_OF_TOKENS, 429)).toMatchObject({ readings: [{ quota: "tokens_minute", remaining: 312 }] });
  });

  it("has a model with a limit of 0 for one that the plan does not have, not for an exhausted quota", async () => {
    await expect(probed(NOT_ALLOWED, 429)).rejects.toMatchObject({
      reason: "not_entitled",
      status: 429,
      message:
        "POST api.mistral.ai/v1/chat/completions answered 429 with a limit of 0: the plan does not have this model",
    });
    expect((await probed(NOT_ALLOWED)).readings).toEqual([]);
  });

  it("has one poll floor on both of its hosts, which count apart", () => {
    expect(ownHosts(mistral)).toEqual(["api.mistral.ai", "api.eu.mistral.ai"]);
  });
});

describe("a call to Mistral", () => {
  const call = (over: object) => understood("mistral", { model: MODEL, error: refusal, ...over });
  const bucket = { kind: "rate_limit", periodSeconds: 60, enforcement: "hard", models: [MODEL] };

  it("tells both buckets, of the model that was called", () => {
    expect(call({ headers, error: undefined })).toEqual({
      readings: [
        { ...bucket, quota: "requests_minute", unit: "requests", limit: 60, remaining: 58 },
        { ...bucket, quota: "tokens_minute", unit: "tokens", limit: 500_000, remaining: 499_994 },
      ],
    });
  });

  it("is refused for the only bucket that the refusal names, also where something is left of it", () => {
    expect(call({ status: 429, headers: OUT_OF_TOKENS })).toEqual({
      refusal: "throttled",
      readings: [{ ...bucket, quota: "tokens_minute", unit: "tokens", limit: 500_000, remaining: 312, refused: true }],
    });
  });

  it("is throttled with code 1300 and no header", () => {
    expect(call({ status: 429 })).toEqual({
      refusal: "throttled",
      readings: [{ quota: "requests", kind: "rate_limit", unit: "requests", refused: true, enforcement: "hard" }],
    });
  });

  it("has the month used up when the older headers say so", () => {
    const told = { "x-ratelimitbysize-limit-month": "1000", "x-ratelimitbysize-remaining-month": "0" };

    expect(call({ status: 429, headers: told })).toMatchObject({
      refusal: "quota",
      readings: [{ quota: "tokens_month", kind: "rolling", remaining: 0, refused: true }],
    });
  });

  it("is not entitled to a model with a limit of 0, and no quota is exhausted", () => {
    expect(call({ status: 429, headers: NOT_ALLOWED })).toEqual({ refusal: "not_entitled", readings: [] });
  });
});
