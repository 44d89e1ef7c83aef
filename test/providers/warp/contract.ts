import type { ProviderContract } from "../../contract/contract.ts";
import limit from "./fixtures/limit.200.json" with { type: "json" };

export const contract: ProviderContract = {
  apiKey: "planted-warp-0123456789",
  quotas: ["monthly", "bonus_credits", "expiring_credits"],
  calls: [
    {
      method: "POST",
      path: "/graphql/v2?op=GetRequestLimitInfo",
      answer: limit,
      needs: ["data", "data.user", "data.user.user.requestLimitInfo"],
    },
  ],
};
