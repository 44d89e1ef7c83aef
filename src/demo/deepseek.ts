import type { SimulatedBalance } from "./balance.ts";
import type { Reply, Upstream } from "./upstream.ts";

interface DeepseekAccount {
  readonly key: string;
  readonly balances: Readonly<Partial<Record<"USD" | "CNY", SimulatedBalance>>>;
}

// https://api-docs.deepseek.com/api/get-user-balance, read 2026-11: amounts are decimal strings, whole cents.
export function deepseek({ key, balances }: DeepseekAccount): Upstream {
  return {
    basePath: "",
    failure,
    reply({ method, path, bearer }) {
      if (method !== "GET" || path !== "/user/balance") return failure(404);
      if (bearer !== key) return failure(401);
      const amounts = Object.entries(balances).map(([currency, balance]) => ({ currency, cents: centsOf(balance) }));
      return {
        status: 200,
        body: {
          is_available: amounts.some(({ cents }) => cents > 0),
          balance_infos: amounts.map(({ currency, cents }) => ({
            currency,
            total_balance: decimal(cents),
            granted_balance: decimal(0),
            topped_up_balance: decimal(cents),
          })),
        },
      };
    },
  };
}

/** Rounded down, because a balance is not shown higher than it is; the margin is for binary fractions. */
function centsOf(balance: SimulatedBalance): number {
  return Math.floor(balance.read() * 100 + 1e-6);
}

function decimal(cents: number): string {
  return (cents / 100).toFixed(2);
}

function failure(status: number): Reply {
  const type = status === 401 ? "authentication_error" : "api_error";
  return { status, body: { error: { message: `simulated status ${status}`, type, param: null, code: null } } };
}
