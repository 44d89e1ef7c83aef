import type { ProviderContract } from "../../contract/contract.ts";
import user from "./fixtures/user.200.json" with { type: "json" };
import older from "./fixtures/user.older.json" with { type: "json" };

const call = { method: "GET", path: "/copilot_internal/user", numbersMayBeText: true } as const;
const apiKey = "gho_planted0123456789";

export const contract: ProviderContract = {
  apiKey,
  quotas: ["premium_interactions", "chat", "completions"],
  calls: [{ ...call, answer: user, needs: ["quota_snapshots"] }],
};

export const others: Readonly<Record<string, ProviderContract>> = {
  "of the older Free plan": {
    apiKey,
    quotas: ["chat", "completions"],
    calls: [{ ...call, answer: older, needs: ["limited_user_quotas"] }],
  },
};
