import type { ProviderContract } from "../../contract/contract.ts";
import balance from "./fixtures/balance.200.json" with { type: "json" };

export const contract: ProviderContract = {
  apiKey: "sk-planted-moonshot-0123456789",
  quotas: ["balance"],
  calls: [
    {
      method: "GET",
      path: "/users/me/balance",
      answer: balance,
      needs: ["data", "data.available_balance"],
      numbersMayBeText: true,
    },
  ],
};
