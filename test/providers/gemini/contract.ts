import type { ProviderContract } from "../../contract/contract.ts";
import models from "./fixtures/models.200.json" with { type: "json" };

export const contract: ProviderContract = {
  apiKey: "AIzaPlanted0123456789",
  quotas: [],
  calls: [
    { method: "GET", path: "/models?pageSize=1000", answer: models, needs: ["models", "models.0", "models.1.name"] },
  ],
};
