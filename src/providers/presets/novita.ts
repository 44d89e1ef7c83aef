import { definePreset } from "../preset.ts";

// https://novita.ai/docs/api-reference/basic-get-user-balance, read 2026-11-21. All amounts are texts that count 1/10000 of a
// dollar. `availableBalance` is what can be spent; the others are its parts, what may be owed and what is.
export const novita = definePreset({
  id: "novita",
  title: "Novita AI",
  baseUrl: "https://api.novita.ai",
  environment: { apiKey: ["NOVITA_API_KEY"] },
  floorSeconds: 60,
  mapping: {
    request: { path: "/openapi/v1/billing/balance/detail", headers: { "content-type": "application/json" } },
    readings: [{ quota: "balance", kind: "credits", unit: "usd", remaining: "$amount(availableBalance) / 10000" }],
  },
});
