import type { ProviderContract } from "../../contract/contract.ts";
import credits from "./fixtures/credits.200.json" with { type: "json" };
import key from "./fixtures/key.200.json" with { type: "json" };

export const contract: ProviderContract = {
  apiKey: "sk-or-v1-planted0123456789",
  quotas: ["balance", "key_limit", "free_model_daily_requests"],
  calls: [
    {
      method: "GET",
      path: "/key",
      answer: key,
      needs: [
        "data",
        "data.limit",
        "data.limit_remaining",
        "data.limit_reset",
        "data.include_byok_in_limit",
        "data.usage_monthly",
        "data.byok_usage_monthly",
        "data.free_model_daily_requests",
        "data.free_model_daily_requests.used",
        "data.free_model_daily_requests.limit",
        "data.free_model_daily_requests.remaining",
        "data.expires_at",
      ],
    },
    {
      method: "GET",
      path: "/credits",
      answer: credits,
      needs: ["data", "data.total_credits", "data.total_usage"],
      isOptional: true,
    },
  ],
};
