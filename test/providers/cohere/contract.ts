import type { ProviderContract } from "../../contract/contract.ts";
import headers from "./fixtures/chat.200.headers.json" with { type: "json" };
import chat from "./fixtures/chat.200.json" with { type: "json" };
import models from "./fixtures/models.200.json" with { type: "json" };

/** The quota stands in headers. */
export const contract: ProviderContract = {
  apiKey: "planted0123456789abcdef",
  settings: { probe: true, probe_model: "command-a-03-2025" },
  quotas: ["requests_minute"],
  calls: [
    {
      method: "GET",
      path: "/v1/models?page_size=1000",
      answer: models,
      needs: ["models", "models.0", "models.1.name"],
    },
    {
      method: "POST",
      path: "/v2/chat",
      answer: chat,
      headers,
      needs: ["message", "usage", "usage.tokens", "usage.tokens.input_tokens", "usage.tokens.output_tokens"],
    },
  ],
};

export const others: Readonly<Record<string, ProviderContract>> = {
  "without a probe": { apiKey: "planted0123456789abcdef", quotas: [], calls: contract.calls.slice(0, 1) },
};
