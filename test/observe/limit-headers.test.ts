import { describe, expect, it } from "vitest";
import { limitHeaders as lookedAt } from "../../src/http/limit-headers.ts";
import { limitHeaders } from "../../src/observe/limit-headers.ts";

const RESET = "2026-11-22T10:00:30.123456Z";

/** One of each kind that the exporter looks at. */
const KNOWN: Readonly<Record<string, string>> = {
  "x-ratelimit-limit-requests": "500",
  "x-ratelimit-remaining-tokens-day": "1,200",
  "x-ratelimit-reset-tokens": "6m0s",
  "x-rate-limit-limit": "40, 40;w=60",
  "x-ratelimit-reset": "1795300000",
  "ratelimit-remaining": "7",
  "ratelimit-policy": '"default";q=100;w=60',
  ratelimit: '"default";r=50;t=30',
  "retry-after": "7",
  "retry-after-ms": "250",
  date: "Sun, 22 Nov 2026 10:00:00 GMT",
  "anthropic-ratelimit-input-tokens-remaining": "9000",
  "anthropic-ratelimit-requests-reset": RESET,
  "anthropic-ratelimit-unified-status": "allowed_warning",
  "anthropic-ratelimit-unified-7d_oi-utilization": "0.5",
  "anthropic-ratelimit-unified-representative-claim": "seven_day_overage_included",
  "x-tokenlimit-remaining": "10",
  "x-codex-primary-used-percent": "22.5",
  "x-codex-bengalfox-secondary-window-minutes": "10080",
  "x-codex-bengalfox-limit-name": "gpt-5.3 codex spark",
  "x-codex-primary-reset-at": "1795300000",
  "x-codex-credits-has-credits": "true",
  "x-litellm-key-spend": "1.23",
  "x-chutes-quota-remaining": "5",
};

describe("the headers that leave the process", () => {
  it("are all of those that the exporter looks at", () => {
    const now = new Date("2026-11-22T10:00:00Z");

    expect(lookedAt(KNOWN, now)).toEqual(KNOWN);
    expect(limitHeaders(Object.entries(KNOWN))).toEqual(KNOWN);
  });

  it("are found whatever the case of their letters", () => {
    expect(limitHeaders([["X-RateLimit-Limit", "5"]])).toEqual({ "x-ratelimit-limit": "5" });
  });

  it.each([
    ["set-cookie", "a=1"],
    ["authorization", "Bearer x"],
    ["x-api-key", "1"],
    ["openai-organization", "acme"],
    ["x-codex-promo-message", "hello"],
    ["x-ratelimit-limit-requests", "sk-proj-0123456789abcdefghijklm"],
    ["x-ratelimit-limit-requests", "1\u0000"],
    ["x-ratelimit-limit-requests", "1".repeat(600)],
  ])("are no others: %s: %s", (name, value) => {
    expect(limitHeaders([[name, value]])).toEqual({});
  });

  it("are no more than any provider sends", () => {
    const many = Array.from({ length: 500 }, (_, index) => [`x-ratelimit-limit-${index}`, "1"] as const);

    expect(Object.keys(limitHeaders(many))).toHaveLength(64);
  });
});
