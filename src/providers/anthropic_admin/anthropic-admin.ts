import { costOfPages, monthlySpend, monthStart } from "../cost-report.ts";
import { defineProvider } from "../provider.ts";
import { CostReport } from "./schema.ts";

export const anthropicAdmin = defineProvider({
  id: "anthropic_admin",
  title: "Anthropic (admin key)",
  baseUrl: "https://api.anthropic.com",
  credential: "api_key",
  keyHeader: "x-api-key",
  environment: { apiKey: ["ANTHROPIC_ADMIN_API_KEY", "ANTHROPIC_ADMIN_KEY"] },
  keyPrefixes: ["sk-ant-admin"],
  floorSeconds: 60,

  async read({ baseUrl, apiKey }, { http, signal, now }) {
    const headers = { "anthropic-version": "2023-06-01", ...(apiKey !== undefined && { "x-api-key": apiKey }) };
    const start = monthStart(now).toISOString().replace(".000", "");
    const report = `${baseUrl}/v1/organizations/cost_report?starting_at=${start}&bucket_width=1d&limit=31`;
    const read = async (url: string) => (await http.json({ url, schema: CostReport, headers, signal })).data;
    const usd = await costOfPages(report, read);
    return { readings: [monthlySpend(usd, now)], metered: true };
  },
});
