import type { ProviderContract } from "../../contract/contract.ts";
import costs from "./fixtures/costs.200.json" with { type: "json" };

export const contract: ProviderContract = {
  apiKey: "sk-admin-planted0123456789",
  quotas: ["monthly_spend"],
  calls: [
    {
      method: "GET",
      path: "/organization/costs?start_time=1793491200&bucket_width=1d&limit=31",
      answer: costs,
      // A value may be a text too, so it is not broken here.
      needs: ["data", "data.0.results", "data.0.results.0.amount", "data.2.results.0.amount.currency", "has_more"],
    },
  ],
};
