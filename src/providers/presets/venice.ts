import { definePreset } from "../preset.ts";

// https://docs.venice.ai/api-reference/endpoint/billing/balance and /overview/vvv-diem, read 2026-11-21. Calls are paid in
// DIEM first, and in dollars when none is left. An allocation of DIEM is for one day, from 00:00 UTC; 0 is none.
// `canConsume` says whether calls are served, also where neither is left: then something else pays for them.
const hasDiem = "(diemEpochAllocation ? $number(diemEpochAllocation) : balances.diem ? $number(balances.diem) : 0) > 0";

export const venice = definePreset({
  id: "venice",
  title: "Venice",
  baseUrl: "https://api.venice.ai/api/v1",
  environment: { apiKey: ["VENICE_API_KEY"] },
  floorSeconds: 60,
  mapping: {
    request: { path: "/billing/balance" },
    failures: [{ when: "$status = 401", reason: "auth", hint: "the key is refused; this needs one of type ADMIN" }],
    readings: [
      {
        when: hasDiem,
        quota: "daily_diem",
        kind: "calendar",
        unit: "credits",
        enforcement:
          "=$number(balances.usd) > 0 or (canConsume = true and $number(balances.diem) <= 0) ? 'soft' : 'hard'",
        limit: "diemEpochAllocation ? diemEpochAllocation",
        remaining: "balances.diem",
        refused_when: "$type(canConsume) = 'boolean' ? $not(canConsume) : canConsume",
        reset: { every: "day" },
      },
      {
        when: `$exists(balances.usd) or $not(${hasDiem})`,
        quota: "balance",
        kind: "credits",
        unit: "usd",
        enforcement:
          "=$number(balances.diem) > 0 or (canConsume = true and $number(balances.usd) <= 0) ? 'soft' : 'hard'",
        remaining: "balances.usd",
        // Beside DIEM it is the allocation that is refused: it comes back by itself.
        refused_when: `$type(canConsume) = 'boolean' ? $not(canConsume) and $not(${hasDiem}) : canConsume`,
      },
    ],
  },
});
