import nock from "nock";
import { describe, expect, it } from "vitest";
import { anthropic } from "../../../src/providers/anthropic/anthropic.ts";
import { describeBucketHeaders } from "../bucket-headers.ts";
import { NOW, readAccount } from "../read-account.ts";
import message from "./fixtures/messages.200.json" with { type: "json" };
import refused from "./fixtures/messages.429.json" with { type: "json" };
import spendLimit from "./fixtures/messages.429.spend-limit.json" with { type: "json" };
import models from "./fixtures/models.200.json" with { type: "json" };

const HOST = "https://api.anthropic.com";
const IDS = ["claude-opus-5", "claude-haiku-5", "claude-haiku-4-5"];
const COMMON = { kind: "rate_limit", readAt: NOW, enforcement: "hard", confidence: "reported" };

/** The shape of a real answer of 2025: every value as text, the resets to the second. */
const HEADERS = {
  "anthropic-ratelimit-requests-limit": "50",
  "anthropic-ratelimit-requests-remaining": "49",
  "anthropic-ratelimit-requests-reset": "2026-11-21T12:00:01Z",
  "anthropic-ratelimit-tokens-limit": "60000",
  "anthropic-ratelimit-tokens-remaining": "58000",
  "anthropic-ratelimit-tokens-reset": "2026-11-21T12:00:02Z",
  "anthropic-ratelimit-input-tokens-limit": "50000",
  "anthropic-ratelimit-input-tokens-remaining": "49000",
  "anthropic-ratelimit-input-tokens-reset": "2026-11-21T12:00:03Z",
  "anthropic-ratelimit-output-tokens-limit": "10000",
  "anthropic-ratelimit-output-tokens-remaining": "9000",
  "anthropic-ratelimit-output-tokens-reset": "2026-11-21T12:00:04Z",
  "anthropic-organization-id": "hush",
};
const EMPTY = {
  "anthropic-ratelimit-requests-limit": "50",
  "anthropic-ratelimit-requests-remaining": "0",
  "anthropic-ratelimit-requests-reset": "2026-11-21T12:00:40Z",
};
const NOTHING_LEFT = {
  ...COMMON,
  quota: "requests",
  unit: "requests",
  limit: 50,
  remaining: 0,
  resetAt: new Date("2026-11-21T12:00:40Z"),
};

interface Answer {
  readonly status?: number;
  readonly body?: object;
  readonly headers?: Record<string, string>;
}

function answerModels({ status = 200, body = models, headers = {} }: Answer = {}) {
  return nock(HOST)
    .get("/v1/models?limit=1000")
    .matchHeader("x-api-key", "sk-ant-invented")
    .matchHeader("anthropic-version", "2023-06-01")
    .reply(status, body, headers);
}

function answerProbe({ status = 200, body = message, headers = {} }: Answer = {}, model = "claude-haiku-5") {
  return nock(HOST)
    .post("/v1/messages", { model, max_tokens: 1, messages: [{ role: "user", content: "." }] })
    .matchHeader("x-api-key", "sk-ant-invented")
    .matchHeader("anthropic-version", "2023-06-01")
    .reply(status, body, headers);
}

const read = (settings?: object) => readAccount(anthropic, "sk-ant-invented", settings);

