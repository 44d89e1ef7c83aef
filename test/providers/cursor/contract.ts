import type { ProviderContract } from "../../contract/contract.ts";
import spend from "./fixtures/spend.200.json" with { type: "json" };
import older from "./fixtures/spend.older.json" with { type: "json" };

const apiKey = "key_planted0123456789";
/** An answer is a list of pages, so that what is wrong is not named by its place in one of them. */
const call = { method: "POST", path: "/teams/spend", needs: [] } as const;

export const contract: ProviderContract = {
  apiKey,
  quotas: ["team_spend", "user_overage_user_7", "user_spend_user_7", "user_spend_user_8"],
  calls: [{ ...call, answer: spend }],
};

export const others: Readonly<Record<string, ProviderContract>> = {
  "with fewer fields": {
    apiKey,
    quotas: ["team_spend", "user_spend_4711", "user_spend_4712"],
    calls: [{ ...call, answer: older }],
  },
};
