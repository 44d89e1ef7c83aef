import type { ServerResponse } from "node:http";
import { createServer as createTcpServer } from "node:net";
import { inspect } from "node:util";
import { gzipSync } from "node:zlib";
import { afterAll, describe, expect, it } from "vitest";
import { z } from "zod";
import type { JsonRequest, TextRequest } from "../../src/http/client.ts";
import { createHttpClient } from "../../src/http/undici-client.ts";
import { UpstreamError } from "../../src/http/upstream-error.ts";
import { Secret } from "../../src/secret.ts";
import { neverAnswer, type Respond, sendJson, startServer } from "../support/json-server.ts";

const MAX_BYTES = 10_000;
const client = createHttpClient({ userAgent: "llm-quota-exporter/test", maxBytes: MAX_BYTES });
afterAll(() => client.close());

const Answer = z.object({ left: z.number() });
const GOOD = { left: 7 };

function ask(url: string, request: Partial<JsonRequest<{ left: number }>> = {}) {
  return client.json({ url, schema: Answer, signal: AbortSignal.timeout(5000), ...request });
}

function askText(url: string, request: Partial<TextRequest> = {}) {
  return client.text({ url, accept: "text/plain;version=0.0.4", signal: AbortSignal.timeout(5000), ...request });
}

async function failureOf(call: Promise<unknown>): Promise<UpstreamError> {
  const error: unknown = await call.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  expect(error).toBeInstanceOf(UpstreamError);
  return error as UpstreamError;
}

/** An answer with these bytes and headers, status 200. */
function bytes(body: Uint8Array | string, headers: Record<string, string> = {}): Respond {
  return (_request, response) => void response.writeHead(200, headers).end(body);
}

const NoMoney = z
  .object({ code: z.string() })
  .transform(({ code }) => (code === "no_money" ? ("not_entitled" as const) : undefined));

function refusedWith(body: string): Respond {
  return (_request, response) => void response.writeHead(429, { "retry-after": "7" }).end(body);
}

describe("a call that works", () => {
  it("gives the checked data, the status and the headers", async () => {
    await using server = await startServer((_request, response) => {
      response
        .writeHead(201, { "X-Left": "7", "set-cookie": ["a=1", "b=2"] })
        .end(JSON.stringify({ ...GOOD, extra: true }));
    });

    const answer = await ask(server.url);

    expect(answer).toMatchObject({ data: GOOD, status: 201, headers: { "x-left": "7", "set-cookie": "a=1, b=2" } });
  });

  it("says who asks and what it takes", async () => {
    await using server = await startServer((_request, response) => sendJson(response, GOOD));

    await ask(`${server.url}/v1/left?page=2`);

    expect(server.requests).toMatchObject([
      {
        method: "GET",
        path: "/v1/left?page=2",
        headers: { "user-agent": "llm-quota-exporter/test", accept: "application/json", "accept-encoding": "gzip" },
      },
    ]);
    expect(server.requests[0]?.headers).not.toHaveProperty("content-type");
  });

  it("sends credentials and a JSON body", async () => {
    await using server = await startServer((_request, response) => sendJson(response, GOOD));

    const headers = { "X-Api-Key": new Secret("k-1"), "x-plain": "p" };
    await ask(server.url, { method: "POST", body: { a: 1 }, bearer: new Secret("b-1"), headers });

    expect(server.requests).toMatchObject([
      {
        method: "POST",
        body: '{"a":1}',
        headers: {
          authorization: "Bearer b-1",
          "x-api-key": "k-1",
          "x-plain": "p",
          "content-type": "application/json",
        },
      },
    ]);
  });

  it("does not send what the address carries before the host", async () => {
    await using server = await startServer((_request, response) => sendJson(response, GOOD));

    await ask(server.url.replace("http://", "http://someone:hush@"));

    expect(server.requests[0]?.headers).not.toHaveProperty("authorization");
  });

  it.each<[name: string, respond: Respond]>([
    ["gzip", bytes(gzipSync(JSON.stringify(GOOD)), { "content-encoding": "gzip" })],
    ["a byte order mark", bytes(`\uFEFF${JSON.stringify(GOOD)}`)],
    ["JSON that calls itself text", bytes(JSON.stringify(GOOD), { "content-type": "text/plain" })],
    ["a body of exactly the largest size", bytes(JSON.stringify(GOOD).padEnd(MAX_BYTES))],
  ])("reads %s", async (_name, respond) => {
    await using server = await startServer(respond);

    expect((await ask(server.url)).data).toEqual(GOOD);
  });
});

