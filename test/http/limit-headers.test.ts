import fc from "fast-check";
import { describe, expect, it, test } from "vitest";
import { limitHeaders } from "../../src/http/limit-headers.ts";
import { limitHeaders as sentByCallers } from "../../src/observe/limit-headers.ts";

const NOW = new Date("2026-11-21T12:00:00Z");

/** Of every dialect that is understood. */
const KEPT: Readonly<Record<string, string>> = {
  date: "Sat, 21 Nov 2026 12:00:05 GMT",
  "retry-after": "20",
  "retry-after-ms": "1500.5",
  "x-ratelimit-limit-requests": "30,000",
  "x-ratelimit-remaining-tokens-minute": "-1",
  "x-ratelimit-reset-tokens": "6m0s",
  "x-ratelimit-remaining-req-minute": "83",
  "x-ratelimit-limit-tokens-per-day": "2000000",
  "x-ratelimit-remaining-project-tokens": "0",
  "x-ratelimit-limit": "2, 9000",
  "x-rate-limit-remaining": "1",
  "x-ratelimit-reset": "1795290000000",
  "ratelimit-limit": "40, 40;w=60",
  ratelimit: '"daily";r=417;t=40122',
  "ratelimit-policy": '"100-in-15min";q=2500;w=900;qu="requests", "a b";q=1',
  "x-tokenlimit-remaining": "17",
  "x-ratelimit-policy": "1;w=1, 15000;w=2592000",
  "x-ratelimit-renewalperiod-requests": "60",
  "x-ratelimitbysize-remaining-month": "870004100",
  "x-trial-endpoint-call-remaining": "19",
  "x-trial-endpoint-call-limit": "20",
  "llm_provider-x-trial-endpoint-call-remaining": "19",
  "anthropic-ratelimit-requests-remaining": "49",
  "anthropic-ratelimit-input-tokens-reset": "2026-11-21T12:00:01Z",
  "anthropic-ratelimit-unified-status": "allowed_warning",
  "anthropic-ratelimit-unified-reset": "1795287600",
  "anthropic-ratelimit-unified-representative-claim": "seven_day_overage_included",
  "anthropic-ratelimit-unified-5h-status": "rejected",
  "anthropic-ratelimit-unified-5h-utilization": "1.02",
  "anthropic-ratelimit-unified-7d_oi-utilization": "0.99",
  "anthropic-ratelimit-unified-7d-sonnet-reset": "1795287600",
  "x-codex-primary-used-percent": "12.5",
  "x-codex-secondary-window-minutes": "10080",
  "x-codex-primary-reset-at": "1795300000",
  "x-codex-primary-reset-after-seconds": "9000",
  "x-codex-bengalfox-primary-used-percent": "3",
  "x-codex-bengalfox-limit-name": "GPT-5.3-Codex-Spark",
  "x-codex-credits-has-credits": "True",
  "x-codex-credits-balance": "796.25",
  "x-litellm-key-spend": "1.2e-05",
  "x-litellm-key-max-budget": "100.0000001",
  "llm_provider-x-ratelimit-limit-tokens": "20000",
  "llm_provider-anthropic-ratelimit-tokens-reset": "2026-11-21T12:00:01Z",
  "x-chutes-quota-total": "2000",
};

describe("limitHeaders", () => {
  it.each(Object.entries(KEPT))("keeps %s: %s", (name, value) => {
    expect(limitHeaders({ [name.toUpperCase()]: value }, NOW)).toEqual({ [name]: value });
  });

  it("gets every one of them from the callers that we ship", () => {
    const kept = Object.entries(KEPT);

    expect(kept.filter(([name, value]) => !(name in sentByCallers([[name, value]])))).toEqual([]);
  });

  it.each([
    ["authorization", "12"],
    ["set-cookie", "3"],
    ["x-ratelimit-key", "12"],
    ["x-ratelimit-limit-sk-ant-api03-hush", "12"],
    ["x-ratelimit-tokens-query-cost", "12"],
    ["anthropic-ratelimit-unified-overage-disabled-reason", "out_of_credits"],
    ["anthropic-ratelimit-unified-5h-status", "hush"],
    ["anthropic-ratelimit-unified-representative-claim", "sk_ant"],
    ["x-codex-promo-message", "hush"],
    ["x-codex-bengalfox-limit-name", "sk-hush-12345"],
    ["x-codex-bengalfox-limit-name", "gpt-0123456789abcdef0123"],
    ["x-litellm-model-id", "12"],
    ["llm_provider-authorization", "12"],
    ["retry-after", "hush"],
    ["ratelimit-policy", '"sk-0123456789abcdef";q=1'],
    ["ratelimit-policy", '"minute";q=1;note=hush'],
    ["ratelimit", '"minute";r=1;pk=:aHVzaA==:'],
    ["x-ratelimit-remaining-requests", "hush"],
    ["x-ratelimit-remaining-requests", "1".repeat(101)],
  ])("drops %s: %s", (name, value) => {
    expect(limitHeaders({ [name]: value }, NOW)).toEqual({});
  });

  it("keeps no more than any provider sends", () => {
    const many = Object.fromEntries(
      Array.from({ length: 9000 }, (_, index) => [
        `anthropic-ratelimit-unified-7d_${String.fromCharCode(97 + (index % 26), 97 + ((index / 26) % 26), 97 + ((index / 676) % 26))}-utilization`,
        "0.5",
      ]),
    );

    expect(Object.keys(limitHeaders(many, NOW))).toHaveLength(100);
  });
});

test("no header that carries a credential passes, whatever its name", () => {
  const secret = fc.constantFrom(
    "sk-ant-api03-hush_0123456789abcdef-0123456789AA",
    "sk-proj-0123456789abcdefghijklmnop",
    "AIzaSyA0123456789abcdefghijklmnopqrstuv",
    "Bearer 0123456789abcdef",
    "cpk_0123456789abcdef",
    "gsk_0123456789abcdef",
  );
  const carrier = fc.oneof(
    secret,
    secret.map((key) => `12, ${key}`),
    secret.map((key) => `"${key}";r=1`),
    secret.map((key) => `"minute";r=${key}`),
    secret.map((key) => `rejected ${key}`),
  );
  const name = fc.oneof(
    fc.constantFrom(...Object.keys(KEPT)),
    fc.string({ maxLength: 12, unit: fc.constantFrom(..."abcx-_") }).map((end) => `x-ratelimit-${end}`),
  );
  fc.assert(
    fc.property(name, carrier, (header, value) => {
      expect(limitHeaders({ [header]: value }, NOW)).toEqual({});
    }),
  );
  fc.assert(
    fc.property(secret, fc.constantFrom("x-ratelimit-remaining-", "anthropic-ratelimit-unified-7d_"), (key, start) => {
      expect(limitHeaders({ [`${start}${key}`]: "1", [`${start}${key}-utilization`]: "1" }, NOW)).toEqual({});
    }),
  );
});
