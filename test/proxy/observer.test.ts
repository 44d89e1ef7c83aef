import { brotliCompressSync, deflateSync, gzipSync, zstdCompressSync } from "node:zlib";
import { describe, expect, it } from "vitest";
import { createObserver } from "../../src/proxy/observer.ts";
import type { Observation } from "../../src/quota/observation.ts";

const NOW = new Date("2026-11-22T12:00:00.000Z");
const LIMITS = { "x-ratelimit-limit-requests": "100", "x-ratelimit-remaining-requests": "99" };
const SERVED = { at: NOW, status: 200, headers: LIMITS };
const CHAT = JSON.stringify({ model: "gpt-5-2026", usage: { prompt_tokens: 7, completion_tokens: 3 } });
const USAGE = { inputTokens: 7, outputTokens: 3 };
const STREAM = [
  'data: {"model":"gpt-5-2026","choices":[{"delta":{"content":"\\"usage\\":{"}}],"usage":null}\n\n',
  'data: {"model":"gpt-5-2026","choices":[],"usage":{"prompt_tokens":7,"completion_tokens":3}}\n\ndata: [DONE]\n\n',
].join("");

interface Plan {
  readonly method?: string;
  readonly path?: string;
  readonly request?: string;
  readonly status?: number;
  readonly type?: string | undefined;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string | Buffer;
  readonly isWhole?: boolean;
}

/** What is made of one call, its body in chunks of 1000 bytes. */
async function observed(plan: Plan) {
  const { method = "POST", path = "/v1/chat/completions", request = '{"model":"gpt-5"}', status = 200 } = plan;
  const { type = "application/json", headers = {}, body = CHAT, isWhole = true } = plan;
  const taken: Observation[] = [];
  const unread: string[] = [];
  const observer = createObserver({
    ...{ method, path },
    take: (call) => taken.push(call),
    unread: (why) => unread.push(why),
    now: () => NOW,
  });
  observer.requestData(Buffer.from(request));
  const all = { "Content-Type": type, "Set-Cookie": "secret=1", Authorization: "secret", ...LIMITS, ...headers };
  observer.begun(status, Object.entries(all).flat());
  const bytes = Buffer.from(body);
  for (let at = 0; at < bytes.length; at += 1000) observer.data(bytes.subarray(at, at + 1000));
  await observer.ended(isWhole);
  return { taken, unread };
}

describe("an answer in JSON", () => {
  it("tells its limits and what it cost, under the name of the model that was asked for", async () => {
    expect(await observed({})).toEqual({ taken: [{ ...SERVED, model: "gpt-5", usage: USAGE }], unread: [] });
  });

  it("names its model itself where the request does not", async () => {
    const { taken } = await observed({ request: "" });

    expect(taken).toEqual([{ ...SERVED, model: "gpt-5-2026", usage: USAGE }]);
  });

  it.each([
    ["gzip", gzipSync(CHAT)],
    ["br", brotliCompressSync(CHAT)],
    ["deflate", deflateSync(CHAT)],
    ["zstd", zstdCompressSync(CHAT)],
  ])("is read beside its way also when it is packed with %s", async (encoding, body) => {
    const { taken, unread } = await observed({ body, headers: { "content-encoding": encoding } });

    expect({ taken, unread }).toEqual({ taken: [{ ...SERVED, model: "gpt-5", usage: USAGE }], unread: [] });
  });

  it.each([
    ["too_large", { body: JSON.stringify({ text: "x".repeat(262_144), usage: { prompt_tokens: 7 } }) }],
    ["too_large", { body: gzipSync(Buffer.alloc(10_000_000, " ")), headers: { "content-encoding": "gzip" } }],
    ["malformed", { body: '{"usage":{' }],
    ["malformed", { body: gzipSync(CHAT).subarray(0, 20), headers: { "content-encoding": "gzip" } }],
    ["malformed", { body: CHAT, headers: { "content-encoding": "gzip" } }],
    ["encoding", { body: CHAT, headers: { "content-encoding": "x-own" } }],
  ])("that is %s leaves its cost unknown and is counted", async (why, plan) => {
    expect(await observed(plan)).toEqual({ taken: [{ ...SERVED, model: "gpt-5" }], unread: [why] });
  });

  it("that broke off is a call whose cost nobody knows", async () => {
    const { taken, unread } = await observed({ body: CHAT.slice(0, 20), isWhole: false });

    expect({ taken, unread }).toEqual({ taken: [{ ...SERVED, model: "gpt-5" }], unread: [] });
  });
});

