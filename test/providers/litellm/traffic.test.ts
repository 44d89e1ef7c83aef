import { describe, expect, it } from "vitest";
import { at, understood } from "../understood.ts";
import budgetExceeded from "./fixtures/key-info.400.budget-exceeded.json" with { type: "json" };

const BUDGET = { quota: "budget", kind: "calendar", unit: "usd", enforcement: "hard" };
const BUCKET = { kind: "rate_limit", enforcement: "hard" };
const SPENT = { "x-litellm-key-spend": "2.5", "x-litellm-key-max-budget": "10.0" };

describe.each(["litellm", "blackbox"])("a call through a LiteLLM proxy (%s)", (id) => {
  it("tells the budget of its key", () => {
    expect(understood(id, { headers: SPENT }).readings).toEqual([{ ...BUDGET, limit: 10, used: 2.5 }]);
  });

  it("reads amounts as Python writes them", () => {
    const headers = { ...SPENT, "x-litellm-key-spend": "1.2e-05" };

    expect(understood(id, { headers }).readings).toMatchObject([{ used: 0.000012 }]);
  });

  it.each([
    ["spend without a budget", { "x-litellm-key-spend": "2.5" }],
    ["a budget of none", { ...SPENT, "x-litellm-key-max-budget": "None" }],
    ["a spend below zero", { ...SPENT, "x-litellm-key-spend": "-2.5" }],
  ])("tells no budget of %s", (_name, headers) => {
    expect(understood(id, { headers }).readings).toEqual([]);
  });

  it("tells the limits of the key, and of the upstream what those leave open", () => {
    const headers = {
      date: "Sat, 21 Nov 2026 12:00:10 GMT",
      "x-ratelimit-remaining-requests": "5",
      "llm_provider-x-ratelimit-remaining-requests": "4000",
      "llm_provider-x-ratelimit-remaining-tokens": "30000",
      "llm_provider-x-ratelimit-reset-tokens": "20s",
      "llm_provider-anthropic-ratelimit-output-tokens-remaining": "8000",
    };

    expect(understood(id, { headers }).readings).toEqual([
      { ...BUCKET, quota: "requests", unit: "requests", remaining: 5 },
      { ...BUCKET, quota: "tokens", unit: "tokens", remaining: 30_000, resetAt: at("12:00:30") },
      { ...BUCKET, quota: "output_tokens", unit: "output_tokens", remaining: 8000 },
    ]);
  });

  it.each<[name: string, status: number, body: unknown]>([
    ["of an older version", 400, budgetExceeded],
    [
      "of a newer version",
      429,
      { error: { type: "budget_exceeded", code: "429", message: "Budget has been exceeded!" } },
    ],
    ["of a budget of an hour", 429, { error: { message: "ExceededBudget: Key over 1h budget" } }],
  ])("that is over its budget says so, in the form %s", (_name, status, error) => {
    expect(understood(id, { status, error })).toEqual({
      refusal: "spend_cap",
      readings: [{ ...BUDGET, refused: true }],
    });
  });

  it("that is over its budget keeps the amounts that the headers tell", () => {
    const headers = { ...SPENT, "x-litellm-key-spend": "10.02" };

    expect(understood(id, { status: 400, error: budgetExceeded, headers }).readings).toEqual([
      { ...BUDGET, limit: 10, used: 10.02, refused: true },
    ]);
  });

  it("that the upstream throttles is throttled", () => {
    const error = { error: { type: "throttling_error", message: "litellm.RateLimitError" } };

    expect(understood(id, { status: 429, error })).toMatchObject({
      refusal: "throttled",
      readings: [{ quota: "requests", refused: true }],
    });
  });
});
