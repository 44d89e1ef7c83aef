import { definePreset } from "../preset.ts";

// https://vercel.com/docs/ai-gateway/usage, read 2026-11-21. Both fields are texts in dollars; `total_used` counts since the
// beginning. Whether the balance tops itself up is not told.
export const vercelAiGateway = definePreset({
  id: "vercel_ai_gateway",
  title: "Vercel AI Gateway",
  baseUrl: "https://ai-gateway.vercel.sh/v1",
  environment: { apiKey: ["AI_GATEWAY_API_KEY"] },
  floorSeconds: 60,
  mapping: {
    request: { path: "/credits" },
    readings: [{ quota: "balance", kind: "credits", unit: "usd", remaining: "balance" }],
  },
});
