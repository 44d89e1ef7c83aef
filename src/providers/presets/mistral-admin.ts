import { definePreset } from "../preset.ts";

// https://docs.mistral.ai/admin/admin-api/usage-metrics, read 2026-11-21. The reference of the API has another host, and the
// same fields one level deeper; a study of others has them at the top, and /admin in the path. No amount is told, only
// whether the limit of the month is reached. Most accounts pay in euros, for which there is no unit.
const LIMIT = { quota: "monthly_spend", kind: "calendar", reset: { every: "month", on: 1 } } as const;

export const mistralAdmin = definePreset({
  id: "mistral_admin",
  title: "Mistral (admin key)",
  baseUrl: "https://console.mistral.ai/api/admin",
  otherHosts: ["api.mistral.ai"],
  environment: { apiKey: ["MISTRAL_ADMIN_API_KEY", "MISTRAL_ADMIN_KEY"] },
  floorSeconds: 60,
  mapping: {
    request: { path: ["/spend-limit", "/admin/spend-limit"], auth: "header:x-api-key" },
    readings: [
      {
        ...{ ...LIMIT, when: "$exists(limits)" },
        unit: "=$exists(limits.completion.monthly_limit_reached) ? limits.currency in ['USD', 'usd'] ? 'usd' : 'credits'",
        refused_when: "limits.completion.monthly_limit_reached",
        served_when: "limits.completion.monthly_limit_reached = false",
      },
      {
        ...{ ...LIMIT, when: "$not($exists(limits))" },
        unit: "=$exists(monthly_limit_reached) ? currency in ['USD', 'usd'] ? 'usd' : 'credits'",
        refused_when: "monthly_limit_reached",
        served_when: "monthly_limit_reached = false",
      },
    ],
  },
});
