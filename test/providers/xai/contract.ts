import type { ProviderContract } from "../../contract/contract.ts";
import balance from "./fixtures/balance.200.json" with { type: "json" };
import validation from "./fixtures/validation.200.json" with { type: "json" };

const balanceCall = {
  method: "GET",
  path: `/v1/billing/teams/${validation.teamId}/prepaid/balance`,
  answer: balance,
  needs: ["total"],
} as const;

export const contract: ProviderContract = {
  apiKey: "planted-xai-0123456789",
  quotas: ["balance"],
  calls: [{ method: "GET", path: "/auth/management-keys/validation", answer: validation, needs: [] }, balanceCall],
};

export const others: Readonly<Record<string, ProviderContract>> = {
  "with its team": {
    apiKey: "planted-xai-0123456789",
    settings: { team_id: validation.teamId },
    quotas: ["balance"],
    calls: [balanceCall],
  },
};
