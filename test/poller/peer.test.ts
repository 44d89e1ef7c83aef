import { afterAll, describe, expect, it } from "vitest";
import { createHttpClient } from "../../src/http/undici-client.ts";
import { createPeer, type PeerResult } from "../../src/poller/peer.ts";
import { Secret } from "../../src/secret.ts";
import { neverAnswer, type Respond, sendJson, startServer } from "../support/json-server.ts";
import { ANSWER } from "./accounts.ts";

const http = createHttpClient({ userAgent: "test" });
afterAll(() => http.close());

const ACCOUNT = { account: "a b@c", definition: "d-1_" };
const OUTCOME = { ok: true, at: "2026-11-16T08:00:00.000Z", seconds: 0.5, answer: ANSWER };
const TOLD = { ageSeconds: 3, outcome: { ...OUTCOME, at: new Date(OUTCOME.at) } };
const GOING_ON = new AbortController().signal;

function peerAt(url: string | undefined, timeoutSeconds = 5) {
  const asked: [PeerResult, unknown][] = [];
  const onAsked = (result: PeerResult, problem?: unknown) => {
    asked.push([result, problem instanceof Error ? problem.message.replace(/:\d+/, "") : problem]);
  };
  return { asked, ...createPeer({ http, url: () => url, timeoutSeconds: () => timeoutSeconds, onAsked }) };
}

const telling: Respond = (_request, response) => sendJson(response, { age_seconds: 3, outcome: OUTCOME });

describe("a peer", () => {
  it("is asked for the account by its name and definition", async () => {
    await using server = await startServer(telling);
    const peer = peerAt(`${server.url}/behind/a/proxy`);

    expect(await peer.outcomeOf(ACCOUNT, () => true, GOING_ON)).toEqual(TOLD);
    expect(peer.asked).toEqual([["taken", undefined]]);
    expect(server.requests.map(({ method, path }) => `${method} ${path}`)).toEqual([
      "GET /behind/a/proxy/api/v1/outcomes/a%20b%40c?definition=d-1_",
    ]);
  });

  it("is shown the token that this daemon asks for itself", async () => {
    await using server = await startServer(telling);
    const token = async () => new Secret("planted-0123456789");
    const url = () => server.url;
    const peer = createPeer({ http, url, token, timeoutSeconds: () => 5, onAsked: () => undefined });
    await peer.outcomeOf(ACCOUNT, () => true, GOING_ON);

    expect(server.requests.map(({ headers }) => headers.authorization)).toEqual(["Bearer planted-0123456789"]);
  });

  it("has nothing when what it has is not wanted", async () => {
    await using server = await startServer(telling);
    const peer = peerAt(server.url);

    expect(await peer.outcomeOf(ACCOUNT, ({ ageSeconds }) => ageSeconds < 3, GOING_ON)).toBeUndefined();
    expect(peer.asked).toEqual([["none", undefined]]);
  });

  it.each<{ name: string; respond: Respond; asked: [PeerResult, unknown] }>([
    {
      name: "says so",
      respond: (_request, response) => sendJson(response, { error: "none" }, 404),
      asked: ["none", undefined],
    },
    {
      name: "fails",
      respond: (_request, response) => sendJson(response, {}, 500),
      asked: ["failed", "GET 127.0.0.1/api/v1/outcomes/a%20b%40c answered 500"],
    },
    {
      name: "wants a credential",
      respond: (_request, response) => sendJson(response, {}, 401),
      asked: ["failed", expect.stringContaining("401")],
    },
    {
      name: "points elsewhere",
      respond: (_request, response) => sendJson(response, {}, 302, { location: "http://127.0.0.1:1/" }),
      asked: ["failed", expect.stringContaining("302")],
    },
    {
      name: "answers a page",
      respond: (_request, response) => response.writeHead(200, { "content-type": "text/html" }).end("<html>"),
      asked: ["failed", expect.stringContaining("HTML")],
    },
    {
      name: "lies about its age",
      respond: (_request, response) => sendJson(response, { age_seconds: -3, outcome: OUTCOME }),
      asked: ["failed", expect.stringContaining("age_seconds")],
    },
    {
      name: "answers more than anybody reads",
      respond: (_request, response) => sendJson(response, { age_seconds: 3, outcome: "x".repeat(5 * 1024 * 1024) }),
      asked: ["failed", expect.stringContaining("bytes")],
    },
    {
      name: "breaks off",
      respond: (_request, response) => response.destroy(),
      asked: ["failed", expect.stringContaining("connection")],
    },
    { name: "hangs", respond: neverAnswer, asked: ["failed", expect.stringContaining("no answer in time")] },
  ])("tells nothing when it $name", async ({ respond, asked }) => {
    await using server = await startServer(respond);
    const peer = peerAt(server.url, 0.2);

    expect(await peer.outcomeOf(ACCOUNT, () => true, GOING_ON)).toBeUndefined();
    expect(peer.asked).toEqual([asked]);
  });

  it("is asked where the config says at that moment", async () => {
    await using one = await startServer(telling);
    await using other = await startServer(telling);
    const urls = [one.url, other.url, undefined];
    const peer = createPeer({ http, url: () => urls.shift(), timeoutSeconds: () => 5, onAsked: () => undefined });
    for (let turn = 0; turn < 3; turn++) await peer.outcomeOf(ACCOUNT, () => true, GOING_ON);

    expect([one.requests.length, other.requests.length]).toEqual([1, 1]);
  });

  it("is not asked when there is none", async () => {
    const peer = peerAt(undefined);

    expect(await peer.outcomeOf(ACCOUNT, () => true, GOING_ON)).toBeUndefined();
    expect(peer.asked).toEqual([]);
  });

  it("is not asked for an account with a login file, of which the definition knows the path only", async () => {
    await using server = await startServer(telling);
    const peer = peerAt(server.url);

    expect(await peer.outcomeOf({ ...ACCOUNT, credential: "login_file" }, () => true, GOING_ON)).toBeUndefined();
    expect([peer.asked, server.requests]).toEqual([[], []]);
  });

  it("is let go when the daemon stops, which is no failure of the peer", async () => {
    const stop = new AbortController();
    await using server = await startServer(() => stop.abort(new Error("stopping")));
    const peer = peerAt(server.url);

    expect(await peer.outcomeOf(ACCOUNT, () => true, stop.signal)).toBeUndefined();
    expect(peer.asked).toEqual([]);
  });
});
