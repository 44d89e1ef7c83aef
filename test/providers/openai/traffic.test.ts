import { describe, expect, it } from "vitest";
import { at, understood } from "../understood.ts";

const HEADERS = {
  "x-ratelimit-limit-requests": "10,000",
  "x-ratelimit-remaining-requests": "9999",
  "x-ratelimit-reset-requests": "8.64s",
  "x-ratelimit-limit-tokens": "200000",
  "x-ratelimit-remaining-tokens": "0",
  "x-ratelimit-reset-tokens": "6m0s",
  "x-ratelimit-remaining-project-tokens": "5",
};
const BUCKET = { kind: "rate_limit", enforcement: "hard" };
const SPENT = { quota: "spend", kind: "calendar", unit: "usd", refused: true, enforcement: "hard" };

const refused = (status: number, error: object, headers = {}) =>
  understood("openai", { status, headers, error: { error: { message: "No.", param: null, ...error } } });

describe("a call to OpenAI", () => {
  it("tells its buckets", () => {
    expect(understood("openai", { headers: HEADERS })).toEqual({
      readings: [
        { ...BUCKET, quota: "requests", unit: "requests", limit: 10_000, remaining: 9999, resetAt: at("12:00:08.640") },
        { ...BUCKET, quota: "tokens", unit: "tokens", limit: 200_000, remaining: 0, resetAt: at("12:06:00") },
        { ...BUCKET, quota: "project_tokens", unit: "tokens", remaining: 5 },
      ],
    });
  });

  it.each([
    [{ type: "insufficient_quota", code: "insufficient_quota" }],
    [{ type: "insufficient_quota", code: "credit_balance_exhausted" }],
    [{ type: "billing", code: "organization_spend_limit_exceeded" }],
    [{ code: "project_spend_limit_exceeded" }],
    [{ code: "organization_usage_limit_exceeded" }],
    [{ code: "billing_hard_limit_reached" }],
    [{ code: "billing_not_active" }],
  ])("that is refused with %o is out of money", (error) => {
    expect(refused(429, error)).toEqual({ refusal: "spend_cap", readings: [SPENT] });
  });

  it.each(["requests", "tokens"])("that is throttled names the bucket in its type: %s", (type) => {
    expect(refused(429, { type, code: "rate_limit_exceeded" })).toEqual({
      refusal: "throttled",
      readings: [{ ...BUCKET, quota: type, unit: type, refused: true }],
    });
  });

  it("that is throttled names the bucket that its headers show as empty", () => {
    const told = refused(429, { type: "requests", code: "rate_limit_exceeded" }, HEADERS);

    expect(told.refusal).toBe("throttled");
    expect(told.readings.filter((reading) => reading.refused)).toMatchObject([{ quota: "tokens", remaining: 0 }]);
  });

  it.each([
    [401, { code: "invalid_api_key" }, "auth"],
    [403, { code: "unsupported_country_region_territory" }, "auth"],
    [503, { type: "server_error" }, "overloaded"],
    [500, { type: "server_error" }, "other"],
  ])("that is refused with a %i says nothing of a quota", (status, error, refusal) => {
    expect(refused(status, error)).toEqual({ refusal, readings: [] });
  });
});
