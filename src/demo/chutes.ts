import type { SimulatedBalance } from "./balance.ts";
import type { Reply, Upstream } from "./upstream.ts";
import type { SimulatedWindow } from "./window.ts";

interface ChutesAccount {
  readonly key: string;
  /** In dollars. */
  readonly balance: SimulatedBalance;
  /** Of the plan, in millionths of a dollar; undefined for an account without one. */
  readonly caps?: { readonly fourHour: SimulatedWindow; readonly monthly: SimulatedWindow };
  /** Requests a day that an older account without a plan has; others have a quota of 0. */
  readonly daily?: SimulatedWindow;
}

// https://github.com/chutesai/chutes-api (api/user/router.py), read 2026-11-21.
export function chutes({ key, balance, caps, daily }: ChutesAccount): Upstream {
  const bodies: Readonly<Record<string, () => object>> = {
    "/users/me/subscription_usage": () =>
      caps === undefined
        ? { subscription: false }
        : {
            subscription: true,
            custom: false,
            // The server makes the cap of a month out of the price: five times as much.
            monthly_price: dollars(caps.monthly.read().limit) / 5,
            four_hour: capBody(caps.fourHour),
            monthly: capBody(caps.monthly),
          },
    "/users/me": () => ({ username: "demo", user_id: "demo", balance: balance.read() }),
    "/users/me/quota_usage/me": () => {
      const { limit = 0, used = 0 } = daily?.read() ?? {};
      return { quota: limit, used };
    },
  };
  return {
    basePath: "",
    failure,
    reply({ method, path, bearer }) {
      const body = bodies[path];
      if (method !== "GET" || body === undefined) return failure(404);
      return bearer === key ? { status: 200, body: body() } : failure(401);
    },
  };
}

/** `remaining` stops at 0, `usage` may go on past the cap. */
function capBody(window: SimulatedWindow): object {
  const { limit, used, remaining, resetAt } = window.read();
  return {
    usage: dollars(used),
    cap: dollars(limit),
    remaining: dollars(remaining),
    reset_at: new Date(resetAt).toISOString().replace("Z", "+00:00"),
  };
}

function dollars(millionths: number): number {
  return millionths / 1e6;
}

function failure(status: number): Reply {
  return { status, body: { detail: `simulated status ${status}` } };
}