describe("a stream", () => {
  const type = "text/event-stream; charset=utf-8";

  it("tells its limits when it begins and what it cost when it ends", async () => {
    expect(await observed({ type, body: STREAM })).toEqual({
      taken: [
        { ...SERVED, model: "gpt-5", uncounted: true },
        { ...SERVED, headers: {}, model: "gpt-5", usage: USAGE },
      ],
      unread: [],
    });
  });

  it("is read also when it is packed", async () => {
    const { taken } = await observed({ type, body: gzipSync(STREAM), headers: { "content-encoding": "gzip" } });

    expect(taken[1]).toEqual({ ...SERVED, headers: {}, model: "gpt-5", usage: USAGE });
  });

  it("of Anthropic tells its input first and its output last", async () => {
    const body = [
      { type: "message_start", message: { model: "claude", usage: { input_tokens: 10, output_tokens: 1 } } },
      { type: "content_block_delta", delta: { text: "usage" } },
      { type: "message_delta", usage: { output_tokens: 15 } },
    ]
      .map((event) => `event: ${event.type}\ndata: ${JSON.stringify(event)}\n\n`)
      .join("");
    const { taken } = await observed({ type, body, path: "/v1/messages", request: "" });

    expect(taken[1]).toEqual({ ...SERVED, headers: {}, model: "claude", usage: { inputTokens: 10, outputTokens: 15 } });
  });

  it.each([
    ["malformed", 'data: {"usage":{\n\n'],
    ["too_large", `data: {"usage":{"a":"${"x".repeat(262_144)}"}}\n\n`],
  ])("whose event is %s leaves its cost unknown and is counted", async (why, body) => {
    const { taken, unread } = await observed({ type, body });

    expect(taken[1]).toEqual({ ...SERVED, headers: {}, model: "gpt-5" });
    expect(unread).toEqual([why]);
  });

  it("whose events are nonsense is one that tells nothing", async () => {
    const { taken, unread } = await observed({ type, body: "data\n\ndata: \u0000\n:\nx: y\n\n" });

    expect(taken[1]).toEqual({ ...SERVED, headers: {}, model: "gpt-5" });
    expect(unread).toEqual([]);
  });
});

describe("what is no call that was served", () => {
  it("a refused one hands on its error", async () => {
    const error = { error: { code: "insufficient_quota" } };
    const { taken } = await observed({ status: 429, body: JSON.stringify(error) });

    expect(taken).toEqual([{ at: NOW, status: 429, headers: LIMITS, model: "gpt-5", error }]);
  });

  it.each([
    ["is not JSON", { type: "text/html", body: "<p>" }],
    ["is broken", { body: "{" }],
    ["is larger than any", { body: JSON.stringify({ error: "x".repeat(70_000) }) }],
  ])("one whose error %s is still refused", async (_why, plan) => {
    const { taken, unread } = await observed({ status: 503, ...plan });

    expect({ taken, unread }).toEqual({
      taken: [{ at: NOW, status: 503, headers: LIMITS, model: "gpt-5" }],
      unread: [],
    });
  });

  it.each([
    ["a list of models", { method: "GET", path: "/v1/models", request: "", body: '{"data":[]}' }],
    ["a count of tokens", { path: "/v1/messages/count_tokens", request: "", body: '{"input_tokens":7}' }],
    ["Gemini's count of tokens", { path: "/v1beta/models/g:countTokens", request: "", body: '{"totalTokens":7}' }],
    ["an upload", { path: "/v1/files", request: "", body: '{"id":"file-1"}' }],
  ])("%s counts for nothing, but tells its limits", async (_what, plan) => {
    const { taken } = await observed(plan);

    expect(taken).toEqual([expect.objectContaining({ ...SERVED, uncounted: true })]);
  });

  it("a redirect tells nothing", async () => {
    expect(await observed({ status: 302 })).toEqual({ taken: [], unread: [] });
  });

  it("a call without an answer tells nothing", async () => {
    const taken: Observation[] = [];
    const observer = createObserver({
      ...{ method: "POST", path: "/", now: () => NOW },
      take: (call) => taken.push(call),
      unread: () => undefined,
    });
    await observer.ended(false);

    expect(taken).toEqual([]);
  });
});
