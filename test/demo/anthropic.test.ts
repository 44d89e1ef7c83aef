import { describe, expect, it } from "vitest";
import { anthropic } from "../../src/demo/anthropic.ts";
import { SimulatedBucket } from "../../src/demo/bucket.ts";
import { steady } from "../../src/demo/load.ts";
import { ask, hear } from "./ask.ts";
import { handClock } from "./hand-clock.ts";

const KEY = "key-of-the-account";
const API_KEY = { headers: { "x-api-key": KEY } };
const PROBE = { method: "POST", ...API_KEY };

function limitsOf(headers: Headers): Record<string, string> {
  const names = /^(?:anthropic-ratelimit-|retry-after)/;
  return Object.fromEntries([...headers].filter(([name]) => names.test(name)));
}

describe("simulated Anthropic", () => {
  it("lists its models without a word about limits", async () => {
    const { clock } = handClock();
    const buckets = { requests: new SimulatedBucket({ perMinute: 60, load: [] }, clock) };
    const upstream = anthropic({ key: KEY, models: ["claude-sonnet-5", "claude-haiku-4-5"], buckets }, clock);

    const { status, headers, body } = await hear(upstream, "/v1/models?limit=1000", API_KEY);

    expect(status).toBe(200);
    expect(body).toMatchObject({ data: [{ id: "claude-sonnet-5" }, { id: "claude-haiku-4-5" }], has_more: false });
    expect(limitsOf(headers)).toEqual({});
  });

  it("tells its limits beside a message: tokens in whole thousands, resets as instants in whole seconds", async () => {
    const { clock, pass } = handClock();
    const buckets = {
      requests: new SimulatedBucket({ perMinute: 60, load: steady(2) }, clock),
      "input-tokens": new SimulatedBucket({ perMinute: 60_000, load: steady(1234) }, clock),
    };
    const upstream = anthropic({ key: KEY, models: [], buckets }, clock);
    pass(10);

    const { status, headers, body } = await hear(upstream, "/v1/messages", PROBE);

    expect(status).toBe(200);
    expect(body).toMatchObject({ usage: { input_tokens: 8, output_tokens: 1 } });
    expect(limitsOf(headers)).toEqual({
      "anthropic-ratelimit-requests-limit": "60",
      "anthropic-ratelimit-requests-remaining": "50",
      "anthropic-ratelimit-requests-reset": "2026-11-21T12:00:20Z",
      "anthropic-ratelimit-input-tokens-limit": "60000",
      "anthropic-ratelimit-input-tokens-remaining": "58000",
      "anthropic-ratelimit-input-tokens-reset": "2026-11-21T12:00:13Z",
    });
  });

  it("refuses a message while a bucket is empty, and tells its limits all the same", async () => {
    const { clock, pass } = handClock();
    const buckets = { requests: new SimulatedBucket({ perMinute: 60, load: steady(100) }, clock) };
    const upstream = anthropic({ key: KEY, models: [], buckets }, clock);
    pass(10);

    const { status, headers, body } = await hear(upstream, "/v1/messages", PROBE);

    expect(status).toBe(429);
    expect(body).toMatchObject({ type: "error", error: { type: "rate_limit_error" } });
    expect(limitsOf(headers)).toMatchObject({ "anthropic-ratelimit-requests-remaining": "0", "retry-after": "1" });
  });

  it.each([
    {
      name: "a bearer token",
      path: "/v1/models",
      init: { headers: { authorization: `Bearer ${KEY}` } },
      status: 401,
      type: "authentication_error",
    },
    { name: "a message by GET", path: "/v1/messages", init: API_KEY, status: 404, type: "not_found_error" },
  ])("refuses $name with $status", async ({ path, init, status, type }) => {
    const answer = await ask(anthropic({ key: KEY, models: [], buckets: {} }), path, init);

    expect(answer).toMatchObject({ status, body: { type: "error", error: { type } } });
  });
});
