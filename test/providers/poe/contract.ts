import type { ProviderContract } from "../../contract/contract.ts";
import balance from "./fixtures/balance.200.json" with { type: "json" };

export const contract: ProviderContract = {
  apiKey: "planted-poe-0123456789",
  quotas: ["balance"],
  calls: [
    {
      method: "GET",
      path: "/usage/current_balance",
      answer: balance,
      needs: ["current_point_balance"],
      numbersMayBeText: true,
    },
  ],
};
