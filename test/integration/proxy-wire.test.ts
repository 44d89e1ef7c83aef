import { createHash } from "node:crypto";
import { once } from "node:events";
import { type IncomingMessage, type RequestListener, request, type ServerResponse } from "node:http";
import { connect } from "node:net";
import { setImmediate as turnOfTheLoop } from "node:timers/promises";
import { gzipSync } from "node:zlib";
import { describe, expect, it } from "vitest";
import { Secret } from "../../src/secret.ts";
import { eventually } from "../support/eventually.ts";
import { bodyOf, call, exchangeBytes, open, startProxy } from "../support/running-proxy.ts";

const JSON_HEAD = { "content-type": "application/json" };
const USED = JSON.stringify({ model: "m", usage: { prompt_tokens: 1, completion_tokens: 2 } });

/** Answers with what it was sent. */
const mirror: RequestListener = async (incoming, response) => {
  const { method, url, rawHeaders, headers } = incoming;
  const body = await bodyOf(incoming);
  response.writeHead(200, JSON_HEAD).end(JSON.stringify({ method, url, rawHeaders, headers, body: body.toString() }));
};

const told = (body: Buffer) =>
  JSON.parse(body.toString()) as Record<"method" | "url" | "body", string> & {
    readonly rawHeaders: readonly string[];
    readonly headers: Readonly<Record<string, string>>;
  };

describe("a request", () => {
  it("arrives with its method, path, query, headers and body, for the host of the provider", async () => {
    await using proxy = await startProxy({ upstream: mirror });
    const headers = {
      Authorization: "Bearer callers-own",
      "X-One": ["1", "2"],
      "Accept-Encoding": "br",
      "User-Agent": "x",
    };

    const { body } = await call(proxy.port, { method: "PUT", path: "/up/v1/x?a=%20&b", headers }, "héllo");

    const arrived = told(body);
    expect(arrived).toMatchObject({ method: "PUT", url: "/base/v1/x?a=%20&b", body: "héllo" });
    expect(arrived.headers["host"]).toBe(`127.0.0.1:${proxy.upstreamPort}`);
    expect(arrived.headers["authorization"]).toBe("Bearer callers-own");
    expect(arrived.headers["accept-encoding"]).toBe("br");
    expect(arrived.headers["content-length"]).toBe("6");
    expect(arrived.headers["x-one"]).toBe("1, 2");
    expect(Object.keys(arrived.headers).filter((name) => /forward|via/.test(name))).toEqual([]);
  });

  it.each(["GET", "DELETE", "OPTIONS", "PATCH", "POST"])("without a body is passed on: %s", async (method) => {
    await using proxy = await startProxy({ upstream: mirror });

    const { body } = await call(proxy.port, { method, path: "/up/x" });

    expect(told(body)).toMatchObject({ method, url: "/base/x", body: "" });
  });

  it("is passed on as it comes in, before it has ended", async () => {
    let arrived = "";
    await using proxy = await startProxy({
      upstream: (incoming, response) => {
        incoming.on("data", (chunk: Buffer) => {
          arrived += chunk.toString();
        });
        incoming.on("end", () => response.end("ok"));
      },
    });
    const sent = request({ host: "127.0.0.1", port: proxy.port, method: "POST", path: "/up/x", agent: false });
    sent.write("first ");
    await eventually(() => expect(arrived).toBe("first "));
    sent.end("last");
    const [response] = (await once(sent, "response")) as [IncomingMessage];

    expect((await bodyOf(response)).toString()).toBe("ok");
    expect(arrived).toBe("first last");
  });

  it("that waits for 100 Continue gets it, and the provider hears nothing of it", async () => {
    await using proxy = await startProxy({ upstream: mirror });
    const options = { method: "POST", path: "/up/x", headers: { expect: "100-continue", "content-length": "2" } };
    const sent = request({ host: "127.0.0.1", port: proxy.port, agent: false, ...options });
    sent.flushHeaders();
    await once(sent, "continue");
    sent.end("hi");
    const [response] = (await once(sent, "response")) as [IncomingMessage];

    const arrived = told(await bodyOf(response));
    expect(arrived.body).toBe("hi");
    expect(arrived.headers["expect"]).toBeUndefined();
  });

  it.each([
    [
      "an address in place of a path",
      "GET http://evil.example/ HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n",
      400,
    ],
    ["CONNECT", "CONNECT evil.example:443 HTTP/1.1\r\nHost: localhost\r\n\r\n", 405],
    [
      "a WebSocket",
      "GET /up/x HTTP/1.1\r\nHost: localhost\r\nUpgrade: websocket\r\nConnection: Upgrade, close\r\n\r\n",
      501,
    ],
    ["a path without a route", "GET /down/x HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n", 404],
    ["a path that leaves", "GET /up/%2e%2e/admin HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n", 400],
    [
      "packed for this connection",
      "POST /up/x HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\nTransfer-Encoding: gzip, chunked\r\n\r\n0\r\n\r\n",
      501,
    ],
    ["no HTTP", "hello\r\n\r\n", 400],
    ["headers without end", `GET /up/x HTTP/1.1\r\nHost: localhost\r\nX: ${"x".repeat(20_000)}\r\n\r\n`, 431],
    [
      "two lengths",
      "POST /up/x HTTP/1.1\r\nHost: localhost\r\nContent-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n",
      400,
    ],
  ])("that is %s is refused", async (_what, bytes, status) => {
    let asked = 0;
    await using proxy = await startProxy({ upstream: () => void asked++ });

    expect(await exchangeBytes(proxy.port, bytes)).toMatch(new RegExp(`^HTTP/1\\.1 ${status} `));
    expect(asked).toBe(0);
    expect(proxy.active()).toBe(0);
  });

  it.each([
    ["as it says itself", { "content-length": "2000" }],
    ["as it turns out", { "transfer-encoding": "chunked" }],
  ])("too large, %s, is refused", async (_how, headers) => {
    await using proxy = await startProxy({ upstream: mirror, maxBodyBytes: 1000 });

    const { response, body } = await call(proxy.port, { method: "POST", path: "/up/x", headers }, "x".repeat(2000));

    expect(response.statusCode).toBe(413);
    expect(JSON.parse(body.toString())).toMatchObject({ error: { type: "proxy_error" } });
    await eventually(() => expect(proxy.ended).toEqual(["team refused"]));
  });
});

