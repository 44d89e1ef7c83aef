import { definePreset } from "../preset.ts";

// https://fal.ai/docs/platform-apis/v1/account/billing, read 2026-11-21. `credits` is there only with `expand`, and only a
// key of scope ADMIN may ask: the key that calls models gets 403. FAL_KEY is that other key, so it is not looked for.
export const fal = definePreset({
  id: "fal",
  title: "fal",
  baseUrl: "https://api.fal.ai/v1",
  environment: { apiKey: ["FAL_ADMIN_KEY", "FAL_ADMIN_API_KEY"] },
  floorSeconds: 60,
  mapping: {
    request: { path: "/account/billing", query: { expand: "credits" }, auth: "key" },
    failures: [{ when: "$status = 403", reason: "auth", hint: "the key is refused; this needs one of scope ADMIN" }],
    readings: [
      {
        quota: "balance",
        kind: "credits",
        // Documented as dollars; another currency is not taken for them.
        unit: "=$lookup({'USD': 'usd', 'CNY': 'cny'}, $uppercase([credits.currency[$ != null], 'USD'][0]))",
        remaining: "credits.current_balance",
      },
    ],
  },
});
