import { definePreset } from "../preset.ts";

// https://docs.zenmux.ai/api/platform/subscription-detail.html and payg-balance.html, read 2026-11-21. `usage_percentage` is
// a fraction of 1. A window that nobody has opened has no reset; of the month only the cap is told. Too many calls are
// answered 422. What the call for the balance tells is carried on in one text: its currency and how much.
const WINDOW = { kind: "rolling", reset_at: "resets_at" } as const;
const COUNTS = { limit: "max_flows", used: "used_flows", remaining: "remaining_flows" } as const;
const FLOWS = { ...WINDOW, ...COUNTS, unit: "credits" } as const;
const SHARE = { ...WINDOW, unit: "ratio", fraction_used: "usage_percentage" } as const;
const isCounted = "max_flows != null and (used_flows != null or remaining_flows != null)";
const orNone = "$lookup($, 'data') = null ? null";
const FIVE_HOURS = { quota: "five_hour", period: "5h", each: `${orNone} : data.quota_5_hour` } as const;
const WEEK = { quota: "weekly", period: "7d", each: `${orNone} : data.quota_7_day` } as const;
const isNew = "$not(key in ['quota_5_hour', 'quota_7_day']) and $contains(key, /^quota_/)";
const others = `[$entries(data)[${isNew}][$type(value.usage_percentage) = 'number']
  .$merge([value, { 'name': $replace(key, /^quota_([a-z])/, '$1') }])]`;
const payg = `$exists(data.total_credits) ? (data.currency != null ? $lowercase(data.currency) : 'usd') & ' ' &
  (data.total_credits = null ? 'unknown' : $amount(data.total_credits))`;

export const zenmux = definePreset({
  ...{ id: "zenmux", title: "ZenMux", baseUrl: "https://zenmux.ai/api/v1/management" },
  environment: { apiKey: ["ZENMUX_MANAGEMENT_API_KEY", "ZENMUX_MANAGEMENT_KEY"] },
  floorSeconds: 60,
  mapping: {
    before: [{ set: "payg", path: "/payg/balance", value: payg }],
    request: { path: "/subscription/detail" },
    failures: [
      { when: "$status = 422", reason: "rate_limited" },
      { when: "$status < 300 and success = false", reason: "server" },
    ],
    plan: "data.plan.tier",
    readings: [
      { ...FLOWS, ...FIVE_HOURS, when: isCounted },
      { ...SHARE, ...FIVE_HOURS, when: `$not(${isCounted})` },
      { ...FLOWS, ...WEEK, when: isCounted },
      { ...SHARE, ...WEEK, when: `$not(${isCounted})` },
      { ...SHARE, quota: "=name", each: others },
      {
        ...{ quota: "balance", kind: "credits" },
        unit: "=$lookup({'usd': 'usd', 'cny': 'cny'}, $substringBefore($variables.payg, ' '))",
        remaining: "$contains($variables.payg, 'unknown') ? null : $substringAfter($variables.payg, ' ')",
      },
    ],
  },
});
