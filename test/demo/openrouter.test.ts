import { describe, expect, it } from "vitest";
import { SimulatedBalance } from "../../src/demo/balance.ts";
import { openrouter } from "../../src/demo/openrouter.ts";
import { ask } from "./ask.ts";
import { NOON } from "./hand-clock.ts";

const KEY = "key-of-the-account";
const BEARER = { headers: { authorization: `Bearer ${KEY}` } };

describe("simulated OpenRouter", () => {
  it("tells what is left of the cap of a key, and when the key expires", async () => {
    const cap = { limit: 50, left: new SimulatedBalance({ amount: 12.5 }) };

    const { status, body } = await ask(openrouter({ key: KEY, cap, expiresAt: new Date(NOON) }), "/key", BEARER);

    expect(status).toBe(200);
    expect(body).toMatchObject({
      data: {
        limit: 50,
        limit_remaining: 12.5,
        limit_reset: null,
        usage: 37.5,
        expires_at: "2026-11-21T12:00:00.000Z",
        is_management_key: false,
      },
    });
  });

  it("has null for the cap of a key without one", async () => {
    const { body } = await ask(openrouter({ key: KEY }), "/key", BEARER);

    expect(body).toMatchObject({ data: { limit: null, limit_remaining: null, usage: 0, expires_at: null } });
  });

  it("shows the money of the account to management keys, as all that was bought and all that was used", async () => {
    const credits = { bought: 150, left: new SimulatedBalance({ amount: 37.5 }) };

    const answer = await ask(openrouter({ key: KEY, credits }), "/credits", BEARER);

    expect(answer).toEqual({ status: 200, body: { data: { total_credits: 150, total_usage: 112.5 } } });
  });

  it.each([
    { name: "the money of the account to other keys", path: "/credits", init: BEARER, status: 403 },
    { name: "a wrong key", path: "/key", init: { headers: { authorization: "Bearer x" } }, status: 401 },
    { name: "another path", path: "/auth", init: BEARER, status: 404 },
  ])("refuses $name with $status", async ({ path, init, status }) => {
    const answer = await ask(openrouter({ key: KEY }), path, init);

    expect(answer).toEqual({ status, body: { error: { code: status, message: `simulated status ${status}` } } });
  });
});
