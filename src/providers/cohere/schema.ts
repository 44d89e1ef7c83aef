import { z } from "zod";
import { toUsage } from "../completion.ts";

// https://docs.cohere.com/reference/list-models and …/chat, not confirmed on 2026-11-21. Undefined where there is a further
// page: half a list is none.
export const Models = z
  .object({ models: z.array(z.object({ name: z.string() })), next_page_token: z.string().nullish() })
  .transform(({ models, next_page_token }) =>
    next_page_token ? undefined : [...new Set(models.map(({ name }) => name))],
  );

const Count = z.number().nonnegative();

export const Chat = z
  .object({
    message: z.object({}),
    usage: z
      .object({ tokens: z.object({ input_tokens: Count.nullish(), output_tokens: Count.nullish() }).nullish() })
      .nullish(),
  })
  .transform(({ usage }) => toUsage(usage?.tokens?.input_tokens, usage?.tokens?.output_tokens));
