import { definePreset } from "../preset.ts";

// Known from clients only, facts of 2026-11-21: https://github.com/robinebers/openusage (docs/providers/copilot.md) and others.
// An entitlement of 0 or -1 without `unlimited` is a placeholder, whatever its percentage. `credits_used` of a seat that its
// organization pays for has no limit. On the Free plan the numbers are requests, though it says that it bills by token; before
// June 2026 it had `limited_user_quotas` (what remains) and `monthly_quotas` (the limits) in place of the snapshots.
const hasLimit = "($not(value.has_quota = false) and $not($string(value.entitlement) in ['0', '-1']))";
const isLane = "(key in ['premium_interactions', 'chat', 'completions'] or $exists(value.entitlement))";
const isMetered = `value.unlimited = true or ${hasLimit} or value.credits_used != null`;
const isUnknown = "$status = 200 and $not($exists(quota_snapshots) or $exists(limited_user_quotas))";
const isFree = "$contains('' & $answer.access_type_sku, /^free_limited/)";
const isInCredits = `key = 'premium_interactions' and [value, $answer].token_based_billing and $not(${isFree})`;
const isShare = "$exists(value.percent_remaining) and $not($exists(value.entitlement) or value.unlimited = true)";
const remaining = "value.quota_remaining != null ? value.quota_remaining : value.remaining";

export const copilot = definePreset({
  id: "copilot",
  title: "GitHub Copilot",
  ...{ baseUrl: "https://api.github.com", environment: { apiKey: ["COPILOT_API_KEY"] }, floorSeconds: 60 },
  mapping: {
    request: { path: "/copilot_internal/user", auth: "token" },
    failures: [
      { when: "$status = 403 and $contains($lowercase(message), 'rate limit')", reason: "rate_limited" },
      { when: isUnknown, reason: "malformed", hint: "without quota_snapshots and limited_user_quotas" },
    ],
    plan: "copilot_plan",
    readings: [
      {
        each: "[$entries(quota_snapshots)[$ != null]]",
        ...{ when: `value != null and ${isLane} and (${isMetered})`, quota: "=key", kind: "calendar" },
        unit: `=${isShare} ? 'ratio' : ${isInCredits} ? 'credits' : 'requests'`,
        enforcement: "=value.overage_permitted = true ? 'soft' : 'hard'",
        unlimited_when: "value.unlimited = true",
        ...{ limit: `${hasLimit} ? value.entitlement`, remaining: `${hasLimit} ? (${remaining})` },
        ...{ used: "value.credits_used", percent_remaining: "value.percent_remaining" },
        reset_at: "$answer.(quota_reset_date_utc ? quota_reset_date_utc : quota_reset_date)",
      },
      {
        ...{ each: "[$entries(limited_user_quotas)[$ != null]]", quota: "=key", kind: "calendar", unit: "requests" },
        ...{ when: "$answer.quota_snapshots ? false : $type(value) != 'object'", remaining: "value" },
        ...{ limit: "$lookup($answer.monthly_quotas, key)", reset_at: "$answer.limited_user_reset_date" },
      },
    ],
  },
});
