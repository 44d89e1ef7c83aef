import type { ProviderContract } from "../../contract/contract.ts";
import limits from "./fixtures/limits.200.json" with { type: "json" };

export const contract: ProviderContract = {
  apiKey: "planted-factory-0123456789",
  quotas: ["five_hour", "weekly", "monthly", "core_weekly", "core_monthly", "extra_usage"],
  calls: [
    {
      method: "GET",
      path: "/api/billing/limits",
      answer: limits,
      needs: ["limits", "limits.standard", "extraUsageBalanceCents"],
      numbersMayBeText: true,
    },
  ],
};
