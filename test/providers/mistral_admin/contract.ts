import type { ProviderContract } from "../../contract/contract.ts";
import limit from "./fixtures/limit.200.json" with { type: "json" };

export const contract: ProviderContract = {
  apiKey: "planted-mistral_admin-0123456789",
  quotas: ["monthly_spend"],
  calls: [
    {
      method: "GET",
      path: "/spend-limit",
      answer: limit,
      needs: ["limits.completion", "limits.completion.monthly_limit_reached"],
    },
  ],
};
