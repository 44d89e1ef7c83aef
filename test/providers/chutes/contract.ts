import type { ProviderContract } from "../../contract/contract.ts";
import daily from "./fixtures/quota-usage.200.json" with { type: "json" };
import usage from "./fixtures/subscription-usage.200.json" with { type: "json" };
import none from "./fixtures/subscription-usage.200.none.json" with { type: "json" };
import me from "./fixtures/users-me.200.json" with { type: "json" };

export const contract: ProviderContract = {
  apiKey: "cpk_planted0123456789.planted",
  quotas: ["four_hour", "monthly", "balance"],
  calls: [
    {
      method: "GET",
      path: "/users/me/subscription_usage",
      answer: usage,
      needs: [
        "subscription",
        "four_hour",
        "four_hour.usage",
        "four_hour.cap",
        "four_hour.remaining",
        "four_hour.reset_at",
        "monthly.remaining",
      ],
    },
    { method: "GET", path: "/users/me", answer: me, needs: ["balance"], isOptional: true },
  ],
};

export const others: Readonly<Record<string, ProviderContract>> = {
  "without a subscription": {
    ...contract,
    quotas: ["daily", "balance"],
    calls: [
      { method: "GET", path: "/users/me/subscription_usage", answer: none, needs: ["subscription"] },
      { method: "GET", path: "/users/me", answer: me, needs: ["balance"], isOptional: true },
      { method: "GET", path: "/users/me/quota_usage/me", answer: daily, needs: ["quota", "used"], isOptional: true },
    ],
  },
};
