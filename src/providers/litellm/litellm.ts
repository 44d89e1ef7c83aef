import { understandBudget } from "../budget-traffic.ts";
import { defineProvider } from "../provider.ts";
import { KeyInfo, Refusal, toAccountReading } from "./schema.ts";

export const litellm = defineProvider({
  id: "litellm",
  title: "LiteLLM",
  baseUrl: undefined,
  credential: "api_key",
  environment: { apiKey: ["LITELLM_API_KEY"], baseUrl: ["LITELLM_BASE_URL"] },
  floorSeconds: 30,
  understand: understandBudget,

  // Without a parameter the proxy tells of the key that asks.
  async read({ baseUrl, apiKey }, { http, signal, now }) {
    const call = { schema: KeyInfo, bearer: apiKey, refusal: Refusal, signal };
    const { data } = await http.json({ url: `${baseUrl}/key/info`, ...call });
    return toAccountReading(data, now);
  },
});
