import { BudgetRefusal } from "../budget-refusal.ts";
import { understandBudget } from "../budget-traffic.ts";
import { ModelList } from "../model-list.ts";
import { defineProvider } from "../provider.ts";

// https://docs.blackbox.ai/api-reference, read 2026-11-21: limits are set and shown in the dashboard, and no documented call
// tells them or a balance. Users take the service for a LiteLLM proxy; `/key/info` is not asked on that guess.
export const blackbox = defineProvider({
  id: "blackbox",
  title: "Blackbox AI",
  baseUrl: "https://api.blackbox.ai/v1",
  credential: "api_key",
  environment: { apiKey: ["BLACKBOX_API_KEY"] },
  floorSeconds: 300,
  understand: understandBudget,

  async read({ baseUrl, apiKey }, { http, signal }) {
    const call = { schema: ModelList, bearer: apiKey, refusal: BudgetRefusal, signal };
    const { data: models } = await http.json({ url: `${baseUrl}/models`, ...call });
    return { readings: [], metered: true, models };
  },
});
