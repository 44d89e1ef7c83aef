import { definePreset } from "../preset.ts";

// A study by others that cites Requesty's documentation, 2026-11-21. The balance is that of the organization, in dollars.
export const requesty = definePreset({
  id: "requesty",
  title: "Requesty",
  baseUrl: "https://api-v2.requesty.ai/v1",
  environment: { apiKey: ["REQUESTY_API_KEY"] },
  floorSeconds: 60,
  mapping: {
    request: { path: "/manage/org" },
    readings: [{ quota: "balance", kind: "credits", unit: "usd", remaining: "balance" }],
  },
});
