import type { ProviderContract } from "../../contract/contract.ts";
import balance from "./fixtures/user-balance.200.json" with { type: "json" };

export const contract: ProviderContract = {
  apiKey: "sk-planted-0123456789",
  quotas: ["balance_cny", "balance_usd"],
  calls: [
    {
      method: "GET",
      path: "/user/balance",
      answer: balance,
      needs: ["is_available", "balance_infos", "balance_infos.0.currency", "balance_infos.1.total_balance"],
    },
  ],
};
