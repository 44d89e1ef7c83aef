import { z } from "zod";

// https://github.com/ollama/ollama/blob/main/docs/api.md, read 2026-11-21.
export const Version = z.object({ version: z.string() });

/**
 * Older servers answer null when no model is installed (https://github.com/ollama/ollama/issues/4424). An answer that
 * tells other things and no models is not Ollama's.
 */
export const Tags = z
  .looseObject({ models: z.array(z.object({ name: z.string() })).nullish() })
  .refine((answer) => "models" in answer || Object.keys(answer).length === 0, {
    path: ["models"],
    message: "expected a list, but it is missing",
  })
  .transform(({ models }) => [...new Set((models ?? []).map(({ name }) => name))]);
