import type { ProviderContract } from "../../contract/contract.ts";
import usage from "./fixtures/usage.200.json" with { type: "json" };

export const contract: ProviderContract = {
  apiKey: "planted-opencode-0123456789",
  quotas: ["five_hour", "weekly", "monthly"],
  calls: [
    {
      method: "GET",
      path: "/usage",
      answer: usage,
      needs: [
        "usage",
        "usage.rolling",
        "usage.rolling.percent",
        "usage.weekly.percent",
        "usage.weekly.resetsAt",
        "usage.monthly.percent",
      ],
      numbersMayBeText: true,
    },
  ],
};
