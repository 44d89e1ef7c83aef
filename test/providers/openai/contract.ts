import type { ProviderContract } from "../../contract/contract.ts";
import completion from "./fixtures/chat-completions.200.json" with { type: "json" };
import models from "./fixtures/models.200.json" with { type: "json" };

/** The quotas stand in headers, which these answers do not have. */
export const contract: ProviderContract = {
  apiKey: "sk-proj-planted-0123456789",
  settings: { probe: true, probe_model: "gpt-5-mini" },
  quotas: [],
  calls: [
    { method: "GET", path: "/models", answer: models, needs: ["data", "data.0", "data.1.id"] },
    {
      method: "POST",
      path: "/chat/completions",
      answer: completion,
      needs: ["usage", "usage.prompt_tokens", "usage.completion_tokens"],
    },
  ],
};
