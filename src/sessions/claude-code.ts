import { z } from "zod";
import { jsonOf, keyFor, Model, Time, Tokens } from "./fields.ts";
import type { Told, Tool } from "./tool.ts";

// No vendor page describes these files: the shape is what other readers of them rely on, read 2026-11-22. A message of
// several parts is written as several lines with the same ids; until it is finished, its output may be told too low.
const Message = z.object({
  type: z.literal("assistant").optional(),
  timestamp: Time,
  requestId: z.string().nullish(),
  isApiErrorMessage: z.boolean().nullish(),
  message: z.object({
    id: z.string().nullish(),
    model: Model.nullish(),
    stop_reason: z.string().nullish(),
    usage: z.object({
      input_tokens: Tokens,
      output_tokens: Tokens,
      cache_creation_input_tokens: Tokens.nullish(),
      cache_read_input_tokens: Tokens.nullish(),
    }),
  }),
});

/** Stands for a message that the tool made up itself. */
const NO_MODEL = "<synthetic>";

/** Other lines carry text alone, or the result of a tool that happens to have such words in it. */
const IsMessage = z.object({ message: z.object({ usage: z.looseObject({}) }) });

export const claudeCode: Tool = {
  folder: "projects",
  isLog: (name) => name.endsWith(".jsonl"),
  isNamedByFirstLine: false,
  mayTell: (line) => line.includes('"usage"') && line.includes('"message"'),
  read(text): Told | undefined | "malformed" {
    const line = jsonOf(text);
    if (line === undefined) return "malformed";
    if (!IsMessage.safeParse(line).success) return undefined;
    const { data } = Message.safeParse(line);
    if (data === undefined) return "malformed";
    const { id, model, stop_reason, usage } = data.message;
    // Without an id nobody can say whether it was counted before.
    if (!id || model === NO_MODEL || data.isApiErrorMessage === true) return undefined;
    const { input_tokens, output_tokens, cache_creation_input_tokens: written, cache_read_input_tokens: read } = usage;
    return {
      entry: {
        key: keyFor(id, data.requestId ?? ""),
        at: data.timestamp,
        ...(model && { model }),
        // What is written to the cache or read from it is not part of the input here.
        usage: { inputTokens: input_tokens + (written ?? 0) + (read ?? 0), outputTokens: output_tokens },
      },
      isPartial: !stop_reason,
    };
  },
};
