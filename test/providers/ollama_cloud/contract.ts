import type { ProviderContract } from "../../contract/contract.ts";
import usage from "./fixtures/usage.200.json" with { type: "json" };
import monthly from "./fixtures/usage.200.monthly.json" with { type: "json" };

export const contract: ProviderContract = {
  apiKey: "planted0123456789.planted",
  quotas: ["session", "weekly"],
  calls: [
    {
      method: "GET",
      path: "/api/usage",
      answer: usage,
      needs: ["limits", "limits.session", "limits.session.usage", "limits.weekly", "limits.weekly.usage"],
    },
  ],
};

export const others: Readonly<Record<string, ProviderContract>> = {
  "paid by the month": {
    ...contract,
    quotas: ["monthly"],
    calls: [{ method: "GET", path: "/api/usage", answer: monthly, needs: ["limits", "limits.monthly.usage"] }],
  },
};
