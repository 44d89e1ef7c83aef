import type { ProviderContract } from "../../contract/contract.ts";
import headers from "./fixtures/chat-completions.200.headers.json" with { type: "json" };
import completion from "./fixtures/chat-completions.200.json" with { type: "json" };
import models from "./fixtures/models.200.json" with { type: "json" };

/** The quotas stand in headers. */
export const contract: ProviderContract = {
  apiKey: "planted0123456789abcdef",
  settings: { probe: true, probe_model: "deepseek-ai/DeepSeek-V3.1" },
  quotas: ["requests_second", "tokens_second"],
  calls: [
    { method: "GET", path: "/models", answer: models, needs: ["0", "1.id"] },
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
  "without a probe": { apiKey: "planted0123456789abcdef", quotas: [], calls: contract.calls.slice(0, 1) },
};
