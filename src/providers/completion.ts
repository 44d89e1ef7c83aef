import { z } from "zod";
import type { Usage } from "./rate-limit-readings.ts";

const Count = z.number().int().nonnegative();

/** What an answer in OpenAI's form has cost; undefined where it does not say. */
export const Completion = z
  .object({
    choices: z.array(z.unknown()),
    usage: z.object({ prompt_tokens: Count.nullish(), completion_tokens: Count.nullish() }).nullish(),
  })
  .transform(({ usage }) => toUsage(usage?.prompt_tokens, usage?.completion_tokens));

/** One of the two alone is no cost. */
export function toUsage(
  inputTokens: number | null | undefined,
  outputTokens: number | null | undefined,
): Usage | undefined {
  const isTold = typeof inputTokens === "number" && typeof outputTokens === "number";
  return isTold ? { inputTokens, outputTokens } : undefined;
}
