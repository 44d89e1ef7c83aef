import type { ProviderContract } from "../../contract/contract.ts";
import limit from "./fixtures/limit.200.json" with { type: "json" };
import older from "./fixtures/limit.older.json" with { type: "json" };

const call = { method: "GET", path: "/api/monitor/usage/quota/limit", numbersMayBeText: true } as const;
const apiKey = "planted.zai.0123456789";
const NEEDS = ["data", "data.limits", "data.limits.0", "data.limits.1"];

export const contract: ProviderContract = {
  apiKey,
  quotas: ["five_hour", "weekly"],
  calls: [{ ...call, answer: limit, needs: [...NEEDS, "data.limits.0.usage", "data.limits.1.currentValue"] }],
};

export const others: Readonly<Record<string, ProviderContract>> = {
  "of an older plan": {
    apiKey,
    quotas: ["five_hour", "weekly", "mcp_monthly"],
    calls: [{ ...call, answer: older, needs: [...NEEDS, "data.limits.0.percentage", "data.limits.2.remaining"] }],
  },
};
