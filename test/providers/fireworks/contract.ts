import type { ProviderContract } from "../../contract/contract.ts";
import accounts from "./fixtures/accounts.200.json" with { type: "json" };
import quotas from "./fixtures/quotas.200.json" with { type: "json" };

const quotasCall = {
  method: "GET",
  path: "/v1/accounts/invented-team/quotas?pageSize=200",
  answer: quotas,
  needs: ["quotas", "quotas.0.value", "quotas.0.usage"],
  numbersMayBeText: true,
} as const;

export const contract: ProviderContract = {
  apiKey: "planted-fireworks-0123456789",
  quotas: ["monthly_spend_usd"],
  calls: [{ method: "GET", path: "/v1/accounts", answer: accounts, needs: ["accounts"] }, quotasCall],
};

export const others: Readonly<Record<string, ProviderContract>> = {
  "with its account": {
    apiKey: "planted-fireworks-0123456789",
    settings: { account_id: "invented-team" },
    quotas: ["monthly_spend_usd"],
    calls: [quotasCall],
  },
};
