import type { ProviderContract } from "../../contract/contract.ts";
import subscription from "./fixtures/subscription.200.json" with { type: "json" };

export const contract: ProviderContract = {
  apiKey: "planted-elevenlabs-0123456789",
  quotas: ["monthly_characters"],
  calls: [
    {
      method: "GET",
      path: "/v1/user/subscription",
      answer: subscription,
      needs: ["character_count", "character_limit", "next_character_count_reset_unix"],
      numbersMayBeText: true,
    },
  ],
};