describe("an answer that cannot be read", () => {
  it.each<[name: string, respond: Respond, message: string]>([
    ["is not the shape", bytes('{"left":"hush"}'), "an unexpected shape: $.left: expected number, received string"],
    ["is an HTML page", bytes("<p>hush", { "content-type": "text/html" }), "HTML, not JSON: check base_url"],
    ["is HTML by its text", bytes("<!doctype html><p>hush"), "HTML, not JSON: check base_url"],
    ["is other text", bytes("hush", { "content-type": "text/plain" }), "text/plain, not JSON: check base_url"],
    [
      "has a content type of the sender's making",
      bytes("hush", { "content-type": "hush/1" }),
      "something that is not JSON: check base_url",
    ],
    ["is cut short", bytes('{"left": ', { "content-type": "application/json" }), "JSON that is broken or cut short"],
    ["is empty", bytes(""), "an empty body"],
    ["is not UTF-8", bytes(Buffer.from('{"left":"\xff"}', "latin1")), "text that is not UTF-8"],
    ["is too large", bytes(" ".repeat(MAX_BYTES + 1)), "more than 10000 bytes"],
    [
      "is too large when unpacked",
      bytes(gzipSync(" ".repeat(MAX_BYTES + 1)), { "content-encoding": "gzip" }),
      "more than 10000 bytes",
    ],
    ["is no gzip though it says so", bytes("hush", { "content-encoding": "gzip" }), "gzip that cannot be unpacked"],
    [
      "is gzip cut short",
      bytes(gzipSync(JSON.stringify(GOOD)).subarray(0, -12), { "content-encoding": "gzip" }),
      "gzip that cannot be unpacked",
    ],
    [
      "is packed another way",
      bytes("hush", { "content-encoding": "br" }),
      "in a content encoding that was not asked for",
    ],
    ["has huge headers", bytes("{}", { "x-page": "hush".repeat(20_000) }), "with headers that are too large"],
  ])("is malformed when it %s", async (_name, respond, message) => {
    await using server = await startServer(respond);

    const failure = await failureOf(ask(`${server.url}/left`));

    expect(failure.reason).toBe("malformed");
    expect(failure.message).toBe(`GET ${new URL(server.url).host}/left answered ${message}`);
    expect(inspect(failure)).not.toContain("hush");
  });

  it("is malformed when it does not speak HTTP", async () => {
    const server = createTcpServer((socket) => void socket.resume().end("SSH-2.0-OpenSSH_9.2\r\n"));
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    const address = server.address();
    const port = typeof address === "object" ? address?.port : undefined;

    const failure = await failureOf(ask(`http://127.0.0.1:${port}/`));
    await new Promise((resolve) => server.close(resolve));

    expect(failure.reason).toBe("malformed");
    expect(failure.message).toBe(`GET 127.0.0.1:${port}/ answered something that is not HTTP`);
  });
});

