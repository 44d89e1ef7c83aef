import { afterEach, beforeEach, describe, expect, it } from "vitest";
import type { Token } from "../../src/server/auth.ts";
import { type Listening, listen } from "../../src/server/listen.ts";
import { createServer } from "../../src/server/server.ts";
import { NOW } from "../support/snapshot.ts";
import { ask } from "./ask.ts";

const TOKEN = "planted-0123456789";
const accepting: Token = { accepts: async (given) => given === TOKEN };

let server: Listening;
let token: Token | undefined;
let refused: string[];

beforeEach(async () => {
  token = accepting;
  refused = [];
  const app = createServer({
    snapshot: () => ({ at: NOW, accounts: [] }),
    metricsPage: { render: () => Promise.resolve(Buffer.from("")) },
    reads: { readNow: () => Promise.resolve({ how: "held", outcome: undefined }), log: () => undefined },
    gate: { token: () => token, refused: (why) => refused.push(why) },
    history: () => [],
    ready: () => true,
    version: "0.1.0",
    config: () => "",
    reload: async () => undefined,
    now: () => NOW,
    onError: () => undefined,
  });
  server = await listen(app, { host: "127.0.0.1", port: 0 });
});
afterEach(() => server.close());

const basic = (pair: string) => `Basic ${Buffer.from(pair).toString("base64")}`;
const asked = async (path: string, authorization?: string, method = "GET") =>
  ask(server, path, method, authorization === undefined ? {} : { Authorization: authorization });

describe("once a token is configured", () => {
  it.each([
    ["GET", "/"],
    ["GET", "/accounts/x"],
    ["GET", "/metrics"],
    ["GET", "/probe?target=x"],
    ["GET", "/api/v1/quotas"],
    ["GET", "/api/v1/accounts/x"],
    ["GET", "/api/v1/route?model=x"],
    ["GET", "/api/v1/events"],
    ["GET", "/api/v1/outcomes/x"],
    ["POST", "/api/v1/observations"],
    ["GET", "/debug/polls"],
    ["GET", "/config"],
    ["POST", "/-/reload"],
    ["GET", "/nothing"],
    ["GET", "/-/healthy/"],
    ["GET", "//-/healthy"],
    ["OPTIONS", "/metrics"],
  ])("%s %s asks for it, also on this machine", async (method, path) => {
    const { status, headers, body } = await asked(path, undefined, method);

    expect([status, headers["www-authenticate"]]).toEqual([
      401,
      'Bearer realm="llm-quota-exporter", Basic realm="llm-quota-exporter", charset="UTF-8"',
    ]);
    expect(JSON.parse(body.toString())).toEqual({
      error: "this daemon asks for a token: send it as Authorization: Bearer TOKEN, or as the password of any user",
    });
    expect(refused).toEqual(["missing"]);
  });

  it.each(["/-/healthy", "/-/ready"])("%s is open to everybody", async (path) => {
    expect([(await asked(path)).status, refused]).toEqual([200, []]);
  });

  it.each([
    ["a bearer", `Bearer ${TOKEN}`],
    ["a bearer in other letters", `bearer  ${TOKEN} `],
    ["the password of a user", basic(`prometheus:${TOKEN}`)],
    ["the password of nobody", basic(`:${TOKEN}`)],
  ])("it is taken as %s", async (_how, authorization) => {
    expect([(await asked("/metrics", authorization)).status, refused]).toEqual([200, []]);
  });

  it.each([
    ["another one", "Bearer planted-0123456780", "wrong"],
    ["the beginning of it", "Bearer planted", "wrong"],
    ["it as the user", basic(`${TOKEN}:`), "wrong"],
    ["it with something before it", basic(`user:x:${TOKEN}`), "wrong"],
    ["something without a colon", basic(TOKEN), "missing"],
    ["no credential at all", "Bearer", "missing"],
    ["a scheme that is not known", `Digest ${TOKEN}`, "missing"],
    ["two words", `Bearer ${TOKEN} ${TOKEN}`, "missing"],
  ])("%s does not do, is not repeated, and is counted", async (_what, authorization, why) => {
    const { status, body } = await asked("/metrics", authorization);

    expect([status, refused]).toEqual([401, [why]]);
    expect(body.toString()).not.toContain("planted");
  });
});

it("without one nobody is asked, and one that a reload brings is asked for at once", async () => {
  token = undefined;
  expect((await asked("/metrics")).status).toBe(200);
  token = accepting;
  expect((await asked("/metrics")).status).toBe(401);
});
