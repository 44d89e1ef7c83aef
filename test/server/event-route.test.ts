import type { ServerResponse } from "node:http";
import { connect, type Socket } from "node:net";
import { afterEach, describe, expect, it } from "vitest";
import type { Snapshot } from "../../src/engine/snapshot.ts";
import { createEvents, type Events } from "../../src/server/events.ts";
import { type Listening, listen } from "../../src/server/listen.ts";
import { createServer } from "../../src/server/server.ts";
import { eventually } from "../support/eventually.ts";
import { anAccount, aSnapshot, NOW } from "../support/snapshot.ts";
import { ask } from "./ask.ts";

const stack: (() => unknown)[] = [];
afterEach(async () => {
  for (const undo of stack.splice(0).reverse()) await undo();
});

interface Served {
  readonly server: Listening;
  readonly events: Events;
  /** The answers as the server holds them. */
  readonly responses: readonly ServerResponse[];
  /** Lets every account go down or come up, and waits until that was told. */
  readonly flip: () => Promise<void>;
}

async function serve(names: readonly string[], mostFollowers = 2): Promise<Served> {
  let up = true;
  const snapshot = (): Snapshot => aSnapshot({ accounts: names.map((account) => anAccount({ account, up })) });
  const events = createEvents({ snapshot, now: () => NOW, mostFollowers });
  const responses: ServerResponse[] = [];
  const app = createServer({
    ...{ snapshot, events, now: () => NOW, version: "0.1.0" },
    metricsPage: { render: () => Promise.resolve(Buffer.from("")) },
    reads: { readNow: () => Promise.resolve({ how: "held", outcome: undefined }), log: () => undefined },
    history: () => [],
    ready: () => true,
    config: () => "",
    reload: undefined,
    onError: (error) => {
      throw error;
    },
  });
  const server = await listen(
    (request, response) => {
      responses.push(response);
      app(request, response);
    },
    { host: "127.0.0.1", port: 0 },
  );
  stack.push(server.close, () => events.end());
  const flip = () => {
    up = !up;
    events.changed();
    return new Promise<void>((resolve) => setImmediate(resolve));
  };
  return { server, events, responses, flip };
}

/** A client that reads as it comes, or not at all. */
async function open({ server }: Served, path = "/api/v1/events", isReading = true) {
  const socket: Socket = connect(server.port, server.host);
  stack.push(() => socket.destroy());
  let text = "";
  let isOver = false;
  socket.setEncoding("utf8");
  socket.on("error", () => socket.destroy());
  socket.on("close", () => {
    isOver = true;
  });
  if (isReading)
    socket.on("data", (chunk: string) => {
      text += chunk;
    });
  socket.write(`GET ${path} HTTP/1.1\r\nHost: localhost\r\n\r\n`);
  return { socket, text: () => text, isOver: () => isOver };
}

const eventsIn = (text: string) => text.match(/^event: \w+$/gm) ?? [];

describe("the stream", () => {
  it("begins at once, as what no proxy may keep or wait for", async () => {
    const client = await open(await serve(["main"]));

    await eventually(() => expect(client.text()).toContain("retry: 5000\n"));
    const [head = ""] = client.text().split("\r\n\r\n");
    const lines = head.split("\r\n");
    expect(lines[0]).toBe("HTTP/1.1 200 OK");
    expect(lines).toEqual(
      expect.arrayContaining([
        "Content-Type: text/event-stream; charset=utf-8",
        "Cache-Control: no-store",
        "X-Accel-Buffering: no",
        "Connection: close",
      ]),
    );
  });

  it("tells what changes, of the account that was asked for", async () => {
    const served = await serve(["main", "other"]);
    const [all, other] = [await open(served), await open(served, "/api/v1/events?account=other")];
    await eventually(() => expect(served.responses.filter(({ headersSent }) => headersSent)).toHaveLength(2));
    await served.flip();

    await eventually(() => expect(eventsIn(all.text())).toHaveLength(2));
    await eventually(() => expect(eventsIn(other.text())).toHaveLength(1));
    expect(other.text()).toContain('"account":"other","before":{"up":true,"reason":null},"after":{"up":false,');
  });

  it("is refused in JSON beyond the limit, until a client goes", async () => {
    const served = await serve(["main"], 1);
    const first = await open(served);
    await eventually(() => expect(first.text()).toContain("retry: 5000\n"));

    const refused = await ask(served.server, "/api/v1/events");
    expect([refused.status, refused.headers["retry-after"], refused.body.toString()]).toEqual([
      503,
      "15",
      '{"error":"too many follow the events already"}\n',
    ]);
    first.socket.destroy();
    const next = await eventually(async () => {
      const client = await open(served);
      await eventually(() => expect(client.text()).toMatch(/^HTTP/));
      expect(client.text()).toMatch(/^HTTP\/1\.1 200/);
      return client;
    });
    expect(next.isOver()).toBe(false);
  });

  it("ends when the daemon stops, which then lets nobody in", async () => {
    const served = await serve(["main"]);
    const client = await open(served);
    await eventually(() => expect(client.text()).toContain("retry: 5000\n"));
    served.events.end();

    await eventually(() => expect(client.isOver()).toBe(true));
    expect(client.text()).toMatch(/0\r\n\r\n$/);
    expect((await ask(served.server, "/api/v1/events")).body.toString()).toBe('{"error":"the daemon is stopping"}\n');
  });

  it("is only looked at by HEAD, which takes nobody's place", async () => {
    const served = await serve(["main"], 0);
    const { status, headers, body } = await ask(served.server, "/api/v1/events", "HEAD");

    expect([status, headers["content-type"], body.length]).toEqual([200, "text/event-stream; charset=utf-8", 0]);
  });
});

describe("a client that does not read", () => {
  it("is cut before a megabyte waits for it, and the others hear everything", async () => {
    const served = await serve(["n".repeat(10_000)]);
    const slow = await open(served, "/api/v1/events", false);
    slow.socket.pause();
    await eventually(() => expect(served.responses.filter(({ headersSent }) => headersSent)).toHaveLength(1));
    const [response] = served.responses;
    const good = await open(served);
    await eventually(() => expect(good.text()).toContain("retry: 5000\n"));

    let most = 0;
    let flips = 0;
    // What the kernel takes for a client comes on top: some megabytes.
    for (; response?.destroyed === false && flips < 5000; flips++) {
      await served.flip();
      most = Math.max(most, response.writableLength);
    }

    expect(response?.destroyed).toBe(true);
    expect(most).toBeLessThanOrEqual(1024 * 1024);
    expect(most).toBeGreaterThan(512 * 1024);
    await eventually(() => expect(eventsIn(good.text())).toHaveLength(flips));
    expect(good.isOver()).toBe(false);
  });
});
