import { costOfPages, monthlySpend, monthStart } from "../cost-report.ts";
import { defineProvider } from "../provider.ts";
import { Costs } from "./schema.ts";

export const openaiAdmin = defineProvider({
  id: "openai_admin",
  title: "OpenAI (admin key)",
  baseUrl: "https://api.openai.com/v1",
  credential: "api_key",
  environment: { apiKey: ["OPENAI_ADMIN_KEY", "OPENAI_ADMIN_API_KEY"] },
  keyPrefixes: ["sk-admin-"],
  floorSeconds: 60,

  async read({ baseUrl, apiKey }, { http, signal, now }) {
    const start = monthStart(now).getTime() / 1000;
    const costs = `${baseUrl}/organization/costs?start_time=${start}&bucket_width=1d&limit=31`;
    const read = async (url: string) => (await http.json({ url, schema: Costs, bearer: apiKey, signal })).data;
    const usd = await costOfPages(costs, read);
    return { readings: [monthlySpend(usd, now)], metered: true };
  },
});
