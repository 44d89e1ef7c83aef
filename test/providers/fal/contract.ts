import type { ProviderContract } from "../../contract/contract.ts";
import billing from "./fixtures/billing.200.json" with { type: "json" };

export const contract: ProviderContract = {
  apiKey: "planted-fal-0123456789",
  quotas: ["balance"],
  calls: [
    {
      method: "GET",
      path: "/account/billing?expand=credits",
      answer: billing,
      needs: ["credits", "credits.current_balance"],
      numbersMayBeText: true,
    },
  ],
};
