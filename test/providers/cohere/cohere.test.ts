import { describe, expect, it } from "vitest";
import { cohere } from "../../../src/providers/cohere/cohere.ts";
import { describeHeaderAccount, headerAccount } from "../header-account.ts";
import { NOW } from "../read-account.ts";
import { understood } from "../understood.ts";
import headers from "./fixtures/chat.200.headers.json" with { type: "json" };
import chat from "./fixtures/chat.200.json" with { type: "json" };
import models from "./fixtures/models.200.json" with { type: "json" };

const MODEL = "command-a-03-2025";
const MINUTE = { kind: "rate_limit", unit: "requests", periodSeconds: 60, enforcement: "hard" };

const ACCOUNT = {
  provider: cohere,
  root: "https://api.cohere.com",
  credential: ["authorization", "Bearer invented-key"],
  list: { path: "/v1/models?page_size=1000", answer: models, models: [MODEL, "embed-v4.0"] },
  completion: {
    path: "/v2/chat",
    answer: chat,
    asked: { model: MODEL, max_tokens: 1, messages: [{ role: "user", content: "." }] },
  },
  settings: { probe: true, probe_model: MODEL },
  needs: "probe_model",
  cost: { model: MODEL, inputTokens: 496, outputTokens: 1 },
  headers,
  readings: [{ ...MINUTE, quota: "requests_minute", readAt: NOW, limit: 20, remaining: 13, confidence: "reported" }],
} as const;
const { answerList, answerProbe, read, probe } = headerAccount(ACCOUNT);

describeHeaderAccount(ACCOUNT);

describe("cohere", () => {
  it("makes no quota of the calls of a month, of which only the limit is told", async () => {
    answerList();
    answerProbe({ headers: { "x-endpoint-monthly-call-limit": "1000" } });

    expect((await probe()).readings).toEqual([]);
  });

  it("tells nothing of a production key, which has no such headers", async () => {
    answerList();
    answerProbe();

    expect(await probe()).toMatchObject({ metered: true, readings: [], probe: { inputTokens: 496 } });
  });

  it("has no list of models where there is a further page", async () => {
    answerList({ body: { ...models, next_page_token: "invented" } });

    expect(await read()).not.toHaveProperty("models");
  });

  it("counts no tokens where one of the two is not told", async () => {
    answerList();
    answerProbe({ body: { ...chat, usage: { tokens: { input_tokens: 496 } } }, headers });

    expect(await probe()).not.toHaveProperty("probe");
  });
});

describe("a call to Cohere", () => {
  it("tells the calls of the minute", () => {
    expect(understood("cohere", { headers, model: MODEL })).toEqual({
      readings: [{ ...MINUTE, quota: "requests_minute", limit: 20, remaining: 13, models: [MODEL] }],
    });
  });

  it("is throttled when it is refused, which no header explains", () => {
    expect(understood("cohere", { status: 429 })).toEqual({
      refusal: "throttled",
      readings: [{ quota: "requests", kind: "rate_limit", unit: "requests", refused: true, enforcement: "hard" }],
    });
  });
});
