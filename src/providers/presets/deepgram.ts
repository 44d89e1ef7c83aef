import { definePreset } from "../preset.ts";

// https://developers.deepgram.com/reference/manage/billing/list, read 2026-11-21. A project may have several balances, of which
// only those in one unit may be added: dollars, or the hours of older plans. Amounts may be left out. It is not told which
// of both is used first; dollars are taken to go on where hours end.
const dollars = "balances[units in ['usd', 'USD']]";
const hours = "balances[units in ['hour', 'hours', 'Hour', 'Hours', 'HOURS']]";
const isProjects = "$path = '/v1/projects'";

export const deepgram = definePreset({
  ...{ id: "deepgram", title: "Deepgram", baseUrl: "https://api.deepgram.com" },
  ...{ environment: { apiKey: ["DEEPGRAM_API_KEY"] }, floorSeconds: 60 },
  variables: { project_id: { about: "the project whose balance is read; by default the one that the key sees" } },
  mapping: {
    before: [{ set: "project_id", path: "/v1/projects", value: "projects.project_id" }],
    request: { path: "/v1/projects/{project_id}/balances", auth: "token" },
    failures: [
      {
        ...{ when: "$status = 403 and $path != '/v1/projects'", reason: "auth" },
        hint: "reading balances needs a key with a billing scope",
      },
      {
        ...{ when: `${isProjects} and $count(projects) > 1`, reason: "client" },
        hint: "the key sees several projects: say which by project_id",
      },
      {
        ...{ when: `${isProjects} and $exists(projects) and $count(projects) = 0`, reason: "not_entitled" },
        hint: "the key sees no project",
      },
    ],
    readings: [
      {
        when: `$exists(${dollars}) or $not($type(balances) in ['array', 'null'])`,
        ...{ quota: "balance", kind: "credits", unit: "usd" },
        remaining: `$exists(${dollars}.amount)
          ? (null in ${dollars}.amount ? null : $sum(${dollars}.$amount(amount))) : $exists(${dollars}) ? null`,
      },
      {
        ...{ when: `$exists(${hours})`, quota: "balance_seconds", kind: "credits", unit: "seconds" },
        enforcement: `=$exists(${dollars}[amount != null][$amount(amount) > 0]) ? 'soft' : 'hard'`,
        remaining: `null in ${hours}.amount ? null : $exists(${hours}.amount) ? 3600 * $sum(${hours}.$amount(amount)) : null`,
      },
    ],
  },
});
