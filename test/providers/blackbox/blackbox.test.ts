import nock from "nock";
import { describe, expect, it } from "vitest";
import { blackbox } from "../../../src/providers/blackbox/blackbox.ts";
import { readAccount } from "../read-account.ts";
import models from "./fixtures/models.200.json" with { type: "json" };
import budgetExceeded from "./fixtures/models.400.budget-exceeded.json" with { type: "json" };

function readWith(status: number, body: object, headers: Record<string, string> = {}) {
  nock("https://api.blackbox.ai/v1")
    .get("/models")
    .matchHeader("authorization", "Bearer sk-invented")
    .reply(status, body, headers);
  return readAccount(blackbox, "sk-invented");
}

describe("blackbox", () => {
  it("reads whether the key works and which models it has, and claims no quota", async () => {
    expect(await readWith(200, models)).toEqual({
      metered: true,
      readings: [],
      models: ["blackboxai/openai/gpt-5-mini", "blackboxai/anthropic/claude-sonnet-5"],
    });
  });

  it("takes no quota from headers that the proxy behind it might send", async () => {
    const headers = {
      "x-litellm-key-spend": "9.5",
      "x-litellm-key-max-budget": "10",
      "x-ratelimit-remaining-requests": "3",
    };

    expect((await readWith(200, models, headers)).readings).toEqual([]);
  });

  it.each<[what: string, status: number, body: object, reason: string]>([
    ["a used-up budget, as LiteLLM says it", 400, budgetExceeded, "not_entitled"],
    ["a used-up budget, as newer versions of it do", 429, budgetExceeded, "not_entitled"],
    ["a wrong key", 401, { error: { message: "no", type: "auth_error", code: "401" } }, "auth"],
    ["a key for tasks, which cannot be used here", 403, { error: "Forbidden" }, "auth"],
    ["too many requests", 429, { error: { message: "slow", type: "rate_limit_error" } }, "rate_limited"],
    ["another mistake", 400, { error: { message: "no", type: "invalid_request_error" } }, "client"],
  ])("judges a refusal for %s by its type where the status says too little", async (_what, status, body, reason) => {
    await expect(readWith(status, body)).rejects.toMatchObject({ reason, status });
  });
});
