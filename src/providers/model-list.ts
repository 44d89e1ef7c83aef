import { z } from "zod";

/** The ids of `GET /models`, which many servers answer in OpenAI's form. */
export const ModelList = z
  .object({ data: z.array(z.object({ id: z.string() })) })
  .transform(({ data }) => [...new Set(data.map(({ id }) => id))]);
