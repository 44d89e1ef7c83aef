import type { SimulatedBalance } from "./balance.ts";
import type { Reply, Upstream } from "./upstream.ts";

interface OpenrouterAccount {
  readonly key: string;
  /** A cap in dollars that never starts again, and what is left of it; undefined for a key without one. */
  readonly cap?: { readonly limit: number; readonly left: SimulatedBalance };
  /** In dollars, what was ever bought and what is left of it. Only management keys may see it. */
  readonly credits?: { readonly bought: number; readonly left: SimulatedBalance };
  readonly expiresAt?: Date;
}

// https://openrouter.ai/docs/api/api-reference/api-keys/get-current-key and …/credits/get-credits, read 2026-11-21.
export function openrouter(account: OpenrouterAccount): Upstream {
  const { key, credits } = account;
  return {
    basePath: "/api/v1",
    failure,
    reply({ method, path, bearer }) {
      if (method !== "GET" || (path !== "/key" && path !== "/credits")) return failure(404);
      if (bearer !== key) return failure(401);
      if (path === "/key") return { status: 200, body: { data: keyBody(account) } };
      if (credits === undefined) return failure(403);
      const left = credits.left.read();
      return { status: 200, body: { data: { total_credits: credits.bought, total_usage: credits.bought - left } } };
    },
  };
}

function keyBody({ cap, credits, expiresAt }: OpenrouterAccount): object {
  const left = cap?.left.read() ?? null;
  const usage = cap === undefined || left === null ? 0 : cap.limit - left;
  return {
    label: "sk-or-v1-dem…emo",
    limit: cap?.limit ?? null,
    limit_remaining: left,
    limit_reset: null,
    include_byok_in_limit: false,
    // As of a key that was made today.
    ...{ usage, usage_daily: usage, usage_weekly: usage, usage_monthly: usage },
    ...{ byok_usage: 0, byok_usage_daily: 0, byok_usage_weekly: 0, byok_usage_monthly: 0 },
    is_free_tier: false,
    is_management_key: credits !== undefined,
    is_provisioning_key: credits !== undefined,
    expires_at: expiresAt?.toISOString() ?? null,
    rate_limit: { requests: -1, interval: "10s", note: "deprecated" },
  };
}

function failure(status: number): Reply {
  return { status, body: { error: { code: status, message: `simulated status ${status}` } } };
}
