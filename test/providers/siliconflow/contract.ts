import type { ProviderContract } from "../../contract/contract.ts";
import userInfo from "./fixtures/user-info.200.json" with { type: "json" };

export const contract: ProviderContract = {
  apiKey: "sk-planted-siliconflow-0123456789",
  quotas: ["balance"],
  calls: [
    {
      method: "GET",
      path: "/user/info",
      answer: userInfo,
      needs: ["data", "data.totalBalance"],
      numbersMayBeText: true,
    },
  ],
};
