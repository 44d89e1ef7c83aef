import type { ProviderContract } from "../../contract/contract.ts";
import message from "./fixtures/messages.200.json" with { type: "json" };
import models from "./fixtures/models.200.json" with { type: "json" };

/** The quotas stand in headers, which these answers do not have. */
export const contract: ProviderContract = {
  apiKey: "sk-ant-api03-planted-0123456789",
  settings: { probe: true },
  quotas: [],
  calls: [
    { method: "GET", path: "/v1/models?limit=1000", answer: models, needs: ["data", "data.0", "data.1.id"] },
    {
      method: "POST",
      path: "/v1/messages",
      answer: message,
      needs: ["usage", "usage.input_tokens", "usage.output_tokens"],
    },
  ],
};