describe("anthropic without a probe", () => {
  it("reads the models, and tells no limit that no header told", async () => {
    answerModels();

    expect(await read()).toEqual({ metered: true, readings: [], models: IDS });
  });

  it.each<[string, object]>([
    ["nothing about a probe", {}],
    ["probe: false", { probe: false }],
    ["a model to probe, but not to probe it", { probe_model: "claude-haiku-5" }],
  ])("never asks for a token with %s in its config", async (_, settings) => {
    answerModels({ headers: HEADERS });
    const probe = answerProbe();

    await read(settings);

    expect(probe.isDone()).toBe(false);
    nock.cleanAll();
  });

  it("reads requests and output tokens where those are all the headers, as recorded for one model", async () => {
    const some = Object.entries(HEADERS).filter(([name]) => /-(?:requests|output-tokens)-/.test(name));
    answerModels({ headers: Object.fromEntries(some) });

    expect((await read()).readings.map(({ quota }) => quota)).toEqual(["requests", "output_tokens"]);
  });

  describeBucketHeaders({
    read: (headers) => {
      answerModels({ headers });
      return read();
    },
    header: (field, bucket) => `anthropic-ratelimit-${bucket}-${field}`,
    buckets: [
      ["requests", "requests", "requests"],
      ["tokens", "tokens", "tokens"],
      ["input-tokens", "input_tokens", "input_tokens"],
      ["output-tokens", "output_tokens", "output_tokens"],
    ],
    resets: [
      ["2026-11-21T12:00:01Z", 1],
      ["2026-11-21T12:00:01.500Z", 1.5],
      ["2026-11-21T13:01:00+01:00", 60],
    ],
    notToCome: ["2026-11-21T11:59:58Z", "2026-11-21T12:00:00Z", "2026-02-30T00:00:00Z", "9999-12-31T23:59:59Z"],
    others: [
      ["the buckets of the Priority Tier", { "anthropic-priority-input-tokens-remaining": "10" }],
      ["the buckets of fast mode", { "anthropic-fast-input-tokens-remaining": "10" }],
      ["the windows of a subscription", { "anthropic-ratelimit-unified-5h-remaining": "10" }],
      ["the ids of the answer", { "request-id": "12", "anthropic-organization-id": "34" }],
    ],
  });

  it("reads the first page of models alone, however many there are", async () => {
    answerModels({ body: { ...models, has_more: true } });

    expect((await read()).models).toEqual(IDS);
  });

  it("lists a model once, and reads an account without models", async () => {
    answerModels({ body: { data: [{ id: "a" }, { id: "a" }] } });
    expect((await read()).models).toEqual(["a"]);

    answerModels({ body: { data: [] } });
    expect((await read()).models).toEqual([]);
  });
});

describe("anthropic with a probe", () => {
  it("asks the newest model of the cheapest class for one token, and tells what that cost", async () => {
    answerModels();
    answerProbe({ headers: EMPTY });

    expect(await read({ probe: true })).toEqual({
      metered: true,
      models: IDS,
      readings: [{ ...NOTHING_LEFT, source: "probe" }],
      probe: { model: "claude-haiku-5", inputTokens: 8, outputTokens: 1, latencyMs: expect.any(Number) },
    });
  });

  it("asks the model that the config names", async () => {
    answerModels();
    answerProbe({}, "claude-opus-5");

    expect((await read({ probe: true, probe_model: "claude-opus-5" })).probe).toMatchObject({ model: "claude-opus-5" });
  });

  it("asks the first model where none is of the cheapest class", async () => {
    answerModels({ body: { data: [{ id: "claude-next" }, { id: "claude-last" }] } });
    answerProbe({}, "claude-next");

    expect((await read({ probe: true })).probe).toMatchObject({ model: "claude-next" });
  });

  it("fails where the account lists no model", async () => {
    answerModels({ body: { data: [] } });

    await expect(read({ probe: true })).rejects.toMatchObject({ reason: "not_entitled" });
  });

  it("believes the probe, and the list of models where the probe says nothing", async () => {
    answerModels({ headers: HEADERS });
    answerProbe({ headers: EMPTY });

    const { readings } = await read({ probe: true });

    expect(readings.map(({ quota, remaining, source }) => [quota, remaining, source])).toEqual([
      ["requests", 0, "probe"],
      ["tokens", 58_000, "headers"],
      ["input_tokens", 49_000, "headers"],
      ["output_tokens", 9000, "headers"],
    ]);
  });

  it("has no reading from a probe without headers, but its cost", async () => {
    answerModels();
    answerProbe();

    expect(await read({ probe: true })).toMatchObject({ readings: [], probe: { inputTokens: 8, outputTokens: 1 } });
  });

  it.each([["yes"], ["true"], [1], [null]])("refuses %j for probe", (probe) => {
    const connection = { baseUrl: HOST, apiKey: undefined };

    expect(() => anthropic.connect(connection, { probe })).toThrow(/boolean/);
  });
});

