import { defineHeaderProvider } from "../header-provider.ts";
import { Chat, Models } from "./schema.ts";

// https://docs.cohere.com/docs/rate-limits and headers that others recorded by 2026-06, read 2026-11-21. Trial keys alone have
// headers, and not with a refusal. Of the calls of a month only the limit is told, which says nothing of what is left.
export const cohere = defineHeaderProvider({
  id: "cohere",
  title: "Cohere",
  baseUrl: "https://api.cohere.com",
  environment: { apiKey: ["CO_API_KEY", "COHERE_API_KEY"] },
  list: { path: "/v1/models?page_size=1000", schema: Models },
  completion: { path: "/v2/chat", schema: Chat },
  tokenLimit: "max_tokens",
});
