import type { ProviderContract } from "../../contract/contract.ts";
import balance from "./fixtures/balance-detail.200.json" with { type: "json" };

export const contract: ProviderContract = {
  apiKey: "planted-novita-0123456789",
  quotas: ["balance"],
  calls: [
    {
      method: "GET",
      path: "/openapi/v1/billing/balance/detail",
      answer: balance,
      needs: ["availableBalance"],
      numbersMayBeText: true,
    },
  ],
};
