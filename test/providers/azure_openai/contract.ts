import type { ProviderContract } from "../../contract/contract.ts";
import headers from "./fixtures/chat-completions.200.headers.json" with { type: "json" };
import completion from "./fixtures/chat-completions.200.json" with { type: "json" };
import models from "./fixtures/models.200.json" with { type: "json" };

const VERSION = "api-version=2024-10-21";

/** The quotas stand in headers. */
export const contract: ProviderContract = {
  apiKey: "planted0123456789abcdef",
  settings: { probe: true, deployment: "chat-main" },
  quotas: ["requests_minute", "tokens_minute"],
  calls: [
    { method: "GET", path: `/openai/models?${VERSION}`, answer: models, needs: ["data"] },
    {
      method: "POST",
      path: `/openai/deployments/chat-main/chat/completions?${VERSION}`,
      answer: completion,
      headers,
      needs: ["choices", "usage", "usage.prompt_tokens", "usage.completion_tokens"],
    },
  ],
};

export const others: Readonly<Record<string, ProviderContract>> = {
  "without a probe": { apiKey: "planted0123456789abcdef", quotas: [], calls: contract.calls.slice(0, 1) },
};
