import nock from "nock";
import { describe, expect, it, onTestFinished } from "vitest";
import { z } from "zod";
import { type CallMade, observedClient } from "../../src/http/observed-client.ts";
import { createHttpClient } from "../../src/http/undici-client.ts";
import { Secret } from "../../src/secret.ts";

const CANARY = "canary-0123456789";
const HOST = "https://api.acme.example";

/** A client, and what it tells without the times. */
function observed() {
  const calls: CallMade[] = [];
  const http = observedClient(createHttpClient({ userAgent: "llm-quota-exporter/test" }), (call) => calls.push(call));
  onTestFinished(() => http.close());
  return { http, calls, told: () => calls.map(({ milliseconds, ...call }) => call) };
}

const json = (path: string, signal = AbortSignal.timeout(20_000)) =>
  ({ url: `${HOST}${path}`, schema: z.object({ left: z.number() }), signal }) as const;

describe("a client that is observed", () => {
  it("answers as the one behind it, and tells method, host, path, status and time of each call", async () => {
    const { http, calls, told } = observed();
    nock(HOST).get("/one").reply(200, { left: 3 });
    nock(HOST).post("/two").reply(201, { left: 4 });
    nock(HOST).get("/three").reply(200, "left 5");

    expect(await http.json(json("/one"))).toMatchObject({ data: { left: 3 }, status: 200 });
    expect(await http.json({ ...json("/two"), method: "POST", body: {} })).toMatchObject({ data: { left: 4 } });
    const { url, signal } = json("/three");
    expect(await http.text({ url, accept: "text/plain", signal })).toMatchObject({ data: "left 5" });

    expect(told()).toEqual([
      { call: "GET api.acme.example/one", status: 200, failure: undefined },
      { call: "POST api.acme.example/two", status: 201, failure: undefined },
      { call: "GET api.acme.example/three", status: 200, failure: undefined },
    ]);
    expect(calls.every(({ milliseconds }) => Number.isFinite(milliseconds) && milliseconds >= 0)).toBe(true);
  });

  it.each<[what: string, reply: () => nock.Scope, status: number | undefined, failure: string]>([
    ["a refusal", () => nock(HOST).get("/x").reply(401, {}), 401, "auth"],
    ["a fault of the server", () => nock(HOST).get("/x").reply(503, "busy"), 503, "server"],
    ["an answer of another shape", () => nock(HOST).get("/x").reply(200, { left: "many" }), undefined, "malformed"],
    [
      "a connection that breaks",
      () =>
        nock(HOST)
          .get("/x")
          .replyWithError(Object.assign(new Error("x"), { code: "ECONNRESET" })),
      undefined,
      "network",
    ],
  ])("tells how a call failed by %s, and throws it", async (_what, reply, status, failure) => {
    const { http, told } = observed();
    reply();

    await expect(http.json(json("/x"))).rejects.toMatchObject({ reason: failure });

    expect(told()).toEqual([{ call: "GET api.acme.example/x", status, failure }]);
  });

  it("tells that nobody waited any more", async () => {
    const { http, told } = observed();
    nock(HOST).get("/x").reply(200, { left: 1 });

    await expect(http.json(json("/x", AbortSignal.abort(new Error("interrupted"))))).rejects.toThrow("interrupted");

    expect(told()).toEqual([{ call: "GET api.acme.example/x", status: undefined, failure: "ended" }]);
    nock.cleanAll();
  });

  it("never tells a query, a header or a body", async () => {
    const { http, calls } = observed();
    nock(HOST).post("/x").query({ key: CANARY }).reply(403, { echo: CANARY });
    const request = { ...json(`/x?key=${CANARY}`), method: "POST", body: { key: CANARY } } as const;

    await expect(http.json({ ...request, bearer: new Secret(CANARY) })).rejects.toThrow();

    expect(calls).toHaveLength(1);
    expect(JSON.stringify(calls)).not.toContain(CANARY);
  });

  it("makes no call, and tells of none, where the address is no URL", async () => {
    const { http, calls } = observed();

    await expect(http.json({ ...json(""), url: `no url ${CANARY}` })).rejects.toMatchObject({ reason: "client" });

    expect(calls).toEqual([]);
  });
});
