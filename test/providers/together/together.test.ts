import { describe, expect, it } from "vitest";
import { together } from "../../../src/providers/together/together.ts";
import { describeHeaderAccount, headerAccount } from "../header-account.ts";
import { NOW } from "../read-account.ts";
import { understood } from "../understood.ts";
import headers from "./fixtures/chat-completions.200.headers.json" with { type: "json" };
import completion from "./fixtures/chat-completions.200.json" with { type: "json" };
import noCapacity from "./fixtures/chat-completions.503.json" with { type: "json" };
import inData from "./fixtures/models.200.in-data.json" with { type: "json" };
import models from "./fixtures/models.200.json" with { type: "json" };

const MODEL = "deepseek-ai/DeepSeek-V3.1";
const SECOND = { readAt: NOW, enforcement: "hard", confidence: "reported", kind: "rate_limit", periodSeconds: 1 };
const resetAt = new Date(NOW.getTime() + 1000);

const ACCOUNT = {
  provider: together,
  root: "https://api.together.xyz/v1",
  credential: ["authorization", "Bearer invented-key"],
  list: { path: "/models", answer: models, models: ["meta-llama/Llama-3.3-70B-Instruct-Turbo", MODEL] },
  completion: {
    path: "/chat/completions",
    answer: completion,
    asked: { model: MODEL, max_tokens: 1, messages: [{ role: "user", content: "." }] },
  },
  settings: { probe: true, probe_model: MODEL },
  needs: "probe_model",
  cost: { model: MODEL, inputTokens: 31, outputTokens: 1 },
  headers,
  readings: [
    { ...SECOND, quota: "requests_second", unit: "requests", limit: 10, remaining: 9, resetAt },
    { ...SECOND, quota: "tokens_second", unit: "tokens", limit: 3333, remaining: 3301, resetAt },
  ],
} as const;
const { answerList, answerProbe, read, probe } = headerAccount(ACCOUNT);

describeHeaderAccount(ACCOUNT);

describe("together", () => {
  it("counts by the second, tokens in headers of another name", async () => {
    answerList();
    answerProbe({ headers: { "x-tokenlimit-limit": "3333", "x-tokenlimit-remaining": "3301" } });

    expect((await probe()).readings).toMatchObject([
      { quota: "tokens_second", unit: "tokens", periodSeconds: 1, limit: 3333, remaining: 3301 },
    ]);
  });

  it("shows a limit that moves with the load as it is told", async () => {
    answerList();
    answerProbe({ headers: { ...headers, "x-ratelimit-limit": "7.5", "x-ratelimit-remaining": "7" } });

    expect((await probe()).readings).toMatchObject([{ limit: 7.5, remaining: 7 }, { quota: "tokens_second" }]);
  });

  it("is short of capacity with a 503: a fault of the server, not a quota", async () => {
    answerList();
    answerProbe({ status: 503, body: noCapacity, headers });

    await expect(probe()).rejects.toMatchObject({ reason: "server", status: 503 });
  });

  it("lists its models in OpenAI's form too", async () => {
    answerList({ body: inData });

    expect(await read()).toMatchObject({ models: [MODEL] });
  });

  it.each([{ object: "list" }, { data: [{ name: "a" }] }, [{ name: "a" }], ["a"]])(
    "is malformed with %o for a list",
    async (body) => {
      answerList({ body });

      await expect(read()).rejects.toMatchObject({ reason: "malformed" });
    },
  );
});

describe("a call to Together", () => {
  const call = (over: object) => understood("together", { model: MODEL, headers, ...over });

  it("tells both buckets, of the model that was called", () => {
    const { readAt: _, confidence: __, ...bucket } = { ...SECOND, models: [MODEL] };

    expect(call({})).toEqual({
      readings: [
        { ...bucket, quota: "requests_second", unit: "requests", limit: 10, remaining: 9, resetAt },
        { ...bucket, quota: "tokens_second", unit: "tokens", limit: 3333, remaining: 3301, resetAt },
      ],
    });
  });

  it("with a 503 meets a busy provider, and no quota was refused", () => {
    const { refusal, readings } = call({ status: 503, error: noCapacity });

    expect(refusal).toBe("overloaded");
    expect(readings.filter(({ refused }) => refused)).toEqual([]);
  });

  it("with a 429 was too fast", () => {
    const told = { ...headers, "x-tokenlimit-remaining": "0" };

    expect(call({ status: 429, headers: told })).toMatchObject({
      refusal: "throttled",
      readings: [{ quota: "tokens_second", refused: true }, { quota: "requests_second" }],
    });
  });
});
