import { defineHeaderProvider } from "../header-provider.ts";

// https://console.groq.com/docs/rate-limits, read 2026-11-21. Names as at OpenAI, but requests are counted by the day; the
// reset tells when what was used has flowed back, which it does all day long. Each model has its own.
export const groq = defineHeaderProvider({
  id: "groq",
  title: "Groq",
  baseUrl: "https://api.groq.com/openai/v1",
  environment: { apiKey: ["GROQ_API_KEY"] },
  keyPrefixes: ["gsk_"],
  tokenLimit: "max_completion_tokens",
  known: { requests: "day", tokens: "minute", sliding: ["requests_day"] },
});
