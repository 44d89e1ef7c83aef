import type { ProviderContract } from "../../contract/contract.ts";
import models from "./fixtures/models.200.json" with { type: "json" };

export const contract: ProviderContract = {
  apiKey: "sk-planted0123456789",
  quotas: [],
  calls: [{ method: "GET", path: "/models", answer: models, needs: ["data", "data.0", "data.1.id"] }],
};
