import { defineHeaderProvider } from "../header-provider.ts";

// https://inference-docs.cerebras.ai/support/rate-limits, read 2026-11-21. Up to six buckets with the window in the name.
// What is left may be more than the limit; a refusal may come without any of them.
export const cerebras = defineHeaderProvider({
  id: "cerebras",
  title: "Cerebras",
  baseUrl: "https://api.cerebras.ai/v1",
  environment: { apiKey: ["CEREBRAS_API_KEY"] },
  keyPrefixes: ["csk-"],
  tokenLimit: "max_completion_tokens",
});