describe("anthropic refused with a 429", () => {
  it("reads what the headers of the refused probe tell, and the wait that it asks for; it cost nothing", async () => {
    answerModels();
    answerProbe({ status: 429, body: refused, headers: { ...EMPTY, "retry-after": "40" } });

    expect(await read({ probe: true })).toEqual({
      metered: true,
      models: IDS,
      readings: [{ ...NOTHING_LEFT, source: "probe" }],
      retryAfterSeconds: 40,
    });
  });

  it("reads what the headers of a refused list of models tell, and asks for no token", async () => {
    answerModels({ status: 429, body: refused, headers: EMPTY });

    expect(await read({ probe: true })).toEqual({ metered: true, readings: [{ ...NOTHING_LEFT, source: "headers" }] });
  });

  it.each([1, 61, 86_400])("still reads them when it asks for a wait of %i s", async (wait) => {
    answerModels({ status: 429, body: refused, headers: { ...EMPTY, "retry-after": String(wait) } });

    expect(await read({ probe: true })).toEqual({
      metered: true,
      readings: [{ ...NOTHING_LEFT, source: "headers" }],
      retryAfterSeconds: wait,
    });
  });

  it.each<[why: string, headers: Record<string, string>, wait: number | undefined]>([
    ["no headers that tell what is left", { "retry-after": "40" }, 40],
    ["headers that cannot be read", { "anthropic-ratelimit-requests-remaining": "none" }, undefined],
  ])("is rate limited with %s", async (_, headers, retryAfterSeconds) => {
    answerModels();
    answerProbe({ status: 429, body: refused, headers });

    await expect(read({ probe: true })).rejects.toMatchObject({ reason: "rate_limited", retryAfterSeconds });
  });

  it("has no entitlement when the month's money is spent, whatever the buckets say", async () => {
    answerModels();
    answerProbe({ status: 429, body: spendLimit, headers: EMPTY });

    await expect(read({ probe: true })).rejects.toMatchObject({
      reason: "not_entitled",
      message: "POST api.anthropic.com/v1/messages answered 429: no plan or no credit",
      // Unlike a rate limit it names no wait.
      retryAfterSeconds: undefined,
    });
  });

  it("does not judge by the wording", async () => {
    answerModels();
    const { details: _details, ...error } = spendLimit.error;
    answerProbe({ status: 429, body: { ...spendLimit, error } });

    await expect(read({ probe: true })).rejects.toMatchObject({ reason: "rate_limited" });
  });
});

describe("anthropic in trouble", () => {
  it.each<[status: number, type: string, reason: string]>([
    [529, "overloaded_error", "server"],
    [500, "api_error", "server"],
    [504, "timeout_error", "server"],
    [402, "billing_error", "not_entitled"],
    [401, "authentication_error", "auth"],
    [403, "permission_error", "auth"],
    [400, "invalid_request_error", "client"],
    [404, "not_found_error", "client"],
    [409, "conflict_error", "client"],
    [413, "request_too_large", "client"],
  ])("a %i %s is %s, also with headers that tell what is left", async (status, type, reason) => {
    answerModels();
    answerProbe({ status, body: { type: "error", error: { type, message: "invented" } }, headers: EMPTY });

    await expect(read({ probe: true })).rejects.toMatchObject({ reason, status });
  });

  it.each<[what: string, message: string]>([
    ["a spend limit of the customer's own", "You have reached your specified API usage limits."],
    ["a balance that is too low, as older answers say it", "Your credit balance is too low to access the API."],
  ])("a 400 for %s is client: only its wording would tell it apart", async (_what, text) => {
    answerModels();
    answerProbe({ status: 400, body: { type: "error", error: { type: "invalid_request_error", message: text } } });

    await expect(read({ probe: true })).rejects.toMatchObject({ reason: "client", status: 400 });
  });
});