describe("a page from elsewhere", () => {
  it.each([
    ["that has its name point to this machine", { host: "evil.example:10845" }],
    ["that posts here unasked", { "sec-fetch-site": "cross-site", origin: "https://evil.example" }],
  ])("%s is refused where no token is asked for", async (_how, headers) => {
    await using proxy = await startProxy({ upstream: mirror });

    const { response } = await call(proxy.port, { method: "POST", path: "/up/x", headers }, "{}");

    expect(response.statusCode).toBe(403);
  });

  it("is not what a program on this machine looks like, by whatever name it calls", async () => {
    await using proxy = await startProxy({ upstream: mirror });
    for (const host of ["localhost:10845", "127.0.0.1", "127.0.0.2:1", "[::1]:10845", "LOCALHOST"]) {
      const { response } = await call(proxy.port, { path: "/up/x", headers: { host } });

      expect(response.statusCode, host).toBe(200);
    }
  });
});

describe("an answer", () => {
  it("comes back with its status, reason, headers and bytes", async () => {
    const packed = gzipSync("x".repeat(1000));
    await using proxy = await startProxy({
      upstream: (_incoming, response) => {
        response.writeHead(418, "I am a Teapot", [
          ...["Content-Encoding", "gzip", "Set-Cookie", "a=1", "Set-Cookie", "b=2", "X-Caf", "\u00fc"],
          ...["Connection", "X-Hop", "X-Hop", "1", "Keep-Alive", "timeout=9", "Content-Length", String(packed.length)],
        ]);
        response.end(packed);
      },
    });

    const { response, body } = await call(proxy.port, { path: "/up/x" });

    expect([response.statusCode, response.statusMessage]).toEqual([418, "I am a Teapot"]);
    expect(body.equals(packed)).toBe(true);
    expect(response.headers).toMatchObject({
      ...{ "content-encoding": "gzip", "set-cookie": ["a=1", "b=2"], "x-caf": "\u00fc" },
      "content-length": String(packed.length),
    });
    expect(response.headers["x-hop"]).toBeUndefined();
    expect(response.headers["keep-alive"]).not.toBe("timeout=9");
  });

  it("of a stream comes event by event, and its head before them", async () => {
    let stream: ServerResponse | undefined;
    await using proxy = await startProxy({
      upstream: (_incoming, response) => {
        stream = response;
        response
          .writeHead(200, { "content-type": "text/event-stream", "x-ratelimit-limit-requests": "9" })
          .flushHeaders();
      },
    });
    const response = await open(proxy.port, { method: "POST", path: "/up/x" }, '{"model":"m"}');
    await eventually(() =>
      expect(proxy.taken.map(({ headers }) => headers["x-ratelimit-limit-requests"])).toEqual(["9"]),
    );
    for (const event of ["data: 1\n\n", "data: 2\n\n"]) {
      stream?.write(event);
      const [chunk] = (await once(response, "data")) as [Buffer];
      expect(chunk.toString()).toBe(event);
    }
    stream?.end();
    await once(response, "end");

    await eventually(() => expect(proxy.ended).toEqual(["team answered"]));
  });

  it.each([
    ["HEAD", 200],
    ["GET", 204],
    ["GET", 304],
  ])("to %s with status %i has no body, and the connection goes on", async (method, status) => {
    await using proxy = await startProxy({
      upstream: (incoming, response) => {
        if (incoming.url === "/base/next") return response.end("next");
        return response.writeHead(status, { etag: '"1"', ...(method === "HEAD" && { "content-length": "77" }) }).end();
      },
    });
    const bytes = [
      `${method} /up/x HTTP/1.1\r\nHost: localhost\r\n\r\n`,
      "GET /up/next HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n",
    ];

    const text = await exchangeBytes(proxy.port, bytes.join(""));

    expect(text).toMatch(new RegExp(`^HTTP/1\\.1 ${status} `));
    expect(text.includes("content-length: 77")).toBe(method === "HEAD");
    expect(text).toMatch(/\r\n\r\nHTTP\/1\.1 200 OK\r\n[\s\S]*next/);
  });

  it("keeps its trailers and what was told before it", async () => {
    await using proxy = await startProxy({
      upstream: (_incoming, response) => {
        response.writeEarlyHints({ link: "</a.css>; rel=preload" });
        response.writeHead(200, { trailer: "X-Sum" });
        response.write("body");
        response.addTrailers({ "X-Sum": "7" });
        response.end();
      },
    });
    const sent = request({ host: "127.0.0.1", port: proxy.port, path: "/up/x", agent: false });
    const hints: unknown[] = [];
    sent.on("information", ({ statusCode, headers }) => hints.push([statusCode, headers["link"]]));
    sent.end();
    const [response] = (await once(sent, "response")) as [IncomingMessage];
    const body = await bodyOf(response);

    expect(hints).toEqual([[103, "</a.css>; rel=preload"]]);
    expect(body.toString()).toBe("body");
    expect(response.trailers).toEqual({ "x-sum": "7" });
  });

  it.each([
    [
      "two links",
      "Link: </a.css>; rel=preload\r\nLink: </b.css>; rel=preload\r\n",
      ["</a.css>; rel=preload, </b.css>; rel=preload"],
    ],
    [
      "two links in one",
      "Link: </a.css>; rel=preload, </b.css>; rel=preload\r\n",
      ["</a.css>; rel=preload, </b.css>; rel=preload"],
    ],
    ["a link that Node does not send", "Link: anything\r\n", []],
    ["no link", "X-A: 1\r\n", []],
  ])("is not broken by a word before it, with %s", async (_what, hint, links) => {
    await using proxy = await startProxy({
      upstream: ({ socket }) => {
        socket.end(`HTTP/1.1 103 Early Hints\r\n${hint}\r\nHTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nbody`);
      },
    });
    const sent = request({ host: "127.0.0.1", port: proxy.port, path: "/up/x", agent: false });
    const hints: unknown[] = [];
    sent.on("information", ({ headers }) => hints.push(headers["link"]));
    sent.end();
    const [response] = (await once(sent, "response")) as [IncomingMessage];

    expect((await bodyOf(response)).toString()).toBe("body");
    expect(hints).toEqual(links);
  });

  it("that comes before the request has ended leaves nobody stuck who sends all of it first", async () => {
    await using proxy = await startProxy({
      upstream: (incoming, response) => response.end(incoming.url === "/base/next" ? "next" : "enough"),
    });
    const length = 32 * 1024 * 1024;
    const socket = connect(proxy.port, "127.0.0.1");
    socket.pause();
    socket.write(`POST /up/x HTTP/1.1\r\nHost: localhost\r\nContent-Length: ${length}\r\n\r\n`);
    await new Promise<void>((resolve) => {
      socket.write(Buffer.alloc(length), () => resolve());
    });
    socket.write("GET /up/next HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n");
    const chunks: Buffer[] = [];
    for await (const chunk of socket) chunks.push(chunk as Buffer);

    expect(Buffer.concat(chunks).toString("latin1")).toMatch(/enough[\s\S]*next/);
    await eventually(() => expect(proxy.ended).toEqual(["team answered", "team answered"]));
  });

  it("goes to a caller of HTTP/1.0 without chunks", async () => {
    await using proxy = await startProxy({
      upstream: (_incoming, response) => {
        response.write("one ");
        response.end("two");
      },
    });

    expect(await exchangeBytes(proxy.port, "GET /up/x HTTP/1.0\r\n\r\n")).toMatch(/\r\n\r\none two$/);
  });
});

