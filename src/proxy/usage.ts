import { z } from "zod";
import type { Usage } from "../quota/observation.ts";

/** What a piece of an answer tells of its call. */
export interface ToldOfCall {
  readonly model?: string;
  readonly usage?: Usage;
}

/** Null stands for "not yet" in the chunks of OpenAI; anything else that is no amount is none. */
const amount = z.int().nonnegative().optional().catch(undefined);
const name = z.string().min(1).max(128).optional().catch(undefined);

/**
 * OpenAI's chat and its many followers say `prompt_tokens`, its Responses API and Anthropic `input_tokens`. With Anthropic
 * what was read from and written to the cache comes on top; with OpenAI it is part of the input. Both read 2026-11-22.
 */
const tokens = z.object({
  prompt_tokens: amount,
  completion_tokens: amount,
  input_tokens: amount,
  output_tokens: amount,
  cache_creation_input_tokens: amount,
  cache_read_input_tokens: amount,
});
/** Gemini, in every chunk of a stream, for all of the answer so far. */
const geminiTokens = z.object({
  promptTokenCount: amount,
  toolUsePromptTokenCount: amount,
  candidatesTokenCount: amount,
  thoughtsTokenCount: amount,
});
const plain = z.object({ model: name, usage: tokens.optional().catch(undefined) });
const Answer = plain.extend({
  modelVersion: name,
  usageMetadata: geminiTokens.optional().catch(undefined),
  /** `message_start` of Anthropic: its output has only begun. */
  message: plain.optional().catch(undefined),
  /** `response.completed` of the Responses API. */
  response: plain.optional().catch(undefined),
});

/** Reads the answer to a call, one event of its stream, or the list of them that Gemini makes without `alt=sse`. */
export function toldBy(json: unknown): ToldOfCall {
  if (Array.isArray(json)) return json.map(toldBy).reduce(together, {});
  const { data } = Answer.safeParse(json);
  if (data === undefined) return {};
  const { message, response, usageMetadata } = data;
  const model = data.model ?? message?.model ?? response?.model ?? data.modelVersion;
  const usage = [data.usage, response?.usage].map(usageOf).find((one) => one !== undefined);
  const told = usage ?? begun(usageOf(message?.usage)) ?? geminiUsage(usageMetadata);
  return { ...(model !== undefined && { model }), ...(told !== undefined && { usage: told }) };
}

/** Streams tell the use of the whole answer so far, so that the highest counts. */
export function together(one: ToldOfCall, next: ToldOfCall): ToldOfCall {
  const model = one.model ?? next.model;
  const usage = usageOfBoth(one.usage, next.usage);
  return { ...(model !== undefined && { model }), ...(usage !== undefined && { usage }) };
}

function usageOfBoth(one: Usage | undefined, next: Usage | undefined): Usage | undefined {
  if (one === undefined || next === undefined) return one ?? next;
  return withoutUnknown(most(one.inputTokens, next.inputTokens), most(one.outputTokens, next.outputTokens));
}

function usageOf(told: z.infer<typeof tokens> | undefined): Usage | undefined {
  if (told === undefined) return undefined;
  const { cache_creation_input_tokens: written, cache_read_input_tokens: read } = told;
  const input = told.prompt_tokens ?? sumOf([told.input_tokens, written, read]);
  return withoutUnknown(input, told.completion_tokens ?? told.output_tokens);
}

function begun(usage: Usage | undefined): Usage | undefined {
  return usage && withoutUnknown(usage.inputTokens, undefined);
}

function geminiUsage(told: z.infer<typeof geminiTokens> | undefined): Usage | undefined {
  if (told === undefined) return undefined;
  const input = sumOf([told.promptTokenCount, told.toolUsePromptTokenCount]);
  return withoutUnknown(input, sumOf([told.candidatesTokenCount, told.thoughtsTokenCount]));
}

function withoutUnknown(inputTokens: number | undefined, outputTokens: number | undefined): Usage | undefined {
  if (inputTokens === undefined && outputTokens === undefined) return undefined;
  return { ...(inputTokens !== undefined && { inputTokens }), ...(outputTokens !== undefined && { outputTokens }) };
}

function sumOf(parts: readonly (number | undefined)[]): number | undefined {
  const told = parts.filter((part) => part !== undefined);
  return told.length === 0 ? undefined : told.reduce((sum, part) => sum + part, 0);
}

const most = (one: number | undefined, next: number | undefined) =>
  one === undefined || next === undefined ? (one ?? next) : Math.max(one, next);
