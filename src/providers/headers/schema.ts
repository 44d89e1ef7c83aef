import { z } from "zod";
import { toUsage } from "../completion.ts";
import { ModelList } from "../model-list.ts";

/** Whatever it is, there is an answer. */
const AnyJson = z.union([z.record(z.string(), z.unknown()), z.array(z.unknown())]);

export const Checked = AnyJson.transform((answer) => ({ models: ModelList.safeParse(answer).data }));

const Count = z.number().int().nonnegative();
const OpenAi = z.object({ prompt_tokens: Count, completion_tokens: Count });
const Anthropic = z.object({ input_tokens: Count, output_tokens: Count });
const WithUsage = z.object({
  usage: z.union([
    OpenAi.transform((usage) => toUsage(usage.prompt_tokens, usage.completion_tokens)),
    Anthropic.transform((usage) => toUsage(usage.input_tokens, usage.output_tokens)),
  ]),
});

/** What the call has cost, where the answer says so in one of the two forms in use. */
export const Probed = AnyJson.transform((answer) => WithUsage.safeParse(answer).data?.usage);