describe("when one side goes away", () => {
  it("the provider's call is cut as soon as the caller has gone, amid a stream", async () => {
    let isCut = false;
    await using proxy = await startProxy({
      upstream: (incoming, response) => {
        response.writeHead(200, { "content-type": "text/event-stream" }).write("data: 1\n\n");
        incoming.socket.on("close", () => {
          isCut = true;
        });
      },
    });
    const response = await open(proxy.port, { method: "POST", path: "/up/x" }, '{"model":"m"}');
    await once(response, "data");
    response.destroy();

    await eventually(() => expect(isCut).toBe(true));
    await eventually(() => expect(proxy.ended).toEqual(["team aborted"]));
    expect(proxy.taken.at(-1)).toMatchObject({ model: "m", status: 200, headers: {} });
  });

  it("and also before there is an answer, and amid the request", async () => {
    let cuts = 0;
    await using proxy = await startProxy({
      upstream: (incoming) => {
        incoming.resume();
        incoming.socket.on("close", () => void cuts++);
      },
    });
    for (const headers of [{ "content-length": "2" }, { "content-length": "99" }]) {
      const sent = request({
        host: "127.0.0.1",
        port: proxy.port,
        method: "POST",
        path: "/up/x",
        agent: false,
        headers,
      });
      sent.on("error", () => sent.destroy());
      sent.write("hi");
      const before = proxy.ended.length;
      await eventually(async () => expect(await proxy.upstreamConnections()).toBe(1));
      sent.destroy();
      await eventually(() => expect(proxy.ended.length).toBe(before + 1));
    }

    await eventually(() => expect(cuts).toBe(2));
    expect(proxy.ended).toEqual(["team aborted", "team aborted"]);
    expect(proxy.faults).toEqual([]);
  });

  it("half an answer does not pass for a whole one", async () => {
    await using proxy = await startProxy({
      upstream: (_incoming, response) => {
        response.writeHead(200, { "content-type": "text/event-stream" }).write("data: 1\n\n", () => response.destroy());
      },
    });

    const response = await open(proxy.port, { method: "POST", path: "/up/x" }, '{"model":"m"}');

    await expect(bodyOf(response)).rejects.toThrow("aborted");
    await eventually(() => expect(proxy.ended).toEqual(["team cut"]));
  });

  it.each([
    ["resets the connection", (incoming: IncomingMessage) => void incoming.socket.resetAndDestroy()],
    ["says something else than HTTP", (incoming: IncomingMessage) => void incoming.socket.end("SSH-2.0 hello\r\n")],
  ])("a provider that %s without an answer is a 502 in the shape of an error", async (_how, upstream) => {
    await using proxy = await startProxy({ upstream });

    const { response, body } = await call(proxy.port, { method: "POST", path: "/up/x" }, "hi");

    expect(response.statusCode).toBe(502);
    expect(JSON.parse(body.toString())).toMatchObject({ error: { type: "proxy_error", message: expect.any(String) } });
    await eventually(() => expect(proxy.ended).toEqual(["team unreachable"]));
    expect(proxy.taken).toEqual([]);
  });

  it("nobody at the provider's port is a 502 that says so", async () => {
    await using proxy = await startProxy({ upstream: mirror, route: { baseUrl: "http://127.0.0.1:1/v1" } });

    const { response, body } = await call(proxy.port, { method: "POST", path: "/up/x" }, "hi");

    expect(response.statusCode).toBe(502);
    const { error } = JSON.parse(body.toString()) as { readonly error: { readonly message: string } };
    expect(error.message).toBe("the call to the provider failed: connection refused (ECONNREFUSED)");
    expect(proxy.faults).toEqual([]);
  });

  it("a request that cannot be sent is a fault of ours, and is told", async () => {
    const credential = { header: "authorization", key: async () => new Secret("sk-\n-canary7Q") };
    const token = { accepts: async () => true };
    await using proxy = await startProxy({ upstream: mirror, route: { token, credential } });

    const headers = { authorization: "Bearer x" };
    const { response, body } = await call(proxy.port, { method: "POST", path: "/up/x", headers }, "hi");

    expect(response.statusCode).toBe(502);
    expect(body.toString()).toContain("the request could not be passed on");
    expect(proxy.faults).toHaveLength(1);
    expect(String(proxy.faults[0])).not.toContain("canary7Q");
  });
});

