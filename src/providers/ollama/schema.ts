import { z } from "zod";

// https://github.com/ollama/ollama/blob/main/docs/api.md, read 2026-11-21.
export const Version = z.object({ version: z.string() });

export const Tags = z
  .object({ models: z.array(z.object({ name: z.string() })) })
  .transform(({ models }) => [...new Set(models.map(({ name }) => name))]);
