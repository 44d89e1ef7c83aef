import { definePreset } from "../preset.ts";

// As clients of others read it, 2026-11-21; it is not documented, and known in part. What remains is the free and the bought
// credits together, while `usage` and `quota` are of the cycle: a quota below what remains is no limit of it.
const CREDITS = {
  ...{ quota: "credits", unit: "credits", reset_at: "next_quota_reset" },
  // Where no reset is told, only buying fills it up.
  kind: "=next_quota_reset ? 'calendar' : 'credits'",
} as const;

export const codebuff = definePreset({
  id: "codebuff",
  title: "Codebuff",
  baseUrl: "https://www.codebuff.com",
  environment: { apiKey: ["CODEBUFF_API_KEY"] },
  floorSeconds: 60,
  mapping: {
    request: { path: "/api/v1/usage", method: "POST", body: {} },
    readings: [
      {
        ...{ ...CREDITS, when: "$exists(remainingBalance)", remaining: "remainingBalance" },
        limit: "$exists(quota) ? $amount(quota) >= $amount(remainingBalance) ? quota",
      },
      {
        ...{ ...CREDITS, when: "$not($exists(remainingBalance)) and $exists(remaining)", remaining: "remaining" },
        limit: "$exists(limit) ? $amount(limit) >= $amount(remaining) ? limit",
      },
      {
        ...{ ...CREDITS, when: "$not($exists(remainingBalance) or $exists(remaining))" },
        ...{ limit: "[quota, limit][0]", used: "[usage, used][0]" },
      },
    ],
  },
});
