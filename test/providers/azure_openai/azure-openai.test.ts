import { describe, expect, it } from "vitest";
import { azureOpenai } from "../../../src/providers/azure_openai/azure-openai.ts";
import { describeHeaderAccount, headerAccount } from "../header-account.ts";
import { NOW } from "../read-account.ts";
import { understood } from "../understood.ts";
import headers from "./fixtures/chat-completions.200.headers.json" with { type: "json" };
import completion from "./fixtures/chat-completions.200.json" with { type: "json" };
import older from "./fixtures/chat-completions.200.older.headers.json" with { type: "json" };
import refused from "./fixtures/chat-completions.429.json" with { type: "json" };
import models from "./fixtures/models.200.json" with { type: "json" };
import unknown from "./fixtures/responses.200.unknown.headers.json" with { type: "json" };

const DEPLOYMENT = "chat-main";
const MINUTE = { kind: "rate_limit", enforcement: "hard", periodSeconds: 60 };
const at = (seconds: number) => new Date(NOW.getTime() + seconds * 1000);
const REQUESTS = { ...MINUTE, quota: "requests_minute", unit: "requests", limit: 250, remaining: 249 };
const TOKENS = { ...MINUTE, quota: "tokens_minute", unit: "tokens", limit: 250_000, remaining: 249_984 };
const read = { readAt: NOW, confidence: "reported" };

const ACCOUNT = {
  provider: azureOpenai,
  root: "https://resource.openai.azure.com",
  credential: ["api-key", "invented-key"],
  list: { path: "/openai/models?api-version=2024-10-21", answer: models },
  completion: {
    path: `/openai/deployments/${DEPLOYMENT}/chat/completions?api-version=2024-10-21`,
    answer: completion,
    asked: { model: DEPLOYMENT, max_completion_tokens: 1, messages: [{ role: "user", content: "." }] },
  },
  settings: { probe: true, deployment: DEPLOYMENT },
  needs: "deployment",
  cost: { model: DEPLOYMENT, inputTokens: 7, outputTokens: 1 },
  headers,
  readings: [
    { ...REQUESTS, ...read, resetAt: at(4) },
    { ...TOKENS, ...read, resetAt: at(11) },
  ],
} as const;
const { answerList, answerProbe, probe } = headerAccount(ACCOUNT);

describeHeaderAccount(ACCOUNT);

async function probed(told: Record<string, string>) {
  answerList();
  answerProbe({ headers: told });
  return (await probe()).readings;
}

describe("azure_openai", () => {
  it("has no address of its own", () => {
    expect(azureOpenai.baseUrl).toBeUndefined();
  });

  it("does not take the models that could be deployed for those that can be called", async () => {
    answerList();
    answerProbe();

    expect(await probe()).not.toHaveProperty("models");
  });

  it("counts by the minute where no header tells a period", async () => {
    expect(await probed(older)).toMatchObject([REQUESTS, TOKENS]);
  });

  it("believes a renewal period that it tells", async () => {
    const told = { ...headers, "x-ratelimit-renewalperiod-requests": "10" };

    expect(await probed(told)).toMatchObject([
      { quota: "requests_minute", kind: "rate_limit", periodSeconds: 10 },
      { quota: "tokens_minute", periodSeconds: 60 },
    ]);
  });

  it("names a bucket by the period that it tells, if that is a day", async () => {
    const told = { ...headers, "x-ratelimit-renewalperiod-requests": "86400" };

    expect(await probed(told)).toMatchObject([
      { quota: "requests_day", kind: "rolling", periodSeconds: 86_400 },
      { quota: "tokens_minute" },
    ]);
  });

  it.each(["0", "-1", "soon", "31536000000"])("ignores a renewal period of %s", async (text) => {
    expect(await probed({ ...headers, "x-ratelimit-renewalperiod-requests": text })).toMatchObject([REQUESTS, TOKENS]);
  });

  it("does not know what is left when the numbers are negative, or 0 beside a negative one", async () => {
    expect(await probed(unknown)).toEqual([]);
  });

  it("is not without a plan for a refusal with a 0 beside a negative number", async () => {
    const told = {
      ...{ "x-ratelimit-limit-requests": "0", "x-ratelimit-remaining-requests": "0" },
      ...{ "x-ratelimit-limit-tokens": "-1", "x-ratelimit-remaining-tokens": "-1", "retry-after": "12" },
    };
    answerList();
    answerProbe({ status: 429, body: refused, headers: told });

    await expect(probe()).rejects.toMatchObject({ reason: "rate_limited", retryAfterSeconds: 12 });
    expect(understood("azure_openai", { status: 429, headers: told })).toMatchObject({ refusal: "throttled" });
  });

  it("has resets in whole seconds, without a unit", async () => {
    expect(await probed(headers)).toMatchObject([{ resetAt: at(4) }, { resetAt: at(11) }]);
  });

  it("takes neither the key of a bucket nor a penalty for a bucket", async () => {
    const told = { "x-ratelimit-key": "250", "x-ratelimit-abusepenalty-active": "0" };

    expect(await probed(told)).toEqual([]);
  });

  it("asks for the version of the config", async () => {
    const other = headerAccount({
      ...ACCOUNT,
      list: { ...ACCOUNT.list, path: "/openai/models?api-version=2025-04-01-preview" },
    });
    other.answerList();

    expect(await other.read({ api_version: "2025-04-01-preview" })).toMatchObject({ readings: [] });
  });

  it.each([
    [{ api_version: "2024-10-21&x=1" }, "api_version"],
    [{ api_version: "" }, "api_version"],
    [{ deployment: "../admin" }, "deployment"],
    [{ deployment: ".." }, "deployment"],
    [{ deployment: "a/b" }, "deployment"],
    [{ deployment: "a?b" }, "deployment"],
  ])("refuses %o, which would be another address", (settings, key) => {
    const connect = () => azureOpenai.connect({ baseUrl: ACCOUNT.root, apiKey: undefined }, settings);

    expect(connect).toThrow(expect.objectContaining({ issues: [expect.objectContaining({ path: [key] })] }));
  });

  it("waits for as many milliseconds as a refusal says", async () => {
    answerList();
    answerProbe({ status: 429, body: refused, headers: { ...headers, "retry-after": "1", "retry-after-ms": "650" } });

    expect(await probe()).toMatchObject({ retryAfterSeconds: 0.65 });
  });
});

describe("a call to Azure", () => {
  const call = (over: object) => understood("azure_openai", { model: DEPLOYMENT, ...over });
  const models = [DEPLOYMENT];

  it("tells both buckets of the deployment", () => {
    expect(call({ headers })).toEqual({
      readings: [
        { ...REQUESTS, resetAt: at(4), models },
        { ...TOKENS, resetAt: at(11), models },
      ],
    });
  });

  it("of the Responses API tells nothing", () => {
    expect(call({ headers: unknown })).toEqual({ readings: [] });
  });

  it("is throttled when the tokens are gone", () => {
    const told = { ...headers, "x-ratelimit-remaining-tokens": "0", "retry-after-ms": "650" };

    expect(call({ status: 429, headers: told, error: refused })).toMatchObject({
      refusal: "throttled",
      retryAfterSeconds: 0.65,
      readings: [{ quota: "tokens_minute", refused: true }, { quota: "requests_minute" }],
    });
  });
});
