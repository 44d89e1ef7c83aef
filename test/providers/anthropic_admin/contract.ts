import type { ProviderContract } from "../../contract/contract.ts";
import costs from "./fixtures/cost-report.200.json" with { type: "json" };

export const contract: ProviderContract = {
  apiKey: "sk-ant-admin01-planted-0123456789",
  quotas: ["monthly_spend"],
  calls: [
    {
      method: "GET",
      path: "/v1/organizations/cost_report?starting_at=2026-11-01T00:00:00Z&bucket_width=1d&limit=31",
      answer: costs,
      needs: ["data", "data.0.results", "data.0.results.0.amount", "data.2.results.0.currency", "has_more"],
    },
  ],
};
