import type { ProviderContract } from "../../contract/contract.ts";
import balance from "./fixtures/balance.200.json" with { type: "json" };

export const contract: ProviderContract = {
  apiKey: "planted-windsurf-0123456789",
  quotas: ["add_on_credits"],
  calls: [
    {
      method: "POST",
      path: "/GetTeamCreditBalance",
      answer: balance,
      needs: ["addOnCreditsAvailable", "addOnCreditsUsed"],
      numbersMayBeText: true,
    },
  ],
};