describe("much at once", () => {
  it("a reader that pauses holds the provider back, and gets every byte in the end", async () => {
    const PIECE = Buffer.alloc(65_536, "data: 0123456789\n\n");
    const PIECES = 1024;
    const hash = createHash("sha256");
    for (let piece = 0; piece < PIECES; piece++) hash.update(PIECE);
    let written = 0;
    await using proxy = await startProxy({
      upstream: async (_incoming, response) => {
        response.writeHead(200, { "content-type": "text/event-stream" });
        for (; written < PIECES; written++) if (!response.write(PIECE)) await once(response, "drain");
        response.end();
      },
    });
    const response = await open(proxy.port, { method: "POST", path: "/up/x" }, "{}");
    let before = -1;
    // It has come to a stand when nothing moves between two looks.
    await eventually(
      () => {
        const isStill = before === written && written > 0;
        before = written;
        if (!isStill) throw new Error("still writing");
      },
      { everyMs: 500 },
    );
    expect(written).toBeLessThan(PIECES / 2);
    const read = createHash("sha256");
    for await (const chunk of response) read.update(chunk as Buffer);

    expect(read.digest("hex")).toBe(hash.digest("hex"));
    await eventually(() => expect(proxy.ended).toEqual(["team answered"]));
  });

  it("200 streams of 10 MB in all at the same time lose nothing, and leave nothing open", async () => {
    const STREAMS = 200;
    const EVENTS = 50;
    const filler = "x".repeat(1000);
    await using proxy = await startProxy({
      upstream: async (incoming, response) => {
        const model = (JSON.parse((await bodyOf(incoming)).toString()) as { model: string }).model;
        response.writeHead(200, { "content-type": "text/event-stream" });
        for (let event = 0; event < EVENTS; event++) {
          response.write(`data: {"model":"${model}","text":"${filler}"}\n\n`);
          await turnOfTheLoop();
        }
        response.end(`data: {"usage":{"prompt_tokens":1,"completion_tokens":${model.slice(1)}}}\n\n`);
      },
    });

    const bodies = await Promise.all(
      Array.from({ length: STREAMS }, async (_, index) => {
        const { body } = await call(proxy.port, { method: "POST", path: "/up/x" }, `{"model":"m${index}"}`);
        return body.toString();
      }),
    );

    expect(bodies).toEqual(
      Array.from(
        { length: STREAMS },
        (_, index) =>
          `data: {"model":"m${index}","text":"${filler}"}\n\n`.repeat(EVENTS) +
          `data: {"usage":{"prompt_tokens":1,"completion_tokens":${index}}}\n\n`,
      ),
    );
    await eventually(() => expect(proxy.taken.filter(({ usage }) => usage !== undefined).length).toBe(STREAMS));
    for (const { model = "", usage } of proxy.taken)
      if (usage !== undefined) expect(usage).toEqual({ inputTokens: 1, outputTokens: Number(model.slice(1)) });
    await eventually(() => expect(proxy.active()).toBe(0));
    await eventually(async () => expect(await proxy.upstreamConnections()).toBe(0), { timeoutMs: 20_000 });
  });
});

