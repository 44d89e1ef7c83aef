import { definePreset } from "../preset.ts";

// https://docs.github.com/en/rest/billing/usage, read 2026-11-21, for the report of premium requests; that of AI credits, which
// has replaced it, is known from clients only: https://github.com/slkiser/opencode-quota (src/lib/copilot.ts). Keys may be in
// snake case. A quantity is gross; what is paid is net of the discount. A month is one of UTC.
const word = "($contains($path, 'ai_credit') ? 'credit' : 'request')";
const items = "($exists(usageItems) ? usageItems : $lookup($, 'usage_items'))";
const isCounted = `$contains($lowercase(unitType ? unitType : unit_type ? unit_type : ${word}), ${word})`;
const quantity = "($exists(grossQuantity) ? grossQuantity : $exists(gross_quantity) ? gross_quantity : 'not told')";
const counted = `[${items}[${isCounted}].${quantity}]`;
const amount = "($exists(netAmount) ? netAmount : $exists(net_amount) ? net_amount : 'not told')";
const SPENT = { kind: "calendar", enforcement: "soft", reset: { every: "month" } } as const;

export const copilotBilling = definePreset({
  id: "copilot_billing",
  title: "GitHub Copilot (billing)",
  ...{ baseUrl: "https://api.github.com", environment: {}, floorSeconds: 60 },
  variables: {
    scope: { about: "what is billed", isNeeded: true, choices: ["organizations", "enterprises", "users"] },
    owner: { about: "the name of that organization, enterprise or user", isNeeded: true },
    user: { about: "what this member uses alone" },
    organization: { about: "what this organization of an enterprise uses alone" },
  },
  mapping: {
    request: {
      path: [
        "/{scope}/{owner}/settings/billing/ai_credit/usage",
        "/{scope}/{owner}/settings/billing/premium_request/usage",
      ],
      query: { year: "{year}", month: "{month}", user: "{user}", organization: "{organization}" },
      headers: { accept: "application/vnd.github+json" },
    },
    failures: [{ when: "$status = 403 and $contains($lowercase(message), 'rate limit')", reason: "rate_limited" }],
    readings: [
      {
        ...{ ...SPENT, quota: `='monthly_' & ${word} & 's'`, unit: `=${word} & 's'` },
        used: `$type(${items}) != 'array' ? 'no list' : ${items}[0] and $count(${counted}) = 0 ? null : $sum(${counted})`,
      },
      {
        ...{ ...SPENT, quota: "monthly_spend_usd", unit: "usd" },
        used: `$type(${items}) = 'array' ? $sum([${items}.${amount}]) : 'no list'`,
      },
    ],
  },
});
