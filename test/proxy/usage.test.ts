import { describe, expect, it } from "vitest";
import { together, toldBy } from "../../src/proxy/usage.ts";

describe("what an answer tells of its call", () => {
  it.each([
    [
      "OpenAI chat",
      {
        model: "gpt-5",
        usage: {
          prompt_tokens: 7,
          completion_tokens: 3,
          total_tokens: 10,
          prompt_tokens_details: { cached_tokens: 5 },
        },
      },
      { model: "gpt-5", usage: { inputTokens: 7, outputTokens: 3 } },
    ],
    ["an OpenAI chunk before the last", { model: "gpt-5", choices: [], usage: null }, { model: "gpt-5" }],
    [
      "OpenAI Responses",
      { model: "gpt-5", usage: { input_tokens: 9, input_tokens_details: { cached_tokens: 4 }, output_tokens: 2 } },
      { model: "gpt-5", usage: { inputTokens: 9, outputTokens: 2 } },
    ],
    [
      "response.completed",
      { type: "response.completed", response: { model: "gpt-5", usage: { input_tokens: 9, output_tokens: 2 } } },
      { model: "gpt-5", usage: { inputTokens: 9, outputTokens: 2 } },
    ],
    [
      "an embedding",
      { model: "text-embedding-3-small", usage: { prompt_tokens: 8, total_tokens: 8 } },
      { model: "text-embedding-3-small", usage: { inputTokens: 8 } },
    ],
    [
      "Anthropic, whose cache comes on top",
      {
        model: "claude-opus-5",
        usage: { input_tokens: 10, cache_creation_input_tokens: 200, cache_read_input_tokens: 3000, output_tokens: 5 },
      },
      { model: "claude-opus-5", usage: { inputTokens: 3210, outputTokens: 5 } },
    ],
    [
      "message_start, whose output has only begun",
      { type: "message_start", message: { model: "claude-opus-5", usage: { input_tokens: 10, output_tokens: 1 } } },
      { model: "claude-opus-5", usage: { inputTokens: 10 } },
    ],
    ["message_delta", { type: "message_delta", usage: { output_tokens: 15 } }, { usage: { outputTokens: 15 } }],
    [
      "Gemini",
      {
        modelVersion: "gemini-2.5-pro",
        usageMetadata: { promptTokenCount: 4, candidatesTokenCount: 6, thoughtsTokenCount: 20 },
      },
      { model: "gemini-2.5-pro", usage: { inputTokens: 4, outputTokens: 26 } },
    ],
    [
      "a list of Gemini's chunks",
      [{ usageMetadata: { promptTokenCount: 4 } }, { usageMetadata: { promptTokenCount: 4, candidatesTokenCount: 6 } }],
      { usage: { inputTokens: 4, outputTokens: 6 } },
    ],
  ])("%s", (_dialect, json, told) => {
    expect(toldBy(json)).toEqual(told);
  });

  it.each([
    ["negative", { usage: { prompt_tokens: -1, completion_tokens: 2 } }, { usage: { outputTokens: 2 } }],
    ["half", { usage: { prompt_tokens: 1.5 } }, {}],
    ["as text", { usage: { prompt_tokens: "7" } }, {}],
    ["in a list", { usage: [7] }, {}],
    ["beyond any", { usage: { prompt_tokens: 1e300 } }, {}],
    ["as text in place of an answer", "usage", {}],
    ["in nothing", null, {}],
    ["for a model without a name", { model: "", usage: { prompt_tokens: 7 } }, { usage: { inputTokens: 7 } }],
    ["for a model of 200 letters", { model: "m".repeat(200) }, {}],
  ])("is left out where it stands %s", (_where, json, told) => {
    expect(toldBy(json)).toEqual(told);
  });
});

it("of two tellings the first model and the higher amounts stand", () => {
  const first = { model: "a", usage: { inputTokens: 10 } };
  const second = { model: "b", usage: { inputTokens: 8, outputTokens: 4 } };

  expect(together(first, second)).toEqual({ model: "a", usage: { inputTokens: 10, outputTokens: 4 } });
  expect(together({}, {})).toEqual({});
});
