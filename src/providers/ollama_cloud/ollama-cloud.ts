import { defineProvider } from "../provider.ts";
import { toReadings, Usage } from "./schema.ts";
import { understand } from "./traffic.ts";

export const ollamaCloud = defineProvider({
  id: "ollama_cloud",
  title: "Ollama Cloud",
  baseUrl: "https://ollama.com",
  credential: "api_key",
  environment: { apiKey: ["OLLAMA_API_KEY"] },
  floorSeconds: 120,
  understand,

  // `/api/tags` is public here and would say nothing about the key.
  async read({ baseUrl, apiKey }, { http, signal, now }) {
    const { data } = await http.json({ url: `${baseUrl}/api/usage`, schema: Usage, bearer: apiKey, signal });
    return { readings: toReadings(data, now), metered: true };
  },
});
