import type { ProviderContract } from "../../contract/contract.ts";
import balance from "./fixtures/balance.200.json" with { type: "json" };
import detail from "./fixtures/detail.200.json" with { type: "json" };

export const contract: ProviderContract = {
  apiKey: "planted-zenmux-0123456789",
  quotas: ["five_hour", "weekly", "balance"],
  calls: [
    {
      method: "GET",
      path: "/payg/balance",
      answer: balance,
      needs: ["data", "data.total_credits"],
      numbersMayBeText: true,
    },
    {
      method: "GET",
      path: "/subscription/detail",
      answer: detail,
      needs: ["data", "data.quota_5_hour", "data.quota_7_day"],
    },
  ],
};
