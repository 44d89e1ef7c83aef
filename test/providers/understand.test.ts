import fc from "fast-check";
import { describe, expect, it, test } from "vitest";
import { PROVIDERS } from "../../src/providers/registry.ts";
import { understandAny } from "../../src/providers/understand.ts";
import { expectValidReading } from "../contract/expect-valid.ts";
import { at, NOW, understandingOf, understood } from "./understood.ts";

/** One without words of its own. */
const ANY = "openai_compatible";
const REFUSED = { quota: "requests", kind: "rate_limit", unit: "requests", refused: true, enforcement: "hard" };
const SPENT = { quota: "spend", kind: "calendar", unit: "usd", refused: true, enforcement: "hard" };

describe("a call to a provider without words of its own", () => {
  it("tells nothing when its headers do not", () => {
    expect(understood(ANY, { status: 200 })).toEqual({ readings: [] });
  });

  it("of which only the cost is known tells nothing", () => {
    expect(understandAny({ at: NOW, headers: {} })).toEqual({ readings: [] });
  });

  it("tells its buckets when it was served", () => {
    const headers = { "x-ratelimit-limit-req-minute": "90", "x-ratelimit-remaining-req-minute": "83" };

    expect(understood(ANY, { headers })).toEqual({
      readings: [
        {
          quota: "requests_minute",
          kind: "rate_limit",
          unit: "requests",
          limit: 90,
          remaining: 83,
          periodSeconds: 60,
          enforcement: "hard",
        },
      ],
    });
  });

  it.each([
    [400, "other", []],
    [401, "auth", []],
    [402, "spend_cap", [SPENT]],
    [403, "auth", []],
    [404, "other", []],
    [429, "throttled", [REFUSED]],
    [500, "other", []],
    [503, "overloaded", []],
    [529, "overloaded", []],
  ])("that is refused with a %i is %s", (status, refusal, readings) => {
    expect(understood(ANY, { status })).toEqual({ refusal, readings });
  });

  it("that failed in the middle of its stream is no served one", () => {
    expect(understood(ANY, { status: 200, error: { error: { message: "upstream gone" } } })).toEqual({
      refusal: "other",
      readings: [],
    });
  });

  it("is not out of money for a code that means so elsewhere", () => {
    expect(understood(ANY, { status: 429, error: { error: { code: "insufficient_quota" } } })).toEqual({
      refusal: "throttled",
      readings: [REFUSED],
    });
  });

  it("is refused for the bucket that has nothing left", () => {
    const headers = {
      "x-ratelimit-remaining-requests": "7",
      "x-ratelimit-remaining-tokens": "0",
      "x-ratelimit-reset-tokens": "30s",
    };

    expect(understood(ANY, { status: 429, headers }).readings).toEqual([
      {
        quota: "tokens",
        kind: "rate_limit",
        unit: "tokens",
        remaining: 0,
        resetAt: at("12:00:30"),
        refused: true,
        enforcement: "hard",
      },
      { quota: "requests", kind: "rate_limit", unit: "requests", remaining: 7, enforcement: "hard" },
    ]);
  });

  it("that is refused while a window of a day shows nothing left has used that up", () => {
    const headers = {
      "x-ratelimit-remaining-requests-minute": "7",
      "x-ratelimit-remaining-tokens-day": "0",
      "x-ratelimit-reset-tokens-day": "3600",
    };

    expect(understood(ANY, { status: 429, headers })).toMatchObject({
      refusal: "quota",
      readings: [
        { quota: "tokens_day", kind: "rolling", remaining: 0, refused: true, resetAt: at("13:00:00") },
        { quota: "requests_minute", remaining: 7 },
      ],
    });
  });

  it("is not refused for a day that shows nothing left when the status means something else", () => {
    const headers = { "x-ratelimit-remaining-tokens-day": "0" };

    expect(understood(ANY, { status: 503, headers })).toEqual({
      refusal: "overloaded",
      readings: [expect.not.objectContaining({ refused: true })],
    });
  });

  it("keeps what its headers tell of the bucket that it may have been refused for", () => {
    const headers = { "x-ratelimit-remaining-requests": "7", "x-ratelimit-limit-requests": "60" };

    expect(understood(ANY, { status: 429, headers }).readings).toEqual([{ ...REFUSED, limit: 60, remaining: 7 }]);
  });

  it.each([
    [{ "retry-after": "20" }, 20],
    [{ "retry-after-ms": "1500" }, 1.5],
    [{ "retry-after": "Sat, 21 Nov 2026 12:00:30 GMT" }, 30],
  ])("passes on the wait of %o", (headers, retryAfterSeconds) => {
    expect(understood(ANY, { status: 429, headers })).toMatchObject({ retryAfterSeconds });
  });
});

