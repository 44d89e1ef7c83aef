import type { ProviderContract } from "../../contract/contract.ts";
import generated from "./fixtures/generate.200.json" with { type: "json" };
import tags from "./fixtures/tags.200.json" with { type: "json" };
import version from "./fixtures/version.200.json" with { type: "json" };

export const contract: ProviderContract = {
  settings: { probe: true },
  quotas: [],
  calls: [
    { method: "GET", path: "/api/version", answer: version, needs: ["version"] },
    {
      method: "GET",
      path: "/api/tags",
      answer: tags,
      needs: [
        "models",
        "models.0",
        "models.1.name",
        "models.0.size",
        "models.0.capabilities",
        "models.0.capabilities.0",
        "models.1.remote_host",
      ],
    },
    {
      method: "POST",
      path: "/api/generate",
      answer: generated,
      needs: ["done", "prompt_eval_count", "eval_count"],
    },
  ],
};
