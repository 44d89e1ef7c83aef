import type { ProviderContract } from "../../contract/contract.ts";
import quotas from "./fixtures/quotas.200.json" with { type: "json" };
import older from "./fixtures/quotas.older.json" with { type: "json" };

const call = { method: "GET", path: "/quotas", numbersMayBeText: true } as const;
const apiKey = "syn_planted_0123456789";

export const contract: ProviderContract = {
  apiKey,
  quotas: ["five_hour", "weekly", "search_hourly"],
  calls: [
    {
      ...{ ...call, answer: quotas },
      needs: [
        "rollingFiveHourLimit",
        "rollingFiveHourLimit.max",
        "rollingFiveHourLimit.remaining",
        "weeklyTokenLimit.maxCredits",
        "weeklyTokenLimit.remainingCredits",
        "search.hourly.requests",
      ],
    },
  ],
};

export const others: Readonly<Record<string, ProviderContract>> = {
  "of the older form": {
    apiKey,
    quotas: ["five_hour", "search_hourly"],
    calls: [{ ...call, answer: older, needs: ["subscription", "subscription.limit", "subscription.requests"] }],
  },
};