it("a connection too many is cut, and counted", async () => {
  await using proxy = await startProxy({ upstream: mirror, connections: 1 });
  const first = connect(proxy.port, "127.0.0.1");
  first.write("GET /up/x HTTP/1.1\r\nHost: localhost\r\n\r\n");
  await once(first, "data");

  expect(await exchangeBytes(proxy.port, "GET /up/x HTTP/1.1\r\nHost: localhost\r\n\r\n")).toBe("");
  first.destroy();
  await eventually(() => expect(proxy.ended.toSorted()).toEqual([" refused", "team answered"]));
  expect(proxy.active()).toBe(0);
});

describe("a route with the key of the account", () => {
  const TOKEN = new Secret("the-token-of-the-proxy");
  const token = { accepts: async (given: string) => TOKEN.matches(given) };
  const key = async () => new Secret("sk-account");

  it.each([
    ["Authorization", { authorization: "Bearer the-token-of-the-proxy" }],
    ["x-api-key", { "x-api-key": "the-token-of-the-proxy" }],
    ["x-goog-api-key", { "x-goog-api-key": "the-token-of-the-proxy" }],
    ["Proxy-Authorization", { "proxy-authorization": "Bearer the-token-of-the-proxy", authorization: "Bearer x" }],
  ])("takes the token in %s, and passes on the account's key in its place", async (_where, headers) => {
    await using proxy = await startProxy({
      upstream: mirror,
      route: { token, credential: { header: "authorization", key } },
    });

    const { body } = await call(proxy.port, { path: "/up/x", headers });

    expect(told(body).headers["authorization"]).toBe("Bearer sk-account");
    expect(body.toString()).not.toContain("the-token");
  });

  it("puts the key where the provider wants it, as it is by then", async () => {
    let now = "sk-one";
    await using proxy = await startProxy({
      upstream: mirror,
      route: { token, credential: { header: "x-api-key", key: async () => new Secret(now) } },
    });
    const keyOf = async () => {
      const headers = { authorization: "Bearer the-token-of-the-proxy" };
      return told((await call(proxy.port, { path: "/up/x", headers })).body).headers["x-api-key"];
    };

    expect(await keyOf()).toBe("sk-one");
    now = "sk-two";
    expect(await keyOf()).toBe("sk-two");
  });

  it.each([
    ["no token", {}],
    ["another one", { authorization: "Bearer the-token-of-the-proxX" }],
    ["half of it", { authorization: "Bearer the-token" }],
    ["the key of the account", { authorization: "Bearer sk-account" }],
    ["it as a user name", { authorization: "Basic the-token-of-the-proxy" }],
  ])("refuses a caller with %s, before a body and before the provider hears of it", async (_what, headers) => {
    let asked = 0;
    await using proxy = await startProxy({
      upstream: () => void asked++,
      route: { token, credential: { header: "authorization", key } },
    });
    const { response, body } = await call(proxy.port, { path: "/up/x", headers });

    expect(response.statusCode).toBe(401);
    expect(body.toString()).not.toMatch(/sk-account|the-token-of/);
    expect(asked).toBe(0);
    await eventually(() => expect(proxy.ended).toEqual(["team refused"]));
  });

  it("a caller with a key of their own shows the token beside it", async () => {
    await using proxy = await startProxy({ upstream: mirror, route: { token } });
    const own = { authorization: "Bearer callers-own" };
    const shown = { ...own, "proxy-authorization": "Bearer the-token-of-the-proxy" };

    expect((await call(proxy.port, { path: "/up/x", headers: own })).response.statusCode).toBe(401);
    const { body } = await call(proxy.port, { path: "/up/x", headers: shown });
    expect(told(body).headers["authorization"]).toBe("Bearer callers-own");
    expect(body.toString()).not.toContain("the-token");
  });
});

