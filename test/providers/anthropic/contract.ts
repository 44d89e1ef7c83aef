import type { ProviderContract } from "../../contract/contract.ts";
import message from "./fixtures/messages.200.json" with { type: "json" };
import models from "./fixtures/models.200.json" with { type: "json" };

/** The quotas stand in headers. */
export const contract: ProviderContract = {
  apiKey: "sk-ant-api03-planted-0123456789",
  settings: { probe: true },
  quotas: ["requests", "output_tokens"],
  calls: [
    { method: "GET", path: "/v1/models?limit=1000", answer: models, needs: ["data", "data.0", "data.1.id"] },
    {
      method: "POST",
      path: "/v1/messages",
      answer: message,
      headers: {
        date: "Sat, 21 Nov 2026 12:00:00 GMT",
        "anthropic-ratelimit-requests-limit": "50",
        "anthropic-ratelimit-requests-remaining": "49",
        "anthropic-ratelimit-requests-reset": "2026-11-21T12:00:01Z",
        "anthropic-ratelimit-output-tokens-remaining": "9000",
      },
      needs: ["usage", "usage.input_tokens", "usage.output_tokens"],
    },
  ],
};
