import { describe, expect, it } from "vitest";
import type { Observation, Refusal } from "../../../src/quota/observation.ts";
import { at, understood } from "../understood.ts";

const HEADERS = {
  date: "Sat, 21 Nov 2026 12:00:00 GMT",
  "anthropic-ratelimit-requests-limit": "50",
  "anthropic-ratelimit-requests-remaining": "49",
  "anthropic-ratelimit-requests-reset": "2026-11-21T12:00:01Z",
  "anthropic-ratelimit-tokens-limit": "30000",
  "anthropic-ratelimit-tokens-remaining": "28000",
  "anthropic-ratelimit-tokens-reset": "2026-11-21T11:59:59Z",
  "anthropic-ratelimit-input-tokens-limit": "20000",
  "anthropic-ratelimit-input-tokens-remaining": "0",
  "anthropic-ratelimit-input-tokens-reset": "2026-11-21T12:00:40Z",
  "anthropic-ratelimit-output-tokens-remaining": "8000",
  "anthropic-priority-input-tokens-remaining": "7",
};
const BUCKET = { kind: "rate_limit", enforcement: "hard" };
const SPENT = { quota: "spend", kind: "calendar", unit: "usd", refused: true, enforcement: "hard" };

const refused = (status: number, error: object, headers = {}) =>
  understood("anthropic", { status, headers, error: { type: "error", error, request_id: "req_1" } });

describe("a call to Anthropic", () => {
  it("tells its four buckets", () => {
    expect(understood("anthropic", { headers: HEADERS })).toEqual({
      readings: [
        { ...BUCKET, quota: "requests", unit: "requests", limit: 50, remaining: 49, resetAt: at("12:00:01") },
        { ...BUCKET, quota: "tokens", unit: "tokens", limit: 30_000, remaining: 28_000 },
        {
          ...BUCKET,
          quota: "input_tokens",
          unit: "input_tokens",
          limit: 20_000,
          remaining: 0,
          resetAt: at("12:00:40"),
        },
        { ...BUCKET, quota: "output_tokens", unit: "output_tokens", remaining: 8000 },
      ],
    });
  });

  it("that is throttled names the empty bucket and the wait", () => {
    const headers = { ...HEADERS, "retry-after": "40" };

    expect(refused(429, { type: "rate_limit_error", message: "This request would exceed" }, headers)).toMatchObject({
      refusal: "throttled",
      retryAfterSeconds: 40,
      readings: [
        { quota: "input_tokens", remaining: 0, refused: true },
        { quota: "requests", remaining: 49 },
        { quota: "tokens" },
        { quota: "output_tokens" },
      ],
    });
  });

  it("is throttled in its requests where no header tells the bucket", () => {
    expect(refused(429, { type: "rate_limit_error", message: "" })).toEqual({
      refusal: "throttled",
      readings: [{ ...BUCKET, quota: "requests", unit: "requests", refused: true }],
    });
  });

  it.each<[name: string, status: number, error: object]>([
    [
      "the tier's money of the month",
      429,
      { type: "rate_limit_error", message: "x", details: { error_code: "enforced_spend_limit_reached" } },
    ],
    ["a payment that failed", 402, { type: "billing_error", message: "x" }],
    [
      "the credit",
      400,
      { type: "invalid_request_error", message: "Your credit balance is too low to access the Anthropic API." },
    ],
    [
      "a limit of the customer",
      400,
      { type: "invalid_request_error", message: "You have reached your specified API usage limits." },
    ],
  ])("that is refused for %s is out of money", (_name, status, error) => {
    expect(refused(status, error)).toEqual({ refusal: "spend_cap", readings: [SPENT] });
  });

  it.each<[status: number, type: string, refusal: Refusal]>([
    [400, "invalid_request_error", "other"],
    [401, "authentication_error", "auth"],
    [403, "permission_error", "not_entitled"],
    [404, "not_found_error", "other"],
    [500, "api_error", "other"],
    [529, "overloaded_error", "overloaded"],
  ])("that is refused with a %i, %s, is %s and says nothing of a quota", (status, type, refusal) => {
    expect(refused(status, { type, message: "max_tokens: 5 is too much" })).toEqual({ refusal, readings: [] });
  });

  it("is overloaded in the middle of a stream", () => {
    const call: Partial<Observation> = { status: 200, error: { type: "error", error: { type: "overloaded_error" } } };

    expect(understood("anthropic", call)).toEqual({ refusal: "overloaded", readings: [] });
  });

  it("behind a gateway tells what the gateway does", () => {
    expect(understood("anthropic", { headers: { "x-ratelimit-remaining-requests": "5" } }).readings).toEqual([
      { ...BUCKET, quota: "requests", unit: "requests", remaining: 5 },
    ]);
  });
});
