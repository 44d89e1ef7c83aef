import { Writable } from "node:stream";
import { text } from "node:stream/consumers";
import { brotliCompressSync, deflateSync, gzipSync } from "node:zlib";
import { Agent, interceptors, request, stream, fetch as undiciFetch } from "undici";
import { describe, expect, it } from "vitest";
import { observeInterceptor } from "../../src/observe/index.ts";
import { eventually } from "../support/eventually.ts";
import { type Respond, sendJson, startServer } from "../support/json-server.ts";
import { startExporter } from "./exporter.ts";

const KEY = "sk-ant-canary-0123456789abcdef";
const ANSWER = { model: "claude-opus-5", usage: { input_tokens: 5, output_tokens: 7 } };
const LIMITS = { "anthropic-ratelimit-requests-remaining": "49" };
const TOLD = {
  account: "team-a",
  status: 200,
  headers: { ...LIMITS, date: expect.anything() },
  model: "claude-opus-5",
  usage: { input_tokens: 5, output_tokens: 7 },
};
const POST = { method: "POST", headers: { "x-api-key": KEY }, body: "{}" } as const;

/** A dispatcher that is observed, between a provider and an exporter. */
async function start(respond: Respond) {
  const stack = new AsyncDisposableStack();
  const upstream = stack.use(await startServer(respond));
  const exporter = stack.use(await startExporter());
  const observe = observeInterceptor({ url: exporter.url, account: "team-a" });
  const agent = new Agent();
  stack.defer(() => agent.close());
  stack.defer(() => observe.close());
  return {
    url: `${upstream.url}/v1/messages`,
    dispatcher: agent.compose(observe),
    agent,
    observe,
    exporter,
    told: (count: number) =>
      eventually(async () => {
        await observe.flush();
        expect(exporter.told()).toHaveLength(count);
        return exporter.told();
      }),
    [Symbol.asyncDispose]: () => stack.disposeAsync(),
  };
}

const answer: Respond = (_, response) => sendJson(response, ANSWER, 200, LIMITS);

