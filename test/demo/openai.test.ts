import { describe, expect, it } from "vitest";
import { SimulatedBucket } from "../../src/demo/bucket.ts";
import { steady } from "../../src/demo/load.ts";
import { openai } from "../../src/demo/openai.ts";
import { ask, hear } from "./ask.ts";
import { handClock } from "./hand-clock.ts";

const KEY = "key-of-the-account";
const BEARER = { headers: { authorization: `Bearer ${KEY}` } };
const PROBE = { method: "POST", ...BEARER };

function limitsOf(headers: Headers): Record<string, string> {
  return Object.fromEntries([...headers].filter(([name]) => /^(?:x-ratelimit-|retry-after)/.test(name)));
}

describe("simulated OpenAI", () => {
  it("lists its models without a word about limits", async () => {
    const buckets = { requests: new SimulatedBucket({ perMinute: 60, load: [] }) };

    const { status, headers, body } = await hear(
      openai({ key: KEY, models: ["gpt-5", "gpt-5-nano"], buckets }),
      "/models",
      BEARER,
    );

    expect(status).toBe(200);
    expect(body).toMatchObject({ object: "list", data: [{ id: "gpt-5" }, { id: "gpt-5-nano" }] });
    expect(limitsOf(headers)).toEqual({});
  });

  it("tells its limits beside a completion", async () => {
    const { clock, pass } = handClock();
    const buckets = {
      requests: new SimulatedBucket({ perMinute: 60, load: steady(2) }, clock),
      tokens: new SimulatedBucket({ perMinute: 60_000, load: steady(100) }, clock),
    };
    pass(10);

    const { status, headers, body } = await hear(openai({ key: KEY, models: [], buckets }), "/chat/completions", PROBE);

    expect(status).toBe(200);
    expect(body).toMatchObject({ usage: { prompt_tokens: 7, completion_tokens: 1 } });
    expect(limitsOf(headers)).toEqual({
      "x-ratelimit-limit-requests": "60",
      "x-ratelimit-remaining-requests": "50",
      "x-ratelimit-reset-requests": "10s",
      "x-ratelimit-limit-tokens": "60000",
      "x-ratelimit-remaining-tokens": "60000",
      "x-ratelimit-reset-tokens": "0s",
    });
  });

  it.each([
    { asked: 1020, reset: "20ms" },
    { asked: 2500, reset: "1.5s" },
    { asked: 61_000, reset: "1m0s" },
  ])("tells a bucket that is full again in $reset the way Go prints it", async ({ asked, reset }) => {
    const { clock, pass } = handClock();
    const buckets = { tokens: new SimulatedBucket({ perMinute: 60_000, load: steady(asked) }, clock) };
    pass(1);

    const { headers } = await hear(openai({ key: KEY, models: [], buckets }), "/chat/completions", PROBE);

    expect(headers.get("x-ratelimit-reset-tokens")).toBe(reset);
  });

  it("refuses a completion while a bucket is empty, and tells its limits all the same", async () => {
    const { clock, pass } = handClock();
    const buckets = { requests: new SimulatedBucket({ perMinute: 60, load: steady(100) }, clock) };
    pass(10);

    const { status, headers, body } = await hear(openai({ key: KEY, models: [], buckets }), "/chat/completions", PROBE);

    expect(status).toBe(429);
    expect(body).toMatchObject({ error: { type: "requests", code: "rate_limit_exceeded" } });
    expect(limitsOf(headers)).toMatchObject({ "x-ratelimit-remaining-requests": "0", "retry-after": "1" });
  });

  it.each([
    {
      name: "a wrong key",
      path: "/models",
      init: { headers: { authorization: "Bearer x" } },
      status: 401,
      code: "invalid_api_key",
    },
    { name: "a completion by GET", path: "/chat/completions", init: BEARER, status: 404, code: null },
  ])("refuses $name with $status", async ({ path, init, status, code }) => {
    const answer = await ask(openai({ key: KEY, models: [], buckets: {} }), path, init);

    expect(answer).toMatchObject({ status, body: { error: { message: `simulated status ${status}`, code } } });
  });
});
