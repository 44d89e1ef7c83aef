import type { ProviderContract } from "../../contract/contract.ts";
import quota from "./fixtures/retrieve-user-quota.200.json" with { type: "json" };

const token = "ya29.planted0123456789";

export const contract: ProviderContract = {
  loginFile: {
    token,
    content: {
      access_token: token,
      refresh_token: "1//invented",
      id_token: "invented",
      token_type: "Bearer",
      scope: "https://www.googleapis.com/auth/cloud-platform",
      expiry_date: 1_795_298_400_000,
    },
  },
  quotas: ["gemini_2_5_pro", "gemini_2_5_flash", "gemini_3_pro_preview"],
  calls: [
    {
      method: "POST",
      path: ":retrieveUserQuota",
      answer: quota,
      needs: [
        "buckets",
        "buckets.0",
        "buckets.0.modelId",
        "buckets.0.tokenType",
        "buckets.0.remainingFraction",
        "buckets.0.remainingAmount",
        "buckets.0.resetTime",
        "buckets.1.remainingFraction",
      ],
    },
  ],
};
