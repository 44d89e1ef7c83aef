import { definePreset } from "../preset.ts";

// https://github.com/api-evangelist/cursor (openapi/cursor-spend-api-openapi.yml), read 2026-11-21, for the endpoint; several of
// its fields are known from clients only. `spendCents` has the included amount in it; the hard limit in dollars caps
// what is beyond that, and is 0 where nothing is. Members come in pages, under either of two names. An email never becomes an id.
// Those who spend most are asked for first, as more may be told than are kept.
const members = "(teamMemberSpend ? teamMemberSpend : spend)";
const isList = "$type($exists(teamMemberSpend) ? teamMemberSpend : spend) = 'array'";
const isMore = `($type(totalMembers[0]) = 'number' and totalMembers[0] > $count(${members}))`;
const sum = `$count([${members}.spendCents]) = $count(${members}) ? $sum([${members}.$number(spendCents)]) / 100 : 'not told'`;
const total = `($exists(${members}[spendCents = null]) ? null : ${sum})`;
const cap = "[hardLimitOverrideDollars, hardLimit][$ != null and $number($) > 0][0]";
const beyond = "$number(spendCents) - $number(includedSpendCents)";
const hasId = "userId != null and userId != '' and $not($contains($string(userId), '@'))";
const MEMBER = { each: `[${members}[[0..99]]]`, kind: "calendar", unit: "usd", partial: true } as const;

export const cursor = definePreset({
  id: "cursor",
  title: "Cursor (team)",
  baseUrl: "https://api.cursor.com",
  environment: { apiKey: ["CURSOR_ADMIN_API_KEY"] },
  floorSeconds: 60,
  mapping: {
    request: {
      ...{ path: "/teams/spend", method: "POST", auth: "basic" },
      body: { sortBy: "amount", sortDirection: "desc", page: 1, pageSize: 100 },
      pages: { next: "$page < totalPages ? $page + 1", body: "page", most: 50 },
    },
    failures: [{ when: `$status = 200 and $not(${isList})`, reason: "malformed", hint: "without a list of members" }],
    readings: [
      {
        ...{ quota: "team_spend", kind: "calendar", unit: "usd", enforcement: "soft" },
        used: `$exists(totalPages[0]) or $not(${isMore}) ? ${total} : null`,
      },
      {
        ...{ ...MEMBER, when: `${hasId} and ${cap} and ${beyond} >= 0`, limit: cap },
        ...{ quota: "='user_overage_' & userId", used: `(${beyond}) / 100` },
      },
      {
        ...{ ...MEMBER, when: hasId, enforcement: "soft" },
        ...{ quota: "='user_spend_' & userId", used: "$number(spendCents) / 100" },
      },
    ],
  },
});
