import type { ProviderContract } from "../../contract/contract.ts";
import quota from "./fixtures/quota.200.json" with { type: "json" };

export const contract: ProviderContract = {
  apiKey: "planted-neuralwatt-0123456789",
  quotas: ["monthly", "balance", "key_limit"],
  calls: [
    {
      method: "GET",
      path: "/quota",
      answer: quota,
      needs: ["balance", "balance.credits_remaining_usd", "subscription.kwh_used", "key.allowance.spent_usd"],
      numbersMayBeText: true,
    },
  ],
};
