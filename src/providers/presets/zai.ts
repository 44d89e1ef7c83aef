import { definePreset } from "../preset.ts";

// https://github.com/zai-org/zai-coding-plugins, read 2026-11-21; the endpoint stands in no published list. `usage` is the
// limit and `currentValue` what was used. Only `unit` and `number` tell the windows apart: (3, 5) are five hours, (6, 1) a
// week; (5, 1) of a TIME_LIMIT is a month of tool calls. A window that nobody has touched has no reset, and one of the older
// plans a share alone. The team scope is that of bigmodel.cn; without its ids a team's key sees empty data.
const TEAM = { "bigmodel-organization": "{organization}", "bigmodel-project": "{project}", "accept-language": "en" };
const type = "$string(type ? type : name ? name : 'window')";
const length = "(unit & '_' & number)";
const isCoding = `$contains(${type}, /^(TOKENS|CREDIT)_LIMIT$/)`;
const isMonth = `${type} = 'TIME_LIMIT' and ${length} in ['5_1', '_']`;
const hasCounts = "usage != null and $not(usage in [0, '0']) and $exists([currentValue, remaining][$ != null])";
const isCounted = `($exists(percentage) ? ${hasCounts} : true)`;
const share = "$exists(percentage) ? percentage : currentValue / usage * 100";
const RESET = { each: "data.limits", reset_at: "nextResetTime", percent_used: "percentage" };
const AMOUNTS = { ...RESET, limit: "usage", used: "currentValue", remaining: "remaining" };
const isEmpty = "success and ($string([data]) in ['[]', '[null]', '[{}]'] or $string(data.limits) in ['null', '[]'])";

export const zai = definePreset({
  ...{ id: "zai", title: "Z.ai (GLM Coding Plan)", baseUrl: "https://api.z.ai", floorSeconds: 60 },
  otherHosts: ["open.bigmodel.cn", "bigmodel.cn"],
  environment: { apiKey: ["ZAI_API_KEY", "Z_AI_API_KEY", "ZHIPU_API_KEY", "GLM_API_KEY"] },
  variables: { organization: { about: "id of a team", fills: { type: "2" } }, project: { about: "id of its project" } },
  mapping: {
    request: { path: "/api/monitor/usage/quota/limit", auth: "raw", query: { type: "{type}" }, headers: TEAM },
    failures: [
      { when: "$string(code) = '401'", reason: "auth" },
      { when: "$not(success = true) and $contains($lowercase($string(msg)), 'coding plan')", reason: "not_entitled" },
      { when: "$status = 200 and (success = false or $string(code) != '200')", reason: "server" },
      { when: isEmpty, reason: "not_entitled", hint: "a team needs organization and project" },
    ],
    plan: "data.(level ? level : planName ? planName : plan ? plan : plan_type ? plan_type : packageName)",
    readings: [
      {
        ...{ ...AMOUNTS, when: isCoding, kind: "rolling", unit: `=${isCounted} ? 'credits' : 'ratio'` },
        quota: `=${length} = '3_5' ? 'five_hour' : ${length} = '6_1' ? 'weekly' : 'window_' & ${length}`,
        period: "=$lookup({ '3': 3600, '6': 604800 }, $string(unit)) * $number(number)",
      },
      {
        ...{ ...AMOUNTS, when: `$not(${isCoding})`, kind: `=${isMonth} ? 'calendar' : 'rolling'`, partial: true },
        ...{ quota: `=${isMonth} ? 'mcp_monthly' : ${type} & '_' & ${length}`, percent_used: share },
        unit: `=${isMonth} and ${isCounted} ? 'requests' : 'ratio'`,
      },
    ],
  },
});
