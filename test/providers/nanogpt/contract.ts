import type { ProviderContract } from "../../contract/contract.ts";
import balance from "./fixtures/check-balance.200.json" with { type: "json" };
import usage from "./fixtures/subscription-usage.200.json" with { type: "json" };
import legacy from "./fixtures/subscription-usage.200.legacy.json" with { type: "json" };

export const contract: ProviderContract = {
  apiKey: "sk-nano-planted-0123456789",
  quotas: ["weekly_input_tokens", "daily_images", "balance"],
  calls: [
    {
      method: "GET",
      path: "/subscription/v1/usage",
      answer: usage,
      needs: [
        "active",
        "state",
        "limits",
        "limits.weeklyInputTokens",
        "weeklyInputTokens",
        "weeklyInputTokens.used",
        "weeklyInputTokens.remaining",
        "weeklyInputTokens.resetAt",
        "dailyImages.remaining",
      ],
    },
    { method: "POST", path: "/check-balance", answer: balance, needs: ["usd_balance"], isOptional: true },
  ],
};

export const others: Readonly<Record<string, ProviderContract>> = {
  "with a management token and an older plan": {
    apiKey: "sk-nano-mgmt-planted-0123456789",
    quotas: ["daily", "monthly"],
    calls: [
      {
        method: "GET",
        path: "/management/v1/subscription/usage",
        answer: legacy,
        needs: [
          "active",
          "state",
          "enforceDailyLimit",
          "limits.daily",
          "daily.used",
          "daily.resetAt",
          "monthly.remaining",
        ],
      },
    ],
  },
};
