import type { ProviderContract } from "../../contract/contract.ts";
import creditGrants from "./fixtures/credit-grants.200.json" with { type: "json" };
import subscription from "./fixtures/subscription.200.json" with { type: "json" };
import tokenUsage from "./fixtures/token-usage.200.json" with { type: "json" };
import usage from "./fixtures/usage.200.json" with { type: "json" };
import userSelf from "./fixtures/user-self.200.json" with { type: "json" };

const common = { apiKey: "sk-planted0123456789", quotas: ["balance"] };

// Amounts may be texts too, so they are not broken here.
export const contract: ProviderContract = {
  ...common,
  calls: [
    {
      method: "GET",
      path: "/api/usage/token",
      answer: tokenUsage,
      needs: ["data", "data.unlimited_quota", "data.expires_at"],
    },
  ],
};

export const others: Readonly<Record<string, ProviderContract>> = {
  dashboard: {
    ...common,
    settings: { api: "dashboard" },
    calls: [
      {
        method: "GET",
        path: "/v1/dashboard/billing/subscription",
        answer: subscription,
        needs: ["access_until"],
      },
      { method: "GET", path: "/v1/dashboard/billing/usage", answer: usage, needs: [] },
    ],
  },
  "credit grants": {
    ...common,
    settings: { api: "credit_grants" },
    calls: [{ method: "GET", path: "/dashboard/billing/credit_grants", answer: creditGrants, needs: [] }],
  },
  user: {
    ...common,
    settings: { api: "user", user_id: 41 },
    calls: [{ method: "GET", path: "/api/user/self", answer: userSelf, needs: ["data"] }],
  },
};