describe("a dispatcher with the interceptor", () => {
  it("gives request() its answer as it came", async () => {
    await using stage = await start(answer);

    const { statusCode, body } = await request(stage.url, { ...POST, dispatcher: stage.dispatcher });

    expect(statusCode).toBe(200);
    expect(await body.json()).toEqual(ANSWER);
    expect(await stage.told(1)).toEqual([TOLD]);
  });

  it("gives fetch() its answer as it came", async () => {
    await using stage = await start(answer);

    const response = await undiciFetch(stage.url, { ...POST, dispatcher: stage.dispatcher });

    expect(await response.json()).toEqual(ANSWER);
    expect(await stage.told(1)).toEqual([TOLD]);
  });

  it("gives stream() its answer as it came", async () => {
    await using stage = await start(answer);
    const chunks: Buffer[] = [];
    const sink = () => new Writable({ write: (chunk: Buffer, _, done) => done(void chunks.push(chunk) as undefined) });

    await stream(stage.url, { ...POST, dispatcher: stage.dispatcher }, sink);

    expect(JSON.parse(Buffer.concat(chunks).toString())).toEqual(ANSWER);
    expect(await stage.told(1)).toEqual([TOLD]);
  });

  it.each([
    ["gzip", gzipSync],
    ["br", brotliCompressSync],
    ["deflate", deflateSync],
  ])("reads what an answer cost that is packed by %s, and passes it on packed", async (encoding, pack) => {
    const packed = pack(JSON.stringify(ANSWER));
    await using stage = await start((_, response) => {
      response.writeHead(200, { "content-type": "application/json", "content-encoding": encoding, ...LIMITS });
      response.end(packed);
    });

    const { body } = await request(stage.url, { ...POST, dispatcher: stage.dispatcher });

    expect(Buffer.from(await body.bytes())).toEqual(packed);
    expect(await stage.told(1)).toEqual([TOLD]);
  });

  it.each([
    ["a packing that nobody knows", { "content-encoding": "zz" }, "{}"],
    ["a packing that is broken", { "content-encoding": "gzip" }, "no gzip"],
    ["more than is looked at", {}, JSON.stringify({ ...ANSWER, text: "x".repeat(400_000) })],
    ["a bomb", { "content-encoding": "gzip" }, gzipSync("x".repeat(4_000_000))],
  ])("tells a call without its cost: %s", async (_name, headers, body) => {
    await using stage = await start((_, response) => {
      response.writeHead(200, { "content-type": "application/json", ...headers, ...LIMITS });
      response.end(body);
    });

    const given = await request(stage.url, { ...POST, dispatcher: stage.dispatcher });
    await given.body.bytes();

    expect(await stage.told(1)).toEqual([{ account: "team-a", status: 200, headers: TOLD.headers }]);
  });

  it("passes a stream on piece by piece, and tells what its head says before it ends", async () => {
    let end = (): void => undefined;
    await using stage = await start((_, response) => {
      response.writeHead(200, { "content-type": "text/event-stream", ...LIMITS });
      response.write("data: 1\n\n");
      end = () => void response.end("data: 2\n\n");
    });

    const { body } = await request(stage.url, { ...POST, dispatcher: stage.dispatcher });
    expect(await stage.told(1)).toEqual([{ account: "team-a", status: 200, headers: TOLD.headers }]);
    end();

    expect(await text(body)).toBe("data: 1\n\ndata: 2\n\n");
  });

  it("tells a refusal without the key that it repeats", async () => {
    const error = { error: { type: "rate_limit_error", message: `key ${KEY}` } };
    await using stage = await start((_, response) => sendJson(response, error, 429));

    const { body } = await request(stage.url, { ...POST, dispatcher: stage.dispatcher });
    await body.bytes();

    expect(await stage.told(1)).toMatchObject([{ status: 429, error: { error: { message: "key [secret]" } } }]);
    expect(stage.exporter.requests.map((sent) => sent.body).join()).not.toContain("canary");
  });

  it("tells a call whose answer breaks off, and its caller hears that it did", async () => {
    await using stage = await start((_, response) => {
      response.writeHead(200, { "content-type": "application/json", "content-length": "100", ...LIMITS });
      response.write('{"model":', () => response.destroy());
    });

    const { body } = await request(stage.url, { ...POST, dispatcher: stage.dispatcher });
    await expect(body.text()).rejects.toThrow();

    expect(await stage.told(1)).toEqual([{ account: "team-a", status: 200, headers: TOLD.headers }]);
  });

  it("tells nothing of a call that was never answered, or that uses no quota", async () => {
    await using stage = await start((_, response) => void response.destroy());

    await expect(request(stage.url, { ...POST, dispatcher: stage.dispatcher })).rejects.toThrow();
    await stage.observe.close();

    expect(stage.exporter.requests).toEqual([]);
  });

  it("works beside other interceptors: each attempt of a retry is told", async () => {
    let asked = 0;
    await using stage = await start((_, response) => sendJson(response, ANSWER, ++asked === 1 ? 503 : 200, LIMITS));
    const retry = interceptors.retry({ methods: ["POST"], minTimeout: 1, statusCodes: [503] });
    const dispatcher = stage.agent.compose(stage.observe, retry);

    const { body } = await request(stage.url, { ...POST, dispatcher });

    expect(await body.json()).toEqual(ANSWER);
    expect((await stage.told(2)).map(({ status }) => status)).toEqual([503, 200]);
  });
});

it("a handler of a kind that nobody knows is left as it is", () => {
  const observe = observeInterceptor({ url: "http://127.0.0.1:1", account: "a" });
  const legacy = { onConnect: () => undefined, onHeaders: () => true };
  const given: unknown[] = [];

  observe((_options: object, handler: object) => given.push(handler) > 0)({}, legacy);

  expect(given).toEqual([legacy]);
  expect(given[0]).toBe(legacy);
});
