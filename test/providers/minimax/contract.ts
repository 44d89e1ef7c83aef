import type { ProviderContract } from "../../contract/contract.ts";
import remains from "./fixtures/remains.200.json" with { type: "json" };
import older from "./fixtures/remains.older.json" with { type: "json" };

const call = { method: "GET", path: "/token_plan/remains", numbersMayBeText: true } as const;
const apiKey = "sk-cp-planted-minimax-0123456789";
const NEEDS = ["model_remains", "model_remains.0"];
const of = (...fields: readonly string[]) => [...NEEDS, ...fields.map((field) => `model_remains.0.${field}`)];

export const contract: ProviderContract = {
  apiKey,
  quotas: ["five_hour", "weekly"],
  calls: [
    {
      ...{ ...call, answer: remains },
      needs: of("current_interval_remaining_percent", "current_weekly_remaining_percent"),
    },
  ],
};

export const others: Readonly<Record<string, ProviderContract>> = {
  "with counts": {
    apiKey,
    quotas: ["minimax_m_five_hour", "minimax_m_weekly"],
    calls: [
      {
        ...{ ...call, answer: older },
        needs: of("current_interval_total_count", "current_interval_usage_count", "current_weekly_usage_count"),
      },
    ],
  },
};
