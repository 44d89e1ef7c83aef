import { z } from "zod";
import { defineHeaderProvider } from "../header-provider.ts";
import { ModelList } from "../model-list.ts";

/** The bare list, as clients that others wrote expect it, or OpenAI's form. */
const Models = z.union([
  z.array(z.object({ id: z.string() })).transform((models) => [...new Set(models.map(({ id }) => id))]),
  ModelList,
]);

// https://docs.together.ai/docs/rate-limits and headers that others recorded, read 2026-11-21. Limits per second that move
// with the load. A 503 is a lack of capacity below them, whoever asks.
export const together = defineHeaderProvider({
  id: "together",
  title: "Together AI",
  baseUrl: "https://api.together.xyz/v1",
  otherHosts: ["api.together.ai"],
  environment: { apiKey: ["TOGETHER_API_KEY"] },
  list: { path: "/models", schema: Models },
  tokenLimit: "max_tokens",
  known: { requests: "second", tokens: "second" },
});
