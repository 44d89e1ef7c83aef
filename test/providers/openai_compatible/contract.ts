import type { ProviderContract } from "../../contract/contract.ts";
import models from "./fixtures/models.200.lm-studio.json" with { type: "json" };

export const contract: ProviderContract = {
  apiKey: "planted0123456789",
  quotas: [],
  calls: [{ method: "GET", path: "/models", answer: models, needs: ["data", "data.0", "data.1.id"] }],
};

export const others: Readonly<Record<string, ProviderContract>> = {
  "without a key": { quotas: contract.quotas, calls: contract.calls.map((call) => ({ ...call, mayWantKey: true })) },
};
