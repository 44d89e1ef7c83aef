import { definePreset } from "../preset.ts";

// https://dev.synthetic.new/docs/synthetic/quotas, read 2026-11-21; the two limits that regenerate are known from clients only.
// `nextTickAt` and `nextRegenAt` give back a part, so they are no reset, and how often they do is not told. `subscription`
// stands beside the new limits too, and says no more then; one of 0 is no plan. Some clients take all of it below `data` too.
const ROOT = { each: "data ? data : $" } as const;
const isKnown = "$exists($keys(data ? data : $)[$ in ['rollingFiveHourLimit', 'weeklyTokenLimit', 'subscription']])";
const hasSubscription = "subscription != null and $not(subscription.limit in [0, '0'])";
const WINDOW = { ...ROOT, kind: "rolling", unit: "requests" } as const;
const FIVE_HOURS = { ...WINDOW, quota: "five_hour", period: "5h" } as const;

export const synthetic = definePreset({
  id: "synthetic",
  title: "Synthetic",
  baseUrl: "https://api.synthetic.new/v2",
  environment: { apiKey: ["SYNTHETIC_API_KEY"] },
  ...{ keyPrefixes: ["syn_"], floorSeconds: 60 },
  mapping: {
    request: { path: "/quotas" },
    failures: [{ when: `$status = 200 and $not(${isKnown})`, reason: "malformed", hint: "without a known limit" }],
    readings: [
      {
        ...{ ...FIVE_HOURS, when: "rollingFiveHourLimit != null", sliding: true },
        ...{ limit: "rollingFiveHourLimit.max", remaining: "rollingFiveHourLimit.remaining" },
        refused_when: "rollingFiveHourLimit.limited",
      },
      {
        ...{ ...FIVE_HOURS, when: `$not(rollingFiveHourLimit != null) and ${hasSubscription}` },
        ...{ limit: "subscription.limit", used: "subscription.requests", reset_at: "subscription.renewsAt" },
      },
      {
        ...{ ...ROOT, quota: "weekly", kind: "rolling", period: "7d", sliding: true, when: "weeklyTokenLimit != null" },
        unit: "=$exists(weeklyTokenLimit.remainingCredits) ? 'usd' : 'ratio'",
        limit: "$amount(weeklyTokenLimit.maxCredits)",
        remaining: "$amount(weeklyTokenLimit.remainingCredits)",
        ...{ percent_remaining: "weeklyTokenLimit.percentRemaining", refused_when: "weeklyTokenLimit.limited" },
      },
      {
        ...{ ...WINDOW, quota: "search_hourly", period: "1h", partial: true },
        when: "search.hourly != null and $not(search.hourly.limit in [0, '0'])",
        ...{ limit: "search.hourly.limit", used: "search.hourly.requests", reset_at: "search.hourly.renewsAt" },
      },
    ],
  },
});
