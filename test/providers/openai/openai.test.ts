import nock from "nock";
import { describe, expect, it } from "vitest";
import { openai } from "../../../src/providers/openai/openai.ts";
import { describeBucketHeaders } from "../bucket-headers.ts";
import { NOW, readAccount } from "../read-account.ts";
import completion from "./fixtures/chat-completions.200.json" with { type: "json" };
import noMoney from "./fixtures/chat-completions.429.insufficient-quota.json" with { type: "json" };
import refused from "./fixtures/chat-completions.429.json" with { type: "json" };
import models from "./fixtures/models.200.json" with { type: "json" };

const HOST = "https://api.openai.com";
const IDS = ["gpt-5-mini", "gpt-5"];
const PROBE = { probe: true, probe_model: "gpt-5-mini" };
const COMMON = { kind: "rate_limit", readAt: NOW, enforcement: "hard", confidence: "reported" };
const at = (seconds: number) => new Date(NOW.getTime() + seconds * 1000);

const HEADERS = {
  "x-ratelimit-limit-requests": "500",
  "x-ratelimit-remaining-requests": "499",
  "x-ratelimit-reset-requests": "120ms",
  "x-ratelimit-limit-tokens": "200000",
  "x-ratelimit-remaining-tokens": "199987",
  "x-ratelimit-reset-tokens": "6m0s",
  "openai-organization": "hush",
};
const EMPTY = {
  "x-ratelimit-limit-requests": "500",
  "x-ratelimit-remaining-requests": "0",
  "x-ratelimit-reset-requests": "59.88s",
};
const NOTHING_LEFT = { ...COMMON, quota: "requests", unit: "requests", limit: 500, remaining: 0, resetAt: at(59.88) };

interface Answer {
  readonly status?: number;
  readonly body?: object;
  readonly headers?: Record<string, string>;
}

function answerModels({ status = 200, body = models, headers = {} }: Answer = {}) {
  return nock(HOST).get("/v1/models").matchHeader("authorization", "Bearer sk-invented").reply(status, body, headers);
}

function answerProbe({ status = 200, body = completion, headers = {} }: Answer = {}) {
  const asked = { model: "gpt-5-mini", max_completion_tokens: 1, messages: [{ role: "user", content: "." }] };
  return nock(HOST)
    .post("/v1/chat/completions", asked)
    .matchHeader("authorization", "Bearer sk-invented")
    .reply(status, body, headers);
}

const read = (settings?: object) => readAccount(openai, "sk-invented", settings);

describe("openai without a probe", () => {
  it("reads the models, and tells no limit that no header told", async () => {
    answerModels();

    expect(await read()).toEqual({ metered: true, readings: [], models: IDS });
  });

  it.each<[string, object]>([
    ["nothing about a probe", {}],
    ["probe: false", { probe: false }],
    ["a model to probe, but not to probe it", { probe_model: "gpt-5-mini" }],
  ])("never asks for a token with %s in its config", async (_, settings) => {
    answerModels({ headers: HEADERS });
    const probe = answerProbe();

    await read(settings);

    expect(probe.isDone()).toBe(false);
    nock.cleanAll();
  });

  describeBucketHeaders({
    read: (headers) => {
      answerModels({ headers });
      return read();
    },
    header: (field, bucket) => `x-ratelimit-${field}-${bucket}`,
    buckets: [
      ["requests", "requests", "requests"],
      ["tokens", "tokens", "tokens"],
      ["project-tokens", "project_tokens", "tokens"],
    ],
    resets: [
      ["20ms", 0.02],
      ["250ms", 0.25],
      ["1s", 1],
      ["1.5s", 1.5],
      ["1m", 60],
      ["6m0s", 360],
      ["1m30.951s", 90.951],
      ["1h2m3s", 3723],
      ["24h0m0s", 86_400],
      ["8.64s", 8.64],
      ["59", 59],
    ],
    notToCome: ["0s", "0ms", "-1s", "6M0S", "99999999h"],
    others: [
      ["buckets of other names", { "x-ratelimit-remaining-images": "5", "x-ratelimit-remaining": "5" }],
      ["the other headers of the answer", { "openai-organization": "7", "openai-processing-ms": "12" }],
    ],
  });

  it("counts a reset from the Date of the answer", async () => {
    answerModels({ headers: { ...EMPTY, date: "Sat, 21 Nov 2026 12:00:05 GMT" } });

    expect((await read()).readings).toMatchObject([{ resetAt: at(64.88) }]);
  });
});