const HEADERS = [
  "date",
  "retry-after",
  "x-ratelimit-remaining-requests",
  "x-ratelimit-limit-tokens",
  "x-ratelimit-reset-tokens",
  "x-ratelimit-remaining",
  "x-ratelimit-limit-requests-day",
  "x-ratelimit-remaining-requests-day",
  "x-ratelimit-renewalperiod-requests",
  "x-ratelimitbysize-remaining-month",
  "x-tokenlimit-remaining",
  "x-trial-endpoint-call-remaining",
  "anthropic-ratelimit-tokens-remaining",
  "anthropic-ratelimit-unified-status",
  "anthropic-ratelimit-unified-5h-utilization",
  "anthropic-ratelimit-unified-5h-reset",
  "anthropic-ratelimit-unified-5h-status",
  "anthropic-ratelimit-unified-7d_oi-utilization",
  "x-codex-primary-used-percent",
  "x-codex-primary-window-minutes",
  "x-codex-primary-reset-at",
  "x-codex-bengalfox-primary-used-percent",
  "x-codex-bengalfox-primary-window-minutes",
  "x-codex-bengalfox-limit-name",
  "x-codex-credits-has-credits",
  "x-codex-credits-balance",
  "x-litellm-key-spend",
  "x-litellm-key-max-budget",
  "llm_provider-x-ratelimit-remaining-requests",
  "x-chutes-quota-total",
  "x-chutes-quota-remaining",
  "ratelimit",
  "ratelimit-policy",
];
const header = fc.oneof(
  fc.constantFrom("0", "1", "-1", "0.5", "300", "10080", "true", "rejected", "1795287600", "1e400", "9".repeat(40)),
  fc.constantFrom('"a";r=0;q=5;w=60', "6m0s", "2026-11-21T12:00:01Z", "3rd model", "GPT-5", ""),
  fc.string({ maxLength: 30 }),
);
const word = fc.constantFrom(
  "usage_limit_reached",
  "insufficient_quota",
  "rate_limit_exceeded",
  "tokens",
  "budget_exceeded",
  "AllocationQuota.FreeTierOnly",
  "free-models-per-day",
  "Key limit exceeded (monthly limit)",
  "reached your weekly usage limit",
  "Quota exceeded and account balance is $0.0",
  "QUOTA_EXHAUSTED",
);
const odd = fc.oneof(word, fc.jsonValue({ maxDepth: 2 }));
const detail = fc.record(
  {
    reason: odd,
    retryDelay: fc.oneof(fc.constantFrom("20s", "143h4m52.7s", "1e9s"), odd),
    metadata: fc.oneof(fc.record({ model: odd, quotaResetDelay: odd, quotaResetTimeStamp: odd }), odd),
    violations: fc.oneof(
      fc.array(fc.record({ quotaId: fc.constantFrom("PerDay", "TokensPerMinute", ""), quotaValue: odd })),
      odd,
    ),
  },
  { requiredKeys: [] },
);
const failure = fc.record(
  {
    type: odd,
    code: odd,
    message: odd,
    balance: odd,
    resets_at: fc.oneof(fc.double(), odd),
    resets_in_seconds: fc.oneof(fc.double(), odd),
    quota_reset_timestamp: odd,
    metadata: fc.oneof(fc.record({ limit_source: odd, headers: fc.dictionary(fc.string(), fc.string()) }), odd),
    details: fc.oneof(fc.array(detail, { maxLength: 3 }), odd),
  },
  { requiredKeys: [] },
);
const body = fc.oneof(
  failure,
  failure.map((error) => ({ error })),
  failure.map((error) => [{ error }]),
  failure.map((message) => ({ detail: { message } })),
  odd,
);
const calls = fc.record(
  {
    at: fc.constant(NOW),
    status: fc.constantFrom(200, 400, 401, 402, 403, 404, 429, 499, 500, 503, 529),
    headers: fc.dictionary(fc.constantFrom(...HEADERS), header),
    model: fc.constantFrom("gpt-5", "4o", "models/gemini-2.5-flash", "", "\u0000"),
    error: body,
  },
  { requiredKeys: ["at", "headers"] },
);

test.each(PROVIDERS.map((provider) => ({ id: provider.id, understand: understandingOf(provider) })))(
  "$id makes valid readings of whatever a call says, no quota twice, and never throws",
  ({ understand }) => {
    fc.assert(
      fc.property(calls, (call) => {
        const { readings, refusal, retryAfterSeconds = 0 } = understand(call);

        expect(readings.length).toBeLessThanOrEqual(32);
        expect(new Set(readings.map(({ quota }) => quota)).size).toBe(readings.length);
        for (const reading of readings) {
          expectValidReading(reading, NOW);
          expect(reading.source).toBe("headers");
          expect(reading.quota.length).toBeLessThanOrEqual(80);
        }
        expect(retryAfterSeconds).toBeGreaterThanOrEqual(0);
        expect(Number.isFinite(retryAfterSeconds)).toBe(true);
        if ((call.status ?? 0) >= 400) expect(refusal).toBeDefined();
      }),
    );
  },
);

test("a refusal that names a thousand quotas is kept within bounds", () => {
  const violations = Array.from({ length: 1000 }, (_, index) => ({
    quotaId: "PerDay",
    quotaDimensions: { model: `model-${index}` },
  }));

  const { readings } = understood("gemini", { status: 429, error: { error: { details: [{ violations }] } } });

  expect(readings).toHaveLength(16);
});
