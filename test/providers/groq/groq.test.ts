import { describe, expect, it } from "vitest";
import { groq } from "../../../src/providers/groq/groq.ts";
import { describeHeaderAccount, headerAccount } from "../header-account.ts";
import { NOW } from "../read-account.ts";
import byDay from "./fixtures/chat-completions.200.by-day.headers.json" with { type: "json" };
import headers from "./fixtures/chat-completions.200.headers.json" with { type: "json" };
import completion from "./fixtures/chat-completions.200.json" with { type: "json" };
import refused from "./fixtures/chat-completions.429.json" with { type: "json" };
import models from "./fixtures/models.200.json" with { type: "json" };

const MODEL = "llama-3.3-70b-versatile";
const COMMON = { readAt: NOW, enforcement: "hard", confidence: "reported" };
const at = (seconds: number) => new Date(NOW.getTime() + seconds * 1000);
const DAY = {
  ...COMMON,
  quota: "requests_day",
  kind: "rolling",
  sliding: true,
  unit: "requests",
  periodSeconds: 86_400,
};
const MINUTE = { ...COMMON, quota: "tokens_minute", kind: "rate_limit", unit: "tokens", periodSeconds: 60 };

const ACCOUNT = {
  provider: groq,
  root: "https://api.groq.com/openai/v1",
  credential: ["authorization", "Bearer invented-key"],
  list: { path: "/models", answer: models, models: [MODEL, "openai/gpt-oss-20b"] },
  completion: {
    path: "/chat/completions",
    answer: completion,
    asked: { model: MODEL, max_completion_tokens: 1, messages: [{ role: "user", content: "." }] },
  },
  settings: { probe: true, probe_model: MODEL },
  needs: "probe_model",
  cost: { model: MODEL, inputTokens: 36, outputTokens: 1 },
  headers,
  readings: [
    { ...DAY, limit: 14_400, remaining: 14_370, resetAt: at(179.56) },
    { ...MINUTE, limit: 18_000, remaining: 17_997, resetAt: at(0.008) },
  ],
} as const;
const { answerList, answerProbe, probe } = headerAccount(ACCOUNT);

describeHeaderAccount(ACCOUNT);

async function probed(told: Record<string, string>, status = 200) {
  answerList();
  answerProbe({ headers: told, status, body: status === 200 ? completion : refused });
  return (await probe()).readings;
}

describe("groq", () => {
  it("counts requests by the day, though its headers have the names that are per minute elsewhere", async () => {
    expect(await probed({ "x-ratelimit-remaining-requests": "4982" })).toMatchObject([
      { quota: "requests_day", kind: "rolling", periodSeconds: 86_400 },
    ]);
  });

  it.each([
    ["1h30m", 5400],
    ["2m52.8s", 172.8],
    ["5m11.04s", 311.04],
    ["194ms", 0.194],
    ["570ms", 0.57],
    ["42", 42],
    ["42.5", 42.5],
  ])("understands a reset of %s", async (text, seconds) => {
    const told = { "x-ratelimit-remaining-requests": "4982", "x-ratelimit-reset-requests": text };

    expect(await probed(told)).toMatchObject([{ resetAt: at(seconds) }]);
  });

  it("has no midnight: the requests of a day flow back all the time", async () => {
    expect(await probed(headers)).toMatchObject([{ sliding: true, resetAt: at(179.56) }, { quota: "tokens_minute" }]);
  });

  it("reads the variant that names its windows", async () => {
    expect(await probed(byDay)).toEqual(
      [
        { ...DAY, limit: 1000, remaining: 874, resetAt: at(10_886) },
        {
          ...{ ...COMMON, quota: "tokens_day", kind: "rolling", unit: "tokens", periodSeconds: 86_400 },
          ...{ limit: 100_000, remaining: 60_210 },
        },
        { ...MINUTE, limit: 12_000, remaining: 11_873, resetAt: at(0.635) },
      ].map((reading) => ({ ...reading, source: "probe", models: [MODEL] })),
    );
  });

  it("tells the requests of a day once, of two variants of their headers the one with less left", async () => {
    const told = { "x-ratelimit-remaining-requests": "90", "x-ratelimit-remaining-requests-day": "80" };

    expect(
      await probed({ ...told, "x-ratelimit-limit-requests": "100", "x-ratelimit-limit-requests-day": "100" }),
    ).toMatchObject([{ quota: "requests_day", remaining: 80 }]);
  });

  it("shows what is left with a refusal", async () => {
    const told = { ...headers, "x-ratelimit-remaining-tokens": "0", "x-ratelimit-reset-tokens": "4.2s" };

    expect(await probed({ ...told, "retry-after": "7" }, 429)).toMatchObject([
      { quota: "requests_day", remaining: 14_370 },
      { quota: "tokens_minute", remaining: 0, resetAt: at(4.2) },
    ]);
  });
});
