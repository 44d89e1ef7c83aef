import type { Subscription } from "../quota/reading.ts";
import type { SimulatedBalance } from "./balance.ts";
import type { Call, Reply, Upstream } from "./upstream.ts";
import type { SimulatedWindow } from "./window.ts";

interface NanogptAccount {
  readonly key: string;
  readonly subscription?: Subscription;
  /** The credential may not see the wallet where there is none. */
  readonly wallet?: SimulatedBalance;
}

interface CurrentAccount extends NanogptAccount {
  readonly weeklyInputTokens?: SimulatedWindow;
  readonly dailyInputTokens?: SimulatedWindow;
  readonly dailyImages?: SimulatedWindow;
}

interface LegacyAccount extends NanogptAccount {
  readonly daily: SimulatedWindow;
  readonly monthly: SimulatedWindow;
  readonly enforceDailyLimit: boolean;
}

// https://docs.nano-gpt.com/api-reference/management-api, read 2026-11: a window that the plan lacks is null.
export function nanogpt(account: CurrentAccount): Upstream {
  const { weeklyInputTokens, dailyInputTokens, dailyImages } = account;
  return upstream(account, () => ({
    limits: {
      weeklyInputTokens: limitOf(weeklyInputTokens),
      dailyInputTokens: limitOf(dailyInputTokens),
      dailyImages: limitOf(dailyImages),
    },
    weeklyInputTokens: windowBody(weeklyInputTokens),
    dailyInputTokens: windowBody(dailyInputTokens),
    dailyImages: windowBody(dailyImages),
    routing: {},
  }));
}

// https://docs.nano-gpt.com/api-reference/endpoint/subscription-usage, read 2026-11: the shape before early 2026.
export function nanogptLegacy(account: LegacyAccount): Upstream {
  const { daily, monthly, enforceDailyLimit } = account;
  return upstream(account, () => ({
    limits: { daily: limitOf(daily), monthly: limitOf(monthly) },
    enforceDailyLimit,
    daily: windowBody(daily),
    monthly: windowBody(monthly),
  }));
}

function upstream(account: NanogptAccount, usage: () => object): Upstream {
  const state = account.subscription ?? "active";
  const subscription = {
    active: state !== "inactive",
    state,
    period: { currentPeriodEnd: "2099-01-01T00:00:00.000Z" },
    graceUntil: state === "grace" ? "2099-01-08T00:00:00.000Z" : null,
  };
  return {
    basePath: "/api",
    failure,
    reply(call) {
      if (call.method === "GET" && call.path === "/subscription/v1/usage") {
        if (call.bearer !== account.key && call.apiKeyHeader !== account.key) return failure(401);
        return { status: 200, body: { ...subscription, ...usage() } };
      }
      if (call.method === "POST" && call.path === "/check-balance") return walletReply(account, call);
      return failure(404);
    },
  };
}

/** Documented with `x-api-key` alone, so a bearer token is refused here. */
function walletReply({ key, wallet }: NanogptAccount, call: Call): Reply {
  if (call.apiKeyHeader !== key) return failure(401);
  if (wallet === undefined) return failure(403);
  const body = { usd_balance: wallet.read().toFixed(8), nano_balance: "0.00000000", nanoDepositAddress: "nano_1demo" };
  return { status: 200, body };
}

function limitOf(window: SimulatedWindow | undefined): number | null {
  return window?.read().limit ?? null;
}

function windowBody(window: SimulatedWindow | undefined): object | null {
  if (window === undefined) return null;
  if (window.degraded) return { used: null, remaining: null, percentUsed: null, degraded: true };
  const { limit, used, remaining, resetAt } = window.read();
  // A fraction in spite of its name, above 1 when overdrawn.
  return { used, remaining, percentUsed: used / limit, resetAt };
}

function failure(status: number): Reply {
  const type = status === 401 ? "authentication_error" : status === 429 ? "rate_limit_error" : "api_error";
  return { status, body: { error: { message: `simulated status ${status}`, type, code: null, param: null } } };
}
