import { definePreset } from "../preset.ts";

// https://docs.fireworks.ai/api-reference/list-quotas, read 2026-11-21. `value` is what is enforced, `maxValue` how high it may
// be set: int64, so texts. `usage` is a number; those of GPUs have been seen stuck. The month is taken to end in UTC.
const isAccounts = "$path = '/v1/accounts'";

export const fireworks = definePreset({
  id: "fireworks",
  title: "Fireworks AI",
  baseUrl: "https://api.fireworks.ai",
  environment: { apiKey: ["FIREWORKS_API_KEY"] },
  floorSeconds: 60,
  variables: { account_id: { about: "the account whose budget is read; by default the one that the key sees" } },
  mapping: {
    before: [{ set: "account_id", path: "/v1/accounts", value: "$substringAfter(accounts.name, 'accounts/')" }],
    request: {
      path: "/v1/accounts/{account_id}/quotas",
      query: { pageSize: "200" },
      pages: { next: "nextPageToken", query: "pageToken" },
    },
    failures: [
      {
        when: `${isAccounts} and ($count(accounts) > 1 or $boolean(nextPageToken))`,
        reason: "client",
        hint: "the key sees several accounts: say which by account_id",
      },
      {
        when: `${isAccounts} and $type(accounts.suspendState) = 'string' and accounts.suspendState != 'UNSUSPENDED'`,
        reason: "not_entitled",
        hint: "the account is suspended: its billing page says why",
      },
    ],
    readings: [
      {
        ...{ each: "quotas", when: "$contains(name, /(^|\\/)monthly-spend-usd$/)" },
        ...{ quota: "monthly_spend_usd", kind: "calendar", unit: "usd", reset: { every: "month" } },
        limit: "value",
        used: "$exists(usage) ? usage : null",
      },
    ],
  },
});
