import type { ProviderContract } from "../../contract/contract.ts";
import completion from "./fixtures/chat-completions.200.json" with { type: "json" };
import models from "./fixtures/models.200.json" with { type: "json" };

/** The quotas stand in headers. */
export const contract: ProviderContract = {
  apiKey: "sk-proj-planted-0123456789",
  settings: { probe: true, probe_model: "gpt-5-mini" },
  quotas: ["requests", "tokens"],
  calls: [
    { method: "GET", path: "/models", answer: models, needs: ["data", "data.0", "data.1.id"] },
    {
      method: "POST",
      path: "/chat/completions",
      answer: completion,
      headers: {
        date: "Sat, 21 Nov 2026 12:00:00 GMT",
        "x-ratelimit-limit-requests": "500",
        "x-ratelimit-remaining-requests": "499",
        "x-ratelimit-reset-requests": "120ms",
        "x-ratelimit-remaining-tokens": "199987",
      },
      needs: ["usage", "usage.prompt_tokens", "usage.completion_tokens"],
    },
  ],
};
