import type { ProviderContract } from "../../contract/contract.ts";
import headers from "./fixtures/chat-completions.200.headers.json" with { type: "json" };
import completion from "./fixtures/chat-completions.200.json" with { type: "json" };
import models from "./fixtures/models.200.json" with { type: "json" };

/** The quotas stand in headers. */
export const contract: ProviderContract = {
  apiKey: "gsk_planted0123456789",
  settings: { probe: true, probe_model: "llama-3.3-70b-versatile" },
  quotas: ["requests_day", "tokens_minute"],
  calls: [
    { method: "GET", path: "/models", answer: models, needs: ["data", "data.0", "data.1.id"] },
    {
      method: "POST",
      path: "/chat/completions",
      answer: completion,
      headers: { date: "Sat, 21 Nov 2026 12:00:00 GMT", ...headers },
      needs: ["choices", "usage", "usage.prompt_tokens", "usage.completion_tokens"],
    },
  ],
};

export const others: Readonly<Record<string, ProviderContract>> = {
  "without a probe": { apiKey: "gsk_planted0123456789", quotas: [], calls: contract.calls.slice(0, 1) },
};
