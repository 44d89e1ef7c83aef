import type { ProviderContract } from "../../contract/contract.ts";
import credits from "./fixtures/ai-credit.200.json" with { type: "json" };
import snakeCase from "./fixtures/ai-credit.older.json" with { type: "json" };

const call = { method: "GET", numbersMayBeText: true } as const;
const path = (query = "") => `/organizations/acme/settings/billing/ai_credit/usage?year=2026&month=11${query}`;
const apiKey = "github_pat_planted0123456789";
const settings = { scope: "organizations", owner: "acme" };
const quotas = ["monthly_spend_usd", "monthly_credits"];

export const contract: ProviderContract = {
  apiKey,
  settings,
  quotas,
  calls: [{ ...call, path: path(), answer: credits, needs: ["usageItems"] }],
};

export const others: Readonly<Record<string, ProviderContract>> = {
  "of one member, in snake case": {
    apiKey,
    settings: { ...settings, user: "octo" },
    quotas,
    calls: [{ ...call, path: path("&user=octo"), answer: snakeCase, needs: [] }],
  },
};
