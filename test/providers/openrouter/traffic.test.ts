import { describe, expect, it } from "vitest";
import { epochIn, understood } from "../understood.ts";

const MIDNIGHT = new Date("2026-11-22T00:00:00Z");
const BALANCE = { quota: "balance", kind: "credits", unit: "usd", refused: true, enforcement: "hard" };
const BUCKET = { quota: "requests", kind: "rate_limit", unit: "requests", refused: true, enforcement: "hard" };

const refused = (status: number, message: string, metadata?: object) =>
  understood("openrouter", { status, error: { error: { code: status, message, metadata }, user_id: "user_1" } });

describe("a call to OpenRouter", () => {
  it.each([
    ["by its source", "x", { limit_source: "openrouter_credits" }],
    ["by its status alone", "Insufficient credits", undefined],
    ["with nothing to afford", "You requested up to 9 tokens, but can only afford 0.", undefined],
  ])("that the balance does not pay is out of money, %s", (_name, message, metadata) => {
    expect(refused(402, message, metadata)).toEqual({ refusal: "spend_cap", readings: [BALANCE] });
  });

  it("that is too dear for what is left says nothing of other calls", () => {
    const message =
      "This request requires more credits, or fewer max_tokens. You requested up to 64000 tokens, but can only afford 1200.";

    expect(refused(402, message)).toEqual({ refusal: "spend_cap", readings: [] });
  });

  it.each([
    ["daily", "2026-11-22T00:00:00Z"],
    ["weekly", "2026-11-23T00:00:00Z"],
    ["monthly", "2026-12-01T00:00:00Z"],
  ])("that is over the %s limit of its key waits for the end of it", (period, time) => {
    expect(refused(403, `Key limit exceeded (${period} limit). Manage it`)).toEqual({
      refusal: "spend_cap",
      readings: [
        {
          quota: "key_limit",
          kind: "calendar",
          unit: "usd",
          resetAt: new Date(time),
          refused: true,
          enforcement: "hard",
        },
      ],
    });
  });

  it.each([
    [403, "Key limit exceeded (total limit).", undefined],
    [402, "x", { limit_source: "openrouter_key_limit" }],
  ])("that is over the limit of its key waits for no reset (%i)", (status, message, metadata) => {
    expect(refused(status, message, metadata)).toEqual({
      refusal: "spend_cap",
      readings: [{ quota: "key_limit", kind: "credits", unit: "usd", refused: true, enforcement: "hard" }],
    });
  });

  it.each([
    ["by its source", "x", { limit_source: "openrouter_free_tier_daily" }],
    ["by its wording", "Rate limit exceeded: free-models-per-day. Add credits", {}],
  ])("to a free model that is over for the day tells its counter, %s", (_name, message, metadata) => {
    const headers = {
      "X-RateLimit-Limit": "50",
      "X-RateLimit-Remaining": "0",
      "X-RateLimit-Reset": `${epochIn(43_200)}000`,
    };

    expect(refused(429, message, { ...metadata, headers })).toEqual({
      refusal: "quota",
      readings: [
        {
          quota: "free_model_daily_requests",
          kind: "calendar",
          unit: "requests",
          limit: 50,
          remaining: 0,
          resetAt: MIDNIGHT,
          periodSeconds: 86_400,
          partial: true,
          refused: true,
          enforcement: "hard",
        },
      ],
    });
  });

  it("to a free model that is over for the day tells the counter of its headers, and of nothing else", () => {
    const headers = { "x-ratelimit-limit": "1000", "x-ratelimit-remaining": "0" };
    const error = { error: { code: 429, message: "Rate limit exceeded: free-models-per-day" } };

    expect(understood("openrouter", { status: 429, headers, error }).readings).toMatchObject([
      { quota: "free_model_daily_requests", limit: 1000, remaining: 0 },
    ]);
  });

  it("to a free model that is over for the day has no numbers where none are told", () => {
    const [reading] = refused(429, "Rate limit exceeded: free-models-per-day").readings;

    expect(reading).not.toHaveProperty("remaining");
    expect(reading).not.toHaveProperty("limit");
  });

  it("to a free model that is over for the minute is throttled", () => {
    expect(refused(429, "Rate limit exceeded: free-models-per-min.")).toEqual({
      refusal: "throttled",
      readings: [{ ...BUCKET, partial: true }],
    });
  });

  it.each([
    ["throttled", 402, "x", { limit_source: "openrouter_in_flight_budget" }, [BUCKET]],
    ["throttled", 429, "x", undefined, [BUCKET]],
    ["overloaded", 429, "Provider returned error", { provider_name: "Acme", raw: "busy" }, []],
    ["other", 403, "Your chosen model requires moderation", { reasons: ["x"] }, []],
    ["auth", 401, "User not found.", undefined, []],
    ["overloaded", 503, "No provider", undefined, []],
  ])("is %s with a %i, %s and %o", (refusal, status, message, metadata, readings) => {
    expect(refused(status, message, metadata)).toEqual({ refusal, readings });
  });
});
