import { definePreset } from "../preset.ts";

// https://platform.moonshot.cn/docs/api/balance, read 2026-11-21. `available_balance` is cash and vouchers together; calls
// are refused at 0. No field tells the currency: the two hosts have one each, and their keys are not interchangeable.
export const moonshot = definePreset({
  id: "moonshot",
  title: "Moonshot (Kimi Open Platform)",
  baseUrl: "https://api.moonshot.ai/v1",
  otherHosts: ["api.moonshot.cn"],
  environment: { apiKey: ["MOONSHOT_API_KEY"] },
  floorSeconds: 60,
  mapping: {
    request: { path: "/users/me/balance" },
    failures: [{ when: "$status = 200 and ($string(code) != '0' or status = false)", reason: "server" }],
    readings: [
      {
        quota: "balance",
        kind: "credits",
        unit: "=$host = 'api.moonshot.cn' ? 'cny' : 'usd'",
        remaining: "data.available_balance",
      },
    ],
  },
});
