import type { ProviderContract } from "../../contract/contract.ts";
import usage from "./fixtures/usage.200.json" with { type: "json" };

export const contract: ProviderContract = {
  apiKey: "planted-codebuff-0123456789",
  quotas: ["credits"],
  calls: [
    {
      method: "POST",
      path: "/api/v1/usage",
      answer: usage,
      needs: ["remainingBalance"],
      numbersMayBeText: true,
    },
  ],
};
