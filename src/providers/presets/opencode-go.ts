import { definePreset } from "../preset.ts";

// The usage API of OpenCode Go as its clients read it, 2026-11-21. `percent` is what was used and may pass 100. What a `status`
// other than "ok" means is unknown: such a window is believed only where its percents say themselves that nothing is left.
const CALENDAR = { kind: "calendar", unit: "ratio", time_format: "iso" } as const;
const isNew = "$not(key in ['rolling', 'weekly', 'monthly']) and $contains(key, /^[A-Za-z]/)";

export const opencodeGo = definePreset({
  id: "opencode_go",
  title: "OpenCode Go",
  baseUrl: "https://opencode.ai/zen/go/v1",
  environment: { apiKey: ["OPENCODE_GO_API_KEY"] },
  floorSeconds: 60,
  mapping: {
    request: { path: "/usage" },
    failures: [{ when: "$status = 403 and $contains($string($), 'EntitlementError')", reason: "not_entitled" }],
    readings: [
      {
        when: "usage.rolling != null or $not(usage.weekly != null or usage.monthly != null)",
        ...{ ...CALENDAR, quota: "five_hour", kind: "rolling", period: "5h", reset_at: "usage.rolling.resetsAt" },
        percent_used:
          "$amount(usage.rolling.percent) >= 100 or $not(usage.rolling.status and usage.rolling.status != 'ok') ? usage.rolling.percent : null",
      },
      {
        when: "usage.weekly != null",
        ...{ ...CALENDAR, quota: "weekly", period: "7d", reset_at: "usage.weekly.resetsAt" },
        percent_used:
          "$amount(usage.weekly.percent) >= 100 or $not(usage.weekly.status and usage.weekly.status != 'ok') ? usage.weekly.percent : null",
      },
      {
        when: "usage.monthly != null",
        ...{ ...CALENDAR, quota: "monthly", reset_at: "usage.monthly.resetsAt" },
        percent_used:
          "$amount(usage.monthly.percent) >= 100 or $not(usage.monthly.status and usage.monthly.status != 'ok') ? usage.monthly.percent : null",
      },
      {
        each: `[$entries(usage)[${isNew} and $type(value.percent) = 'number']]`,
        ...{ ...CALENDAR, quota: "=key", reset_at: "value.resetsAt" },
        percent_used: "value.percent >= 100 or $not(value.status and value.status != 'ok') ? value.percent : null",
      },
    ],
  },
});
