import { definePreset } from "../preset.ts";

// As clients of others read it, 2026-11-21; it is not documented. Percents, and a countdown in seconds beside or in place of
// the end. Of a window that is over, the percents are those of its last use, and there is no countdown. Core is for models
// of its own. Extra usage goes on where a window ends.
const WINDOW = {
  when: "secondsRemaining ? true : windowEnd and $type(windowEnd) = 'string' ? $toMillis(windowEnd) > $millis() : true",
  ...{ kind: "rolling", unit: "ratio", percent_used: "usedPercent" },
  reset_at: "secondsRemaining ? secondsRemaining : windowEnd",
  enforcement: "=$amount($answer.extraUsageBalanceCents) > 0 and $answer.extraUsageAllowed = true ? 'soft' : 'hard'",
} as const;
const CORE = { ...WINDOW, partial: true } as const;
const FIVE_HOURS = { quota: "five_hour", period: "5h" } as const;
const orNone = "$type(limits.standard) = 'object' ? null";
const others = `[$entries(limits.standard)[$not(key in ['fiveHour', 'weekly', 'monthly']) and $type(value.usedPercent) = 'number']
  .$merge([value, { 'name': $replace(key, /([A-Z])/, '_$1') }])]`;

export const factory = definePreset({
  id: "factory",
  title: "Factory (Droid)",
  baseUrl: "https://api.factory.ai",
  environment: { apiKey: ["FACTORY_API_KEY"] },
  floorSeconds: 60,
  mapping: {
    request: { path: "/api/billing/limits" },
    failures: [
      { when: "usesTokenRateLimitsBilling = false and (limits.standard ? false : true)", reason: "not_entitled" },
    ],
    readings: [
      { ...WINDOW, ...FIVE_HOURS, each: `limits.standard.fiveHour ? limits.standard.fiveHour : ${orNone}` },
      { ...WINDOW, quota: "weekly", period: "7d", each: `limits.standard.weekly ? limits.standard.weekly : ${orNone}` },
      { ...WINDOW, quota: "monthly", each: `limits.standard.monthly ? limits.standard.monthly : ${orNone}` },
      { ...CORE, quota: "core_five_hour", period: "5h", each: "limits.core.fiveHour ? limits.core.fiveHour : null" },
      { ...CORE, quota: "core_weekly", period: "7d", each: "limits.core.weekly ? limits.core.weekly : null" },
      { ...CORE, quota: "core_monthly", each: "limits.core.monthly ? limits.core.monthly : null" },
      { ...WINDOW, quota: "=name", each: others },
      {
        ...{ quota: "extra_usage", kind: "credits", unit: "usd", enforcement: "soft" },
        when: "$exists(extraUsageBalanceCents) and $not(extraUsageAllowed = false)",
        remaining: "$amount(extraUsageBalanceCents) / 100",
      },
    ],
  },
});
