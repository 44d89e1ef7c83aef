import { Agent, createServer, request } from "node:http";
import { afterEach, describe, expect, it, test } from "vitest";
import { type Listening, listen } from "../../src/server/listen.ts";

const LOOPBACK = { host: "127.0.0.1", port: 0 };
const running: Listening[] = [];

async function start(...args: Parameters<typeof listen>): Promise<Listening> {
  const server = await listen(...args);
  running.push(server);
  return server;
}

afterEach(async () => {
  await Promise.all(running.splice(0).map((server) => server.close()));
});

test("the address that was really bound is told", async () => {
  const server = await start((_request, response) => response.end(), LOOPBACK);
  expect(server.host).toBe("127.0.0.1");
  expect(server.port).toBeGreaterThan(0);
  expect(server.url).toBe(`http://127.0.0.1:${server.port}`);
});

describe("an address that cannot be had is one line that says what to do", () => {
  it("when another process has it", async () => {
    const first = await start((_request, response) => response.end(), LOOPBACK);
    await expect(listen(() => undefined, { host: "127.0.0.1", port: first.port })).rejects.toThrow(
      `127.0.0.1:${first.port} is in use: stop the other process or set web.listen_address`,
    );
  });

  it("when it belongs to another machine", async () => {
    // 192.0.2.0/24 is reserved for documentation (RFC 5737): no machine has it.
    await expect(listen(() => undefined, { host: "192.0.2.1", port: 1 })).rejects.toThrow(
      "192.0.2.1:1 is no address of this machine: set web.listen_address",
    );
  });
});

test("a kept-alive connection serves a second request, and says for how long it stays", async () => {
  const server = await start((_request, response) => response.end("ok"), LOOPBACK);
  const agent = new Agent({ keepAlive: true, maxSockets: 1 });
  const ports = [await localPort(server, agent), await localPort(server, agent)];
  agent.destroy();
  expect(ports[0]?.port).toBe(ports[1]?.port);
  expect(ports[0]?.keepAlive).toBe("timeout=75");
});

describe("close", () => {
  it("ends idle connections at once and refuses new ones", async () => {
    const server = await start((_request, response) => response.end("ok"), LOOPBACK);
    const agent = new Agent({ keepAlive: true });
    await localPort(server, agent);
    const started = performance.now();
    await server.close();
    expect(performance.now() - started).toBeLessThan(1000);
    agent.destroy();
    await expect(body(server)).rejects.toThrow("ECONNREFUSED");
  });

  it("lets a running answer end", async () => {
    const { promise: reached, resolve: reach } = Promise.withResolvers<void>();
    const server = await start((_request, response) => {
      reach();
      setTimeout(() => response.end("done"), 100);
    }, LOOPBACK);
    const answer = body(server);
    await reached;
    await server.close();
    await expect(answer).resolves.toBe("done");
  });

  it("cuts a connection that never ends, within 2 s", async () => {
    const { promise: reached, resolve: reach } = Promise.withResolvers<void>();
    const server = await start(() => reach(), LOOPBACK);
    const answer = body(server);
    const cut = expect(answer).rejects.toThrow("socket hang up");
    await reached;
    const started = performance.now();
    await server.close();
    expect(performance.now() - started).toBeLessThan(2000);
    await cut;
  });

  it("may be called twice", async () => {
    const server = await start((_request, response) => response.end(), LOOPBACK);
    await expect(Promise.all([server.close(), server.close()])).resolves.toEqual([undefined, undefined]);
  });

  it("frees the port for the next process", async () => {
    const first = await start((_request, response) => response.end(), LOOPBACK);
    await first.close();
    const second = createServer();
    await new Promise<void>((resolve, reject) => {
      second.once("error", reject);
      second.listen(first.port, first.host, resolve);
    });
    second.close();
  });
});

function localPort(server: Listening, agent: Agent): Promise<{ port: number | undefined; keepAlive: unknown }> {
  return new Promise((resolve, reject) => {
    request({ host: server.host, port: server.port, agent }, (incoming) => {
      const port = incoming.socket.localPort;
      incoming.resume().on("end", () => {
        // The agent takes the socket back only after this tick.
        setImmediate(() => resolve({ port, keepAlive: incoming.headers["keep-alive"] }));
      });
    })
      .on("error", reject)
      .end();
  });
}

function body(server: Listening): Promise<string> {
  return new Promise((resolve, reject) => {
    request({ host: server.host, port: server.port, agent: false }, (incoming) => {
      let text = "";
      incoming.setEncoding("utf8").on("data", (chunk: string) => {
        text += chunk;
      });
      incoming.on("end", () => resolve(text)).on("error", reject);
    })
      .on("error", reject)
      .end();
  });
}
