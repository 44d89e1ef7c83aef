import { definePreset } from "../preset.ts";

// As clients of others read it, 2026-11-21. All in dollars. `stripe_balance` is what is owed: below 0 it is prepaid credit.
// `recent` was used and is not yet in it. A `limit` that is null or not above 0 is none. An account that pays afterwards
// owes all the time: only `suspended` tells that a debt stops it.
const left = "0 - $amount(stripe_balance) - $amount(recent)";

export const deepinfra = definePreset({
  id: "deepinfra",
  title: "DeepInfra",
  baseUrl: "https://api.deepinfra.com",
  environment: { apiKey: ["DEEPINFRA_API_KEY", "DEEPINFRA_API_TOKEN", "DEEPINFRA_TOKEN"] },
  floorSeconds: 60,
  mapping: {
    request: { path: "/payment/checklist", query: { compute_owed: "true" } },
    readings: [
      {
        quota: "balance",
        kind: "credits",
        unit: "usd",
        enforcement: `=${left} < 0 and $not(suspended = true) ? 'soft' : 'hard'`,
        remaining: left,
        refused_when: "suspended",
      },
      // When its cycle ends is not told.
      {
        when: "$number(limit) > 0",
        quota: "spend_limit",
        kind: "calendar",
        unit: "usd",
        limit: "limit",
        used: "recent",
      },
    ],
  },
});
