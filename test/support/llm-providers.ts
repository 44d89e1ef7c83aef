import type { ServerResponse } from "node:http";
import { type LocalServer, type ReceivedRequest, sendJson, startServer } from "./json-server.ts";

// The wire formats of https://developers.openai.com/api/reference and https://platform.claude.com/docs/en/api, read
// 2026-11-22, with as little in them as the official libraries need.

const OPENAI_LIMITS = {
  "x-ratelimit-limit-requests": "5000",
  "x-ratelimit-remaining-requests": "4321",
  "x-ratelimit-reset-requests": "59s",
  "x-ratelimit-limit-tokens": "160000",
  "x-ratelimit-remaining-tokens": "150000",
  "x-ratelimit-reset-tokens": "59s",
  "x-request-id": "req_test",
};

const ANTHROPIC_LIMITS = () => ({
  "anthropic-ratelimit-requests-limit": "50",
  "anthropic-ratelimit-requests-remaining": "49",
  "anthropic-ratelimit-requests-reset": new Date(Date.now() + 60_000).toISOString(),
  "anthropic-ratelimit-input-tokens-limit": "30000",
  "anthropic-ratelimit-input-tokens-remaining": "29000",
  "anthropic-ratelimit-input-tokens-reset": new Date(Date.now() + 60_000).toISOString(),
  "request-id": "req_test",
});

/** Words of a long answer. */
export const WORDS = ["Hello", " from", " the", " other", " side"];

interface Asked {
  readonly model: string;
  readonly stream?: boolean;
}

/** Speaks for OpenAI under /v1 and for Anthropic under its root; refuses the model `refused` for want of quota. */
export function startLlmProviders(): Promise<LocalServer> {
  return startServer((request, response) => {
    if (request.method === "GET") return sendJson(response, { object: "list", data: [] });
    const asked = JSON.parse(request.body) as Asked;
    const route = ROUTES[request.path];
    if (route === undefined) return sendJson(response, { error: { message: "not found" } }, 404);
    return route(response, asked, request);
  });
}

type Route = (response: ServerResponse, asked: Asked, request: ReceivedRequest) => void;

const ROUTES: Readonly<Record<string, Route>> = {
  "/v1/chat/completions": (response, asked) => {
    if (asked.model === "refused") return sendJson(response, QUOTA_GONE, 429, OPENAI_LIMITS);
    return asked.stream === true ? sendStream(response, chatChunks(asked), OPENAI_LIMITS) : chat(response, asked);
  },
  "/v1/responses": (response, asked) => sendStream(response, responseEvents(asked), OPENAI_LIMITS),
  "/v1/messages": (response, asked) =>
    asked.stream === true ? sendStream(response, messageEvents(asked), ANTHROPIC_LIMITS()) : message(response, asked),
};

const QUOTA_GONE = {
  error: {
    message: "You exceeded your current quota",
    type: "insufficient_quota",
    param: null,
    code: "insufficient_quota",
  },
};

function sendStream(
  response: ServerResponse,
  events: readonly object[],
  headers: Readonly<Record<string, string>>,
): void {
  response.writeHead(200, { "content-type": "text/event-stream; charset=utf-8", ...headers });
  for (const event of events) {
    const name = "type" in event ? `event: ${event.type}\n` : "";
    response.write(`${name}data: ${JSON.stringify(event)}\n\n`);
  }
  response.end("type" in (events[0] ?? {}) ? "" : "data: [DONE]\n\n");
}

function chat(response: ServerResponse, { model }: Asked): void {
  const answer = { role: "assistant", content: WORDS.join(""), refusal: null };
  const body = {
    ...{ id: "chatcmpl-1", object: "chat.completion", created: 1, model },
    choices: [{ index: 0, message: answer, finish_reason: "stop", logprobs: null }],
    usage: { prompt_tokens: 11, completion_tokens: 5, total_tokens: 16 },
  };
  sendJson(response, body, 200, OPENAI_LIMITS);
}

function chatChunks({ model }: Asked): readonly object[] {
  const common = { id: "chatcmpl-2", object: "chat.completion.chunk", created: 1, model };
  const chunks = WORDS.map((content) => ({
    ...common,
    choices: [{ index: 0, delta: { content }, finish_reason: null }],
    usage: null,
  }));
  const usage = { prompt_tokens: 20, completion_tokens: 7, total_tokens: 27 };
  return [...chunks, { ...common, choices: [], usage }];
}

function responseEvents({ model }: Asked): readonly object[] {
  const common = { id: "resp_1", object: "response", created_at: 1, model, output: [] };
  const usage = { input_tokens: 30, output_tokens: 9, total_tokens: 39 };
  return [
    { type: "response.created", sequence_number: 0, response: { ...common, status: "in_progress", usage: null } },
    { type: "response.completed", sequence_number: 1, response: { ...common, status: "completed", usage } },
  ];
}

function message(response: ServerResponse, { model }: Asked): void {
  const body = {
    ...{ id: "msg_1", type: "message", role: "assistant", model, stop_reason: "end_turn", stop_sequence: null },
    content: [{ type: "text", text: WORDS.join("") }],
    usage: { input_tokens: 8, cache_read_input_tokens: 100, output_tokens: 4 },
  };
  sendJson(response, body, 200, ANTHROPIC_LIMITS());
}

function messageEvents({ model }: Asked): readonly object[] {
  const start = { id: "msg_2", type: "message", role: "assistant", model, content: [], stop_reason: null };
  const texts = WORDS.map((text) => ({ type: "content_block_delta", index: 0, delta: { type: "text_delta", text } }));
  return [
    {
      type: "message_start",
      message: { ...start, stop_sequence: null, usage: { input_tokens: 12, output_tokens: 1 } },
    },
    { type: "content_block_start", index: 0, content_block: { type: "text", text: "" } },
    ...texts,
    { type: "content_block_stop", index: 0 },
    { type: "message_delta", delta: { stop_reason: "end_turn", stop_sequence: null }, usage: { output_tokens: 6 } },
    { type: "message_stop" },
  ];
}
