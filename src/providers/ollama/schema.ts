import { z } from "zod";

// https://github.com/ollama/ollama/blob/main/docs/api.md, read 2026-11-21.
export const Version = z.object({ version: z.string() });

/** `remote_host`: it runs elsewhere. Older servers do not tell `capabilities`. */
const Installed = z.object({
  name: z.string(),
  size: z.number().nonnegative().optional(),
  remote_host: z.string().optional(),
  capabilities: z.array(z.string()).nullish(),
});

/**
 * Older servers answer null when no model is installed (https://github.com/ollama/ollama/issues/4424). An answer that
 * tells other things and no models is not Ollama's.
 */
export const Tags = z
  .looseObject({ models: z.array(Installed).nullish() })
  .refine((answer) => "models" in answer || Object.keys(answer).length === 0, {
    path: ["models"],
    message: "expected a list, but it is missing",
  })
  .transform(({ models }) => models ?? []);

/** The smallest that runs on this server and can generate: the one that takes the least of it. */
export function modelToProbe(installed: z.infer<typeof Tags>): string | undefined {
  const able = installed.filter(
    ({ remote_host, capabilities }) => !remote_host && (capabilities?.includes("completion") ?? true),
  );
  return able.toSorted((a, b) => (a.size ?? Infinity) - (b.size ?? Infinity))[0]?.name;
}

/** A count of 0 is left out. Older servers evaluated a prompt that they had cached for nothing, and counted 0. */
const Count = z.number().int().nonnegative().default(0);

export const Generated = z
  .object({ done: z.literal(true), prompt_eval_count: Count, eval_count: Count })
  .transform(({ prompt_eval_count, eval_count }) => ({ inputTokens: prompt_eval_count, outputTokens: eval_count }));
