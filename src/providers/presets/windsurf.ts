import { definePreset } from "../preset.ts";

// https://docs.windsurf.com/plugins/accounts/api-reference/get-team-credit-balance, read 2026-11-21. Both counters are of
// the billing cycle, and the next one begins with what this one leaves: nothing comes back at its end. What the seats use of
// their prompt credits is not part of the answer, so there is no quota for them.
export const windsurf = definePreset({
  id: "windsurf",
  title: "Windsurf (team)",
  baseUrl: "https://server.codeium.com/api/v1",
  environment: { apiKey: ["WINDSURF_SERVICE_KEY"] },
  floorSeconds: 60,
  mapping: {
    request: { path: "/GetTeamCreditBalance", method: "POST", auth: "body:service_key" },
    readings: [
      {
        when: "$exists(addOnCreditsAvailable) or $not($exists(promptCreditsPerSeat))",
        quota: "add_on_credits",
        kind: "credits",
        unit: "credits",
        limit: "addOnCreditsAvailable",
        // A counter that is not there is not known to be 0.
        remaining:
          "$exists(addOnCreditsUsed) or $not($exists(addOnCreditsAvailable)) ? $amount(addOnCreditsAvailable) - $amount(addOnCreditsUsed) : null",
      },
    ],
  },
});
