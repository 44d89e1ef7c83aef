import { definePreset } from "../preset.ts";

// https://creator.poe.com/api-reference/getCurrentBalance, read 2026-11-21: points, of the plan and bought ones together.
// A number, in some answers in a text.
export const poe = definePreset({
  id: "poe",
  title: "Poe",
  baseUrl: "https://api.poe.com",
  environment: { apiKey: ["POE_API_KEY"] },
  floorSeconds: 60,
  mapping: {
    request: { path: "/usage/current_balance" },
    readings: [{ quota: "balance", kind: "credits", unit: "credits", remaining: "$amount(current_point_balance)" }],
  },
});
