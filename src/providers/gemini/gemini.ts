import { defineProvider } from "../provider.ts";
import { Models, refusalAt } from "./schema.ts";
import { understand } from "./traffic.ts";

export const gemini = defineProvider({
  id: "gemini",
  title: "Gemini",
  baseUrl: "https://generativelanguage.googleapis.com/v1beta",
  credential: "api_key",
  keyHeader: "x-goog-api-key",
  environment: { apiKey: ["GEMINI_API_KEY", "GOOGLE_API_KEY"] },
  keyPrefixes: ["AIza"],
  floorSeconds: 60,
  understand,

  async read({ baseUrl, apiKey }, { http, signal, now }) {
    const { data: models } = await http.json({
      url: `${baseUrl}/models?pageSize=1000`,
      schema: Models,
      // Never in the address, which proxies write into their logs.
      headers: apiKey === undefined ? {} : { "x-goog-api-key": apiKey },
      refusal: refusalAt(now),
      signal,
    });
    return { readings: [], metered: true, ...(models !== undefined && { models }) };
  },
});