describe("a call for text", () => {
  it("gives the text, the status and the headers", async () => {
    await using server = await startServer(bytes("up 1\n", { "X-Left": "7" }));

    expect(await askText(server.url)).toMatchObject({ data: "up 1\n", status: 200, headers: { "x-left": "7" } });
  });

  it("says which text it takes, and sends credentials", async () => {
    await using server = await startServer(bytes("up 1\n"));

    await askText(`${server.url}/metrics`, { bearer: new Secret("b-1"), headers: { "X-Plain": "p" } });

    expect(server.requests).toMatchObject([
      {
        method: "GET",
        path: "/metrics",
        body: "",
        headers: {
          accept: "text/plain;version=0.0.4",
          "accept-encoding": "gzip",
          "user-agent": "llm-quota-exporter/test",
          authorization: "Bearer b-1",
          "x-plain": "p",
        },
      },
    ]);
    expect(server.requests[0]?.headers).not.toHaveProperty("content-type");
  });

  it.each<[name: string, respond: Respond]>([
    ["gzip", bytes(gzipSync("up 1\n"), { "content-encoding": "gzip" })],
    ["a byte order mark", bytes("\uFEFFup 1\n")],
    ["text that calls itself something else", bytes("up 1\n", { "content-type": "application/octet-stream" })],
  ])("reads %s", async (_name, respond) => {
    await using server = await startServer(respond);

    expect((await askText(server.url)).data).toBe("up 1\n");
  });

  it.each<[name: string, respond: Respond, message: string]>([
    ["is an HTML page", bytes("hush", { "content-type": "text/html" }), "HTML, not plain text: check base_url"],
    ["is HTML by its text", bytes("<!doctype html>hush"), "HTML, not plain text: check base_url"],
    ["is empty", bytes("\n"), "an empty body"],
    ["is not UTF-8", bytes(Buffer.from("hush\xff", "latin1")), "text that is not UTF-8"],
    ["is too large", bytes("#".repeat(MAX_BYTES + 1)), "more than 10000 bytes"],
    [
      "is too large when unpacked",
      bytes(gzipSync("#".repeat(MAX_BYTES + 1)), { "content-encoding": "gzip" }),
      "more than 10000 bytes",
    ],
    ["is no gzip though it says so", bytes("hush", { "content-encoding": "gzip" }), "gzip that cannot be unpacked"],
  ])("is malformed when the answer %s", async (_name, respond, message) => {
    await using server = await startServer(respond);

    const failure = await failureOf(askText(`${server.url}/metrics?key=hush`));

    expect(failure.reason).toBe("malformed");
    expect(failure.message).toBe(`GET ${new URL(server.url).host}/metrics answered ${message}`);
    expect(inspect(failure, { depth: null, showHidden: true })).not.toContain("hush");
  });

  it.each<[name: string, respond: Respond, reason: string, retryAfterSeconds: number | undefined]>([
    ["a refusal", refusedWith("hush"), "rate_limited", 7],
    [
      "a redirect",
      (_request, response) => void response.writeHead(302, { location: "/hush" }).end(),
      "client",
      undefined,
    ],
    ["a closed connection", (_request, response) => void response.destroy(), "network", undefined],
  ])("fails by %s as one for JSON does", async (_name, respond, reason, retryAfterSeconds) => {
    await using server = await startServer(respond);

    const failure = await failureOf(askText(server.url, { bearer: new Secret("hush") }));

    expect(failure).toMatchObject({ reason, retryAfterSeconds });
    expect(inspect(failure, { depth: null, showHidden: true })).not.toContain("hush");
    expect(server.requests).toHaveLength(1);
  });

  it("ends at its deadline and at shutdown", async () => {
    await using server = await startServer(neverAnswer);
    const stopping = new Error("shutting down");
    const shutdown = new AbortController();
    setTimeout(() => shutdown.abort(stopping), 60);

    expect(await failureOf(askText(server.url, { signal: AbortSignal.timeout(60) }))).toMatchObject({
      reason: "timeout",
    });
    await expect(askText(server.url, { signal: shutdown.signal })).rejects.toBe(stopping);
  });
});

describe("a web page in place of an answer", () => {
  it.each<[name: string, respond: Respond, isWebPage: boolean]>([
    ["a page by its type", bytes("hush", { "content-type": "text/html; charset=utf-8" }), true],
    ["a page by its text", bytes("\n<html>hush"), true],
    ["broken JSON", bytes("{", { "content-type": "application/json" }), false],
    ["other text", bytes("hush", { "content-type": "text/plain" }), false],
    ["an empty body", bytes(""), false],
  ])("is told from everything else: %s", async (_name, respond, isWebPage) => {
    await using server = await startServer(respond);

    expect(await failureOf(ask(server.url))).toMatchObject({ reason: "malformed", isWebPage });
  });
});

