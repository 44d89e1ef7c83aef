import { describe, expect, it } from "vitest";
import { SimulatedBalance } from "../../src/demo/balance.ts";
import { chutes } from "../../src/demo/chutes.ts";
import { SimulatedWindow } from "../../src/demo/window.ts";
import { ask } from "./ask.ts";
import { handClock } from "./hand-clock.ts";

const KEY = "key-of-the-account";
const BEARER = { headers: { authorization: `Bearer ${KEY}` } };
const balance = new SimulatedBalance({ amount: 6.5 });

describe("simulated Chutes", () => {
  it("tells the caps of a plan in dollars, here with one that is overdrawn", async () => {
    const { clock } = handClock();
    const fourHour = new SimulatedWindow(
      { limit: 4_166_667, periodSeconds: 14_400, usedAtStart: 5_000_000, soft: true },
      clock,
    );
    const monthly = new SimulatedWindow(
      { limit: 50_000_000, periodSeconds: 2_592_000, usedAtStart: 21_500_000 },
      clock,
    );

    const answer = await ask(
      chutes({ key: KEY, balance, caps: { fourHour, monthly } }),
      "/users/me/subscription_usage",
      BEARER,
    );

    expect(answer).toEqual({
      status: 200,
      body: {
        subscription: true,
        custom: false,
        monthly_price: 10,
        four_hour: { usage: 5, cap: 4.166667, remaining: 0, reset_at: "2026-11-21T16:00:00.000+00:00" },
        monthly: { usage: 21.5, cap: 50, remaining: 28.5, reset_at: "2026-12-21T12:00:00.000+00:00" },
      },
    });
  });

  it("says nothing but that there is no plan where there is none", async () => {
    const answer = await ask(chutes({ key: KEY, balance }), "/users/me/subscription_usage", BEARER);

    expect(answer).toEqual({ status: 200, body: { subscription: false } });
  });

  it.each([
    { name: "of an older account", daily: { limit: 200, usedAtStart: 12 }, body: { quota: 200, used: 12 } },
    { name: "of one that never had any", daily: undefined, body: { quota: 0, used: 0 } },
  ])("tells the daily requests $name", async ({ daily, body }) => {
    const window = daily && { daily: new SimulatedWindow({ ...daily, periodSeconds: 86_400 }) };

    const answer = await ask(chutes({ key: KEY, balance, ...window }), "/users/me/quota_usage/me", BEARER);

    expect(answer).toEqual({ status: 200, body });
  });

  it("tells the balance as a number", async () => {
    const { body } = await ask(chutes({ key: KEY, balance }), "/users/me", BEARER);

    expect(body).toMatchObject({ balance: 6.5 });
  });

  it.each([
    { name: "a wrong key", path: "/users/me", init: { headers: { authorization: "Bearer x" } }, status: 401 },
    { name: "no key", path: "/users/me", init: {}, status: 401 },
    { name: "another path", path: "/users/you", init: BEARER, status: 404 },
  ])("refuses $name with $status", async ({ path, init, status }) => {
    const answer = await ask(chutes({ key: KEY, balance }), path, init);

    expect(answer).toEqual({ status, body: { detail: `simulated status ${status}` } });
  });
});
