import type { ProviderContract } from "../../contract/contract.ts";
import tags from "./fixtures/tags.200.json" with { type: "json" };
import version from "./fixtures/version.200.json" with { type: "json" };

export const contract: ProviderContract = {
  quotas: [],
  calls: [
    { method: "GET", path: "/api/version", answer: version, needs: ["version"] },
    { method: "GET", path: "/api/tags", answer: tags, needs: ["models", "models.0", "models.1.name"] },
  ],
};
