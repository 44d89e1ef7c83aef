import { definePreset } from "../preset.ts";

// https://github.com/MoonshotAI/kimi-cli (src/kimi_cli/ui/shell/usage.py), read 2026-11-21; the endpoint stands in no API
// documentation. Counts are decimal texts, on newer plans on a scale of 100; what is 0 may be left out. `totalQuota` and
// `parallel` are no windows. Other spellings of the reset, counts beside the window, and all of it below `data`, are what that
// client puts up with.
const reset = "[resetTime, resetAt, reset_at, reset_time, reset_in, resetIn, ttl][0]";
const length = "$substringAfter(window.timeUnit, 'TIME_UNIT_')";
const seconds = `($lookup({ 'MINUTE': 60, 'HOUR': 3600, 'DAY': 86400 }, ${length}) * $number(window.duration))`;
const counts = "(detail ? detail : $)";
const COUNTED = { unit: "requests", kind: "rolling" } as const;
const WEEK = { ...COUNTED, quota: "weekly", kind: "calendar", period: "7d" } as const;

export const kimi = definePreset({
  id: "kimi",
  title: "Kimi Code",
  baseUrl: "https://api.kimi.com/coding/v1",
  environment: { apiKey: ["KIMI_API_KEY"] },
  floorSeconds: 60,
  mapping: {
    request: { path: "/usages" },
    plan: "$lowercase($substringAfter([user.membership.level, data.user.membership.level][0], 'LEVEL_'))",
    readings: [
      {
        ...{ ...WEEK, when: "$not($exists(data.usage))" },
        ...{ limit: "usage.limit", used: "usage.used", remaining: "usage.remaining", reset_at: `usage.(${reset})` },
      },
      {
        ...{ ...WEEK, when: "$exists(data.usage)", limit: "data.usage.limit", used: "data.usage.used" },
        ...{ remaining: "data.usage.remaining", reset_at: `data.usage.(${reset})` },
      },
      {
        ...{ ...COUNTED, each: "$exists(data.limits) ? data.limits : $exists(limits) ? limits : []" },
        ...{ limit: `${counts}.limit`, used: `${counts}.used`, remaining: `${counts}.remaining` },
        reset_at: `${counts}.(${reset})`,
        quota: `=${seconds} = 18000 ? 'five_hour' : 'window_' & window.duration & '_' & ${length}`,
        period: `=${seconds}`,
      },
    ],
  },
});