it("a fault of ours is counted and told once, and breaks no call", async () => {
  await using proxy = await startProxy({
    upstream: (_incoming, response) => response.writeHead(200, JSON_HEAD).end(USED),
    take() {
      throw new Error("a bug");
    },
  });
  const bodies = await Promise.all(
    [1, 2, 3].map(async () => (await call(proxy.port, { method: "POST", path: "/up/x" }, "{}")).body.toString()),
  );

  expect(bodies).toEqual([USED, USED, USED]);
  await eventually(() => expect(proxy.unread).toEqual(["team fault", "team fault", "team fault"]));
  expect(proxy.faults).toEqual([new Error("a bug")]);
});

it("calls under way end as they began when the routes change", async () => {
  let stream: ServerResponse | undefined;
  await using proxy = await startProxy({
    upstream: (_incoming, response) => {
      stream = response;
      response.writeHead(200, { "content-type": "text/event-stream" }).write("data: 1\n\n");
    },
  });
  const response = await open(proxy.port, { method: "POST", path: "/up/x" }, '{"model":"m"}');
  proxy.replace([{ path: "/other", account: "next" }]);
  stream?.end("data: 2\n\n");

  expect((await bodyOf(response)).toString()).toBe("data: 1\n\ndata: 2\n\n");
  expect((await call(proxy.port, { path: "/up/x" })).response.statusCode).toBe(404);
  await eventually(() => expect(proxy.ended).toContain("team answered"));
});
