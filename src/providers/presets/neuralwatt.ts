import { definePreset } from "../preset.ts";

// As clients of others read it, 2026-11-21. A subscription includes energy, in kWh, until the end of its period; past it calls
// are paid from the prepaid credits, which no period fills up. A key may have an allowance of its own. The energy may be told
// as what was used or as what remains; only the first goes on past its end. Use of more than ten times what is included is no
// share that a reading can have.
const isSubscribed = "$number(subscription.kwh_included) > 0";
const used = `(subscription.kwh_used = null and subscription.kwh_remaining != null or $not($exists(subscription.kwh_used))
  ? $amount(subscription.kwh_included) - $amount(subscription.kwh_remaining) : $amount(subscription.kwh_used))`;

export const neuralwatt = definePreset({
  id: "neuralwatt",
  title: "Neuralwatt",
  baseUrl: "https://api.neuralwatt.com/v1",
  environment: { apiKey: ["NEURALWATT_API_KEY"] },
  floorSeconds: 60,
  mapping: {
    request: { path: "/quota" },
    plan: "subscription.plan",
    readings: [
      {
        ...{ when: isSubscribed, quota: "monthly", kind: "calendar", unit: "ratio" },
        percent_used: `${used} > 10 * $amount(subscription.kwh_included) ? null : 100 * ${used} / $amount(subscription.kwh_included)`,
        reset_at: "subscription.current_period_end",
        enforcement: "=$amount(balance.credits_remaining_usd) > 0 ? 'soft' : 'hard'",
      },
      {
        ...{ quota: "balance", kind: "credits", unit: "usd", remaining: "balance.credits_remaining_usd" },
        enforcement: `=$amount(subscription.kwh_included) > ${used} ? 'soft' : 'hard'`,
      },
      {
        ...{ when: "key.allowance.limit_usd != null", quota: "key_limit", unit: "usd" },
        kind: "=key.allowance.period ? 'calendar' : 'credits'",
        period: "=$lookup({'daily': 86400, 'weekly': 604800}, key.allowance.period)",
        ...{ limit: "key.allowance.limit_usd", used: "key.allowance.spent_usd" },
      },
    ],
  },
});
