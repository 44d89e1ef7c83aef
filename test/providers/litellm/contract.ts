import type { ProviderContract } from "../../contract/contract.ts";
import keyInfo from "./fixtures/key-info.200.json" with { type: "json" };

export const contract: ProviderContract = {
  apiKey: "sk-planted0123456789",
  quotas: ["budget"],
  calls: [
    {
      method: "GET",
      path: "/key/info",
      answer: keyInfo,
      needs: ["info", "info.spend", "info.max_budget", "info.budget_duration", "info.budget_reset_at", "info.expires"],
    },
  ],
};
