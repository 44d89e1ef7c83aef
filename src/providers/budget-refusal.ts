import { z } from "zod";

/**
 * A LiteLLM proxy that has a key's budget used up: 400 in older versions, 429 in newer ones, which only the type tells from
 * other refusals (https://docs.litellm.ai/docs/proxy/users, read 2026-11-21).
 */
export const BudgetRefusal = z
  .object({ error: z.object({ type: z.literal("budget_exceeded") }) })
  .transform(() => "not_entitled" as const);
