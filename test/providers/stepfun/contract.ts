import type { ProviderContract } from "../../contract/contract.ts";
import accounts from "./fixtures/accounts.200.json" with { type: "json" };

export const contract: ProviderContract = {
  apiKey: "planted-stepfun-0123456789",
  quotas: ["balance"],
  calls: [{ method: "GET", path: "/accounts", answer: accounts, needs: ["balance"], numbersMayBeText: true }],
};
