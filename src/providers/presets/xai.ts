import { definePreset } from "../preset.ts";

// https://docs.x.ai/developers/rest-api-reference/management/billing, read 2026-11-21. The total is a text in cents, with the
// sign of a debt: credit is below 0. Use is posted when the billing cycle closes, so that it reads high until then.
export const xai = definePreset({
  id: "xai",
  title: "xAI",
  baseUrl: "https://management-api.x.ai",
  environment: { apiKey: ["XAI_MANAGEMENT_KEY", "XAI_MANAGEMENT_API_KEY"] },
  floorSeconds: 60,
  variables: { team_id: { about: "the team whose balance is read; by default that of the key" } },
  mapping: {
    before: [{ set: "team_id", path: "/auth/management-keys/validation", value: "teamId ? teamId : scopeId" }],
    request: { path: "/v1/billing/teams/{team_id}/prepaid/balance" },
    failures: [
      { when: "$status in [401, 403]", reason: "auth", hint: "it needs a management key that may read the billing" },
      {
        when: "$status = 404 and $contains($path, 'prepaid')",
        reason: "client",
        hint: "no such prepaid balance: check team_id",
      },
    ],
    readings: [{ quota: "balance", kind: "credits", unit: "usd", remaining: "0 - $amount(total.val) / 100" }],
  },
});
