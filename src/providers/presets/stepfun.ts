import { definePreset } from "../preset.ts";

// https://platform.stepfun.com/docs/api-reference/accounts/get, read 2026-11-21. `balance` is what is left now; the two totals
// are what was ever paid in or granted. A postpaid account gets a bill. What the international host counts in is unknown.
export const stepfun = definePreset({
  id: "stepfun",
  title: "StepFun",
  baseUrl: "https://api.stepfun.com/v1",
  environment: { apiKey: ["STEPFUN_API_KEY", "STEP_API_KEY"] },
  floorSeconds: 60,
  mapping: {
    request: { path: "/accounts" },
    failures: [
      {
        when: "$status = 200 and $host = 'api.stepfun.ai'",
        reason: "client",
        hint: "the currency of this host is not known; api.stepfun.com has yuan",
      },
    ],
    readings: [
      {
        quota: "balance",
        kind: "credits",
        unit: "cny",
        enforcement: "=type = 'postpaid' ? 'soft' : 'hard'",
        remaining: "balance",
      },
    ],
  },
});
