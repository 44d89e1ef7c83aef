import { ifAllowed } from "../../http/if-allowed.ts";
import { defineProvider } from "../provider.ts";
import { Credits, Key, Refusal, toAccountReading } from "./schema.ts";
import { understand } from "./traffic.ts";

export const openrouter = defineProvider({
  id: "openrouter",
  title: "OpenRouter",
  baseUrl: "https://openrouter.ai/api/v1",
  credential: "api_key",
  environment: { apiKey: ["OPENROUTER_API_KEY"] },
  keyPrefixes: ["sk-or-"],
  floorSeconds: 60,
  understand,

  async read({ baseUrl, apiKey }, { http, signal, now }) {
    const call = { bearer: apiKey, refusal: Refusal, signal };
    // One after the other, so that a refused credential is shown once per read and not twice.
    const key = await http.json({ ...call, url: `${baseUrl}/key`, schema: Key });
    // For management keys, by the documentation; others get a 403.
    const credits = await ifAllowed(http.json({ ...call, url: `${baseUrl}/credits`, schema: Credits }));
    return toAccountReading(key.data, credits?.data, now);
  },
});