describe("a call that is refused", () => {
  it("names the method, host and path, but no password, query or body", async () => {
    await using server = await startServer((_request, response) => sendJson(response, { error: "hush" }, 403));
    const url = `${server.url.replace("http://", "http://someone:hush@")}/left?key=hush#hush`;

    const failure = await failureOf(ask(url, { method: "POST", bearer: new Secret("hush") }));

    const message = `POST ${new URL(server.url).host}/left answered 403: the credential is refused`;
    expect(failure).toMatchObject({ reason: "auth", status: 403, message });
    expect(inspect(failure, { depth: null, showHidden: true })).not.toContain("hush");
  });

  it("does not follow a redirect", async () => {
    await using server = await startServer((_request, response) => {
      response.writeHead(307, { location: "/elsewhere" }).end();
    });

    const failure = await failureOf(ask(server.url, { bearer: new Secret("k-1") }));

    expect(failure).toMatchObject({ reason: "client", status: 307 });
    expect(failure.message).toContain("redirects are not followed, check base_url");
    expect(server.requests).toHaveLength(1);
  });

  it("carries the wait that it was asked for", async () => {
    await using server = await startServer((_request, response) =>
      sendJson(response, {}, 429, { "retry-after": "90" }),
    );

    expect(await failureOf(ask(server.url))).toMatchObject({ reason: "rate_limited", retryAfterSeconds: 90 });
  });

  it("carries the headers that tell a rate limit, and no others", async () => {
    const told = { "x-ratelimit-remaining-requests": "0", "x-ratelimit-reset-requests": "20ms" };
    const headers = { ...told, "x-ratelimit-limit-requests": "hush", "x-request-id": "hush" };
    await using server = await startServer((_request, response) => sendJson(response, {}, 429, headers));

    const failure = await failureOf(ask(server.url));

    expect(failure.rateLimitHeaders).toEqual({ ...told, date: expect.stringMatching(/ GMT$/) });
    expect(inspect(failure, { depth: null, showHidden: true })).not.toContain("hush");
  });

  it.each<[name: string, respond: Respond, reason: string]>([
    ["a code that says more", refusedWith('{"code":"no_money"}'), "not_entitled"],
    ["another code", refusedWith('{"code":"hush"}'), "rate_limited"],
    ["a body of another shape", refusedWith('{"hush":[1]}'), "rate_limited"],
    ["HTML", refusedWith("<p>hush"), "rate_limited"],
    ["no body", refusedWith(""), "rate_limited"],
    ["a body that is too large", refusedWith(`{"code":"no_money","hush":"${" ".repeat(70_000)}"}`), "rate_limited"],
    [
      "a body that breaks off",
      (_request, response) => {
        response.writeHead(429, { "content-length": "1000", "retry-after": "7" });
        response.write('{"code":"no_money"', () => response.destroy());
      },
      "rate_limited",
    ],
  ])("takes its reason from %s, else from the status", async (_name, respond, reason) => {
    await using server = await startServer(respond);

    const failure = await failureOf(ask(server.url, { refusal: NoMoney }));

    expect(failure).toMatchObject({ reason, status: 429, retryAfterSeconds: 7 });
    expect(inspect(failure, { depth: null, showHidden: true })).not.toContain("hush");
  });

  it.each(["deadline", "shutdown"])("ends at its %s while a body that could say more does not come", async (end) => {
    await using server = await startServer((_request, response) => void response.writeHead(429).flushHeaders());
    const stopping = new Error("shutting down");
    const shutdown = new AbortController();
    if (end === "shutdown") setTimeout(() => shutdown.abort(stopping), 60);
    const signal = end === "shutdown" ? shutdown.signal : AbortSignal.timeout(60);

    const failing = ask(server.url, { refusal: NoMoney, signal });

    if (end === "shutdown") await expect(failing).rejects.toBe(stopping);
    else expect(await failureOf(failing)).toMatchObject({ reason: "timeout" });
  });

  it("does not wait for the body of a refusal", async () => {
    await using server = await startServer((_request, response) => {
      response.writeHead(500, { "content-length": "1000" }).write("hush");
    });

    expect(await failureOf(ask(server.url))).toMatchObject({ reason: "server", status: 500 });
  });
});