describe("openai with a probe", () => {
  it("asks the model of the config for one token, and tells what that cost", async () => {
    answerModels();
    answerProbe({ headers: EMPTY });

    expect(await read(PROBE)).toEqual({
      metered: true,
      models: IDS,
      readings: [{ ...NOTHING_LEFT, source: "probe" }],
      probe: { model: "gpt-5-mini", inputTokens: 7, outputTokens: 1, latencyMs: expect.any(Number) },
    });
  });

  it("reads what is told where the model has no token headers", async () => {
    answerModels();
    answerProbe({ headers: EMPTY });

    expect((await read(PROBE)).readings.map(({ quota }) => quota)).toEqual(["requests"]);
  });

  it("is refused at start without the model to ask", () => {
    const connect = (settings: object) => openai.connect({ baseUrl: HOST, apiKey: undefined }, settings);

    expect(() => connect({ probe: true })).toThrow(
      expect.objectContaining({
        issues: [
          expect.objectContaining({
            path: ["probe_model"],
            message: "needs the id of the model to ask for a token, because probe is true",
          }),
        ],
      }),
    );
    expect(() => connect({ probe: true, probe_model: " " })).toThrow();
    expect(() => connect({ probe: "true", probe_model: "gpt-5-mini" })).toThrow(/boolean/);
  });
});

describe("openai refused with a 429", () => {
  it("reads what the headers of the refused probe tell, and the wait that it asks for; it cost nothing", async () => {
    answerModels();
    answerProbe({ status: 429, body: refused, headers: { ...EMPTY, "retry-after-ms": "120" } });

    expect(await read(PROBE)).toEqual({
      metered: true,
      models: IDS,
      readings: [{ ...NOTHING_LEFT, source: "probe" }],
      retryAfterSeconds: 0.12,
    });
  });

  it("reads what the headers of a refused list of models tell, and asks for no token", async () => {
    answerModels({ status: 429, body: refused, headers: EMPTY });

    expect(await read(PROBE)).toEqual({ metered: true, readings: [{ ...NOTHING_LEFT, source: "headers" }] });
  });

  it.each([1, 61, 86_400])("still reads them when it asks for a wait of %i s", async (wait) => {
    answerModels({ status: 429, body: refused, headers: { ...EMPTY, "retry-after": String(wait) } });

    expect(await read(PROBE)).toEqual({
      metered: true,
      readings: [{ ...NOTHING_LEFT, source: "headers" }],
      retryAfterSeconds: wait,
    });
  });

  it.each<[why: string, headers: Record<string, string>, wait: number | undefined]>([
    ["no headers that tell what is left", { "retry-after": "20" }, 20],
    ["headers that cannot be read", { "x-ratelimit-remaining-requests": "none" }, undefined],
  ])("is rate limited with %s", async (_, headers, retryAfterSeconds) => {
    answerModels();
    answerProbe({ status: 429, body: refused, headers });

    await expect(read(PROBE)).rejects.toMatchObject({ reason: "rate_limited", retryAfterSeconds });
  });

  it.each<[type: unknown, code: unknown]>([
    ["insufficient_quota", "insufficient_quota"],
    ["insufficient_quota", null],
    ["insufficient_quota", "a_code_of_tomorrow"],
    [undefined, "insufficient_quota"],
    ["invalid_request_error", "credit_balance_exhausted"],
    ["invalid_request_error", "organization_spend_limit_exceeded"],
    ["invalid_request_error", "project_spend_limit_exceeded"],
    ["invalid_request_error", "organization_usage_limit_exceeded"],
    ["invalid_request_error", "billing_hard_limit_reached"],
    ["invalid_request_error", "billing_not_active"],
  ])("has no entitlement with type %j and code %j, whatever the buckets say", async (type, code) => {
    answerModels();
    answerProbe({ status: 429, body: { error: { ...noMoney.error, type, code } }, headers: EMPTY });

    await expect(read(PROBE)).rejects.toMatchObject({
      reason: "not_entitled",
      message: "POST api.openai.com/v1/chat/completions answered 429: no plan or no credit",
    });
  });

  it.each(["requests", "tokens", null])("is rate limited with type %j of a full bucket", async (type) => {
    answerModels();
    answerProbe({ status: 429, body: { error: { ...refused.error, type } }, headers: { "retry-after": "1" } });

    await expect(read(PROBE)).rejects.toMatchObject({ reason: "rate_limited", retryAfterSeconds: 1 });
  });

  it("does not judge by the wording", async () => {
    answerModels();
    const error = { ...refused.error, message: noMoney.error.message };
    answerProbe({ status: 429, body: { error } });

    await expect(read(PROBE)).rejects.toMatchObject({ reason: "rate_limited" });
  });
});

describe("openai in trouble", () => {
  it.each<[status: number, code: string, reason: string]>([
    [503, "slow_down", "server"],
    [500, "server_error", "server"],
    [401, "invalid_api_key", "auth"],
    [403, "unsupported_country_region_territory", "auth"],
    [404, "model_not_found", "client"],
  ])("a %i %s is %s, also with headers that tell what is left", async (status, code, reason) => {
    answerModels();
    answerProbe({ status, body: { error: { ...refused.error, type: "invented", code } }, headers: EMPTY });

    await expect(read(PROBE)).rejects.toMatchObject({ reason, status });
  });
});
