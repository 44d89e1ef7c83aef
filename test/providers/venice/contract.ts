import type { ProviderContract } from "../../contract/contract.ts";
import balance from "./fixtures/balance.200.json" with { type: "json" };

export const contract: ProviderContract = {
  apiKey: "planted-venice-0123456789",
  quotas: ["daily_diem", "balance"],
  calls: [
    {
      method: "GET",
      path: "/billing/balance",
      answer: balance,
      needs: ["balances", "balances.diem", "canConsume"],
      numbersMayBeText: true,
    },
  ],
};
