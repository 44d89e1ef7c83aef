import type { ProviderContract } from "../../contract/contract.ts";
import checklist from "./fixtures/checklist.200.json" with { type: "json" };

export const contract: ProviderContract = {
  apiKey: "planted-deepinfra-0123456789",
  quotas: ["balance", "spend_limit"],
  calls: [
    {
      method: "GET",
      path: "/payment/checklist?compute_owed=true",
      answer: checklist,
      needs: ["stripe_balance", "recent", "suspended"],
      numbersMayBeText: true,
    },
  ],
};