describe("a connection that fails", () => {
  it("is network when nobody listens", async () => {
    const { url } = await startAndStop();

    const failure = await failureOf(ask(`${url}/left?key=hush`));

    expect(failure.reason).toBe("network");
    expect(failure.message).toBe(`GET ${new URL(url).host}/left failed: connection refused (ECONNREFUSED)`);
  });

  it.each<[name: string, respond: Respond]>([
    ["before the answer", (_request, response) => void response.destroy()],
    [
      "within the answer",
      (_request, response) => {
        response.writeHead(200, { "content-length": "100" });
        response.write('{"left":', () => response.destroy());
      },
    ],
  ])("is network when it ends %s", async (_name, respond) => {
    await using server = await startServer(respond);

    expect((await failureOf(ask(server.url))).reason).toBe("network");
  });
});

describe("the signal of a call", () => {
  const SLOW: [name: string, respond: Respond][] = [
    ["never answers", neverAnswer],
    ["stops after the headers", (_request, response) => void response.writeHead(200).flushHeaders()],
    ["drips", (_request, response) => drip(response)],
  ];

  it.each(SLOW)("ends a call at its deadline when the server %s", async (_name, respond) => {
    await using server = await startServer(respond);

    const failure = await failureOf(ask(`${server.url}/left`, { signal: AbortSignal.timeout(60) }));

    expect(failure.reason).toBe("timeout");
    expect(failure.message).toBe(`GET ${new URL(server.url).host}/left gave no answer in time`);
  });

  it.each(SLOW)("ends a call with its own reason at shutdown when the server %s", async (_name, respond) => {
    await using server = await startServer(respond);
    const shutdown = new AbortController();
    const reason = new Error("shutting down");
    setTimeout(() => shutdown.abort(reason), 60);

    const signal = AbortSignal.any([AbortSignal.timeout(5000), shutdown.signal]);

    await expect(ask(server.url, { signal })).rejects.toBe(reason);
  });

  it("sends nothing once it is aborted", async () => {
    await using server = await startServer((_request, response) => sendJson(response, GOOD));
    const reason = new Error("shutting down");

    await expect(ask(server.url, { signal: AbortSignal.abort(reason) })).rejects.toBe(reason);
    expect(server.requests).toEqual([]);
  });
});

describe("a request that cannot be sent", () => {
  it.each<[name: string, request: Partial<JsonRequest<{ left: number }>>, what: string]>([
    ["a line break in the bearer", { bearer: new Secret("hush\nx-evil: 1") }, "the credential"],
    ["an emoji in a secret header", { headers: { "x-api-key": new Secret("hush🔑") } }, "the credential"],
    ["a line break in another header", { headers: { "x-plain": "hush\r\n" } }, "the header x-plain"],
  ])("is refused for %s", async (_name, request, what) => {
    await using server = await startServer((_request, response) => sendJson(response, GOOD));

    const failure = await failureOf(ask(server.url, request));

    const { host } = new URL(server.url);
    expect(failure.reason).toBe("client");
    expect(failure.message).toBe(`GET ${host}/ not sent: ${what} contains characters that no header can carry`);
    expect(server.requests).toEqual([]);
  });

  it("is refused without a usable address", async () => {
    const failure = await failureOf(ask("not a url: hush"));

    expect(failure).toMatchObject({ reason: "client", message: "the address to call is not a URL: check base_url" });
  });
});

async function startAndStop(): Promise<{ readonly url: string }> {
  await using server = await startServer(neverAnswer);
  return { url: server.url };
}

/** A byte of blank every 10 ms: legal JSON so far, for ever. */
function drip(response: ServerResponse): void {
  response.writeHead(200);
  const timer = setInterval(() => response.write(" "), 10);
  response.on("close", () => clearInterval(timer));
}
