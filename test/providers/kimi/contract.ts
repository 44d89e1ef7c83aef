import type { ProviderContract } from "../../contract/contract.ts";
import usages from "./fixtures/usages.200.json" with { type: "json" };
import older from "./fixtures/usages.older.json" with { type: "json" };

const call = { method: "GET", path: "/usages", numbersMayBeText: true } as const;
const apiKey = "sk-kimi-planted-0123456789";
const quotas = ["weekly", "five_hour"];

export const contract: ProviderContract = {
  apiKey,
  quotas,
  calls: [{ ...call, answer: usages, needs: ["usage", "usage.limit", "usage.used", "usage.remaining"] }],
};

export const others: Readonly<Record<string, ProviderContract>> = {
  "of an older plan": {
    apiKey,
    quotas,
    calls: [{ ...call, answer: older, needs: ["usage", "usage.limit", "usage.remaining"] }],
  },
};
