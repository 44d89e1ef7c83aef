import { definePreset } from "../preset.ts";

// https://docs.siliconflow.cn/cn/api-reference/userinfo/get-user-info, read 2026-11-21. `balance` is only what was granted,
// `chargeBalance` what was paid in; `totalBalance` is both. A `code` other than 20000 is an error, also with status 200. No
// field tells the currency: the two sites have one each. Lists of the international one call the path `/user`.
export const siliconflow = definePreset({
  id: "siliconflow",
  title: "SiliconFlow",
  baseUrl: "https://api.siliconflow.cn/v1",
  otherHosts: ["api.siliconflow.com"],
  environment: { apiKey: ["SILICONFLOW_API_KEY"] },
  floorSeconds: 60,
  mapping: {
    request: { path: ["/user/info", "/user"] },
    failures: [{ when: "$status = 200 and ($string(code) != '20000' or status = false)", reason: "server" }],
    readings: [
      {
        quota: "balance",
        kind: "credits",
        unit: "=$host = 'api.siliconflow.com' ? 'usd' : 'cny'",
        remaining: "data.totalBalance",
      },
    ],
  },
});
