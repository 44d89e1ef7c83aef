import type { ProviderContract } from "../../contract/contract.ts";
import summary from "./fixtures/retrieve-user-quota-summary.200.json" with { type: "json" };
import models from "./fixtures/retrieve-user-quota-summary.200.models.json" with { type: "json" };

const token = "ya29.planted0123456789";

export const contract: ProviderContract = {
  loginFile: {
    token,
    content: { access_token: token, refresh_token: "1//invented", expiry_date: 1_795_298_400_000 },
  },
  quotas: ["gemini_weekly", "gemini_five_hour", "third_party_five_hour", "third_party_weekly"],
  calls: [
    {
      method: "POST",
      path: ":retrieveUserQuotaSummary",
      answer: summary,
      needs: [
        "groups",
        "groups.0",
        "groups.0.displayName",
        "groups.0.buckets",
        "groups.0.buckets.0.bucketId",
        "groups.0.buckets.0.window",
        "groups.0.buckets.0.remainingFraction",
        "groups.0.buckets.0.resetTime",
        "groups.1.buckets.0.disabled",
        "groups.1.buckets.1.remaining.remainingFraction",
      ],
    },
  ],
};

export const others: Readonly<Record<string, ProviderContract>> = {
  "told by models": {
    ...contract,
    quotas: ["gemini_3_pro_high", "gemini_3_flash"],
    calls: [
      {
        method: "POST",
        path: ":retrieveUserQuotaSummary",
        answer: models,
        needs: ["buckets", "buckets.0.modelId", "buckets.0.remainingFraction"],
      },
    ],
  },
};
