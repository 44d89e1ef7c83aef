import { request } from "node:http";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { limitHeaders } from "../../src/http/limit-headers.ts";
import type { ObservationResult } from "../../src/metrics/exporter-metrics.ts";
import type { Observation } from "../../src/quota/observation.ts";
import { type Listening, listen } from "../../src/server/listen.ts";
import type { ObservationDeps } from "../../src/server/observations-route.ts";
import { createServer } from "../../src/server/server.ts";
import type { Taken } from "../../src/traffic/intake.ts";
import { aReading, NOW } from "../support/snapshot.ts";
import type { Answer } from "./ask.ts";

const JSON_TYPE = { "Content-Type": "application/json" };
const ACCOUNTS = [
  { provider: "openai", account: "team-a" },
  { provider: "anthropic", account: "team-b" },
  { provider: "anthropic", account: "team-c" },
];
const TAKEN: Taken = { readings: [], counted: true };

let server: Listening;
let taken: { readonly account: string; readonly call: Observation }[];
let counted: ObservationResult[];
let faults: unknown[];
let over: Partial<ObservationDeps>;

beforeEach(async () => {
  taken = [];
  counted = [];
  faults = [];
  over = {};
  const observations: ObservationDeps = {
    accounts: () => ACCOUNTS,
    take: (account, call) => {
      taken.push({ account, call });
      return over.take === undefined ? TAKEN : over.take(account, call);
    },
    limitHeaders,
    counted: (result) => counted.push(result),
    isGuarded: () => over.isGuarded?.() ?? false,
    host: () => over.host?.() ?? "127.0.0.1",
  };
  const app = createServer({
    snapshot: () => ({ at: NOW, accounts: [] }),
    metricsPage: { render: () => Promise.resolve(Buffer.from("")) },
    reads: { readNow: () => Promise.resolve({ how: "held", outcome: undefined }), log: () => undefined },
    observations,
    history: () => [],
    ready: () => true,
    version: "0.1.0",
    config: () => "",
    reload: undefined,
    now: () => NOW,
    onError: (error) => faults.push(error),
  });
  server = await listen(app, { host: "127.0.0.1", port: 0 });
});
afterEach(() => server.close());

function post(body: string | readonly string[], headers: Record<string, string> = JSON_TYPE): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const path = "/api/v1/observations";
    const options = { host: server.host, port: server.port, path, method: "POST", headers, agent: false };
    const outgoing = request(options, (incoming) => {
      const chunks: Buffer[] = [];
      incoming.on("data", (chunk: Buffer) => chunks.push(chunk));
      incoming.on("end", () =>
        resolve({ status: incoming.statusCode, headers: incoming.headers, body: Buffer.concat(chunks) }),
      );
    });
    // Who is refused before everything was sent may find the line closed.
    outgoing.on("error", reject);
    if (typeof body !== "string") for (const part of body) outgoing.write(part);
    outgoing.end(typeof body === "string" ? body : undefined);
  });
}

async function send(value: unknown): Promise<[number | undefined, unknown]> {
  const { status, body } = await post(JSON.stringify(value));
  return [status, JSON.parse(body.toString())];
}

const OK = { account: "team-a", readings: [], refusal: null, counted: true };

describe("an observation", () => {
  it("is handed on with the headers that tell a limit and no others, and what it told is answered", async () => {
    over = {
      take: () => ({
        counted: true,
        readings: [
          aReading({ quota: "requests", limit: 50, remaining: 49, resetAt: NOW }),
          aReading({ quota: "none" }),
        ],
      }),
    };
    const [status, document] = await send({
      account: "team-a",
      at: "2026-11-21T23:59:58+01:00",
      status: 200,
      headers: {
        "X-RateLimit-Limit-Requests": "50",
        "x-ratelimit-remaining-requests": ["49"],
        "set-cookie": "session=canary",
        authorization: "Bearer canary",
      },
      model: "gpt-5.2",
      usage: { input_tokens: 12, output_tokens: 3 },
    });

    expect(status).toBe(200);
    expect(taken).toEqual([
      {
        account: "team-a",
        call: {
          at: new Date("2026-11-21T22:59:58Z"),
          status: 200,
          headers: { "x-ratelimit-limit-requests": "50", "x-ratelimit-remaining-requests": "49" },
          model: "gpt-5.2",
          usage: { inputTokens: 12, outputTokens: 3 },
        },
      },
    ]);
    expect(document).toEqual({
      accepted: 1,
      refused: 0,
      results: [
        {
          account: "team-a",
          readings: [
            { quota: "requests", limit: 50, remaining: 49, reset_at: "2026-11-21T23:00:00.000Z" },
            { quota: "none", limit: 60000000, remaining: 47500000, reset_at: "2026-11-23T00:00:00.000Z" },
          ],
          refusal: null,
          counted: true,
        },
      ],
    });
    expect(counted).toEqual(["accepted"]);
  });

  it("that was refused tells why, and its body is looked at", async () => {
    over = { take: () => ({ readings: [], refusal: "quota", counted: false }) };
    const error = { error: { code: "insufficient_quota" } };

    expect(await send({ account: "team-a", status: 429, error })).toEqual([
      200,
      { accepted: 1, refused: 0, results: [{ ...OK, refusal: "quota", counted: false }] },
    ]);
    expect(taken[0]?.call).toEqual({ at: NOW, status: 429, headers: {}, error });
  });

  it("with null for what is not known is one without it", async () => {
    const nothing = { at: null, status: null, headers: null, model: null, usage: null, error: null, provider: null };

    expect((await send({ account: "team-a", ...nothing }))[0]).toBe(200);
    expect((await send({ account: "team-a", usage: { input_tokens: 5, output_tokens: null } }))[0]).toBe(200);
    expect(taken.map(({ call }) => call)).toEqual([
      { at: NOW, headers: {} },
      { at: NOW, headers: {}, usage: { inputTokens: 5 } },
    ]);
  });

  it("needs no account where only one has the provider", async () => {
    expect((await send({ provider: "openai" }))[0]).toBe(200);
    expect(taken.map(({ account }) => account)).toEqual(["team-a"]);
  });
});

describe("several observations", () => {
  it.each([
    ["a list", (list: unknown) => list],
    ["a list with a name", (observations: unknown) => ({ observations })],
  ])("come as %s and each is answered in its place, the bad ones with what is wrong", async (_what, wrap) => {
    const [status, document] = await send(wrap([{ account: "team-a" }, { account: "taem-a" }, { provider: "openai" }]));

    expect(status).toBe(200);
    expect(document).toEqual({
      accepted: 2,
      refused: 1,
      results: [
        OK,
        {
          index: 1,
          error: 'no account has this name, did you mean "team-a" or "team-b" or "team-c"?',
          near: ["team-a", "team-b", "team-c"],
        },
        OK,
      ],
    });
    expect(counted).toEqual(["accepted", "unknown_account", "accepted"]);
  });

  it("may be none", async () => {
    expect(await send([])).toEqual([200, { accepted: 0, refused: 0, results: [] }]);
  });

  it("are not lost for a fault of ours in one of them", async () => {
    const fault = new Error("canary");
    over = {
      take(_account, { model }) {
        if (model === "bad") throw fault;
        return TAKEN;
      },
    };

    expect(await send([{ account: "team-a", model: "bad" }, { account: "team-a" }])).toEqual([
      200,
      {
        accepted: 1,
        refused: 1,
        results: [{ index: 0, error: "a fault in the exporter; its log says more" }, OK],
      },
    ]);
    expect(faults).toEqual([fault]);
    expect(counted).toEqual(["failed", "accepted"]);
  });

  it("with a thousand names that nobody has do not compare them all letter by letter", async () => {
    const names = Array.from({ length: 1000 }, (_, index) => ({ account: `taem-${index}` }));
    const [status, document] = await send(names);
    const { results } = document as { results: { near: string[] }[] };

    expect([status, results.filter(({ near }) => near.length > 0).length]).toEqual([422, 10]);
  });
});

describe("what cannot be", () => {
  const far = Array.from({ length: 20 }).reduce<unknown>((inner) => [inner], "deep");

  it.each<{ name: string; sent: unknown; result?: ObservationResult; error: string; near?: string[] }>([
    { name: "no object", sent: 7, error: "needs an object" },
    { name: "nothing", sent: null, error: "needs an object" },
    { name: "nobody named", sent: { status: 200 }, error: "needs account or provider" },
    {
      name: "an unknown account",
      sent: { account: "team-aa" },
      result: "unknown_account",
      error: 'no account has this name, did you mean "team-a" or "team-b" or "team-c"?',
      near: ["team-a", "team-b", "team-c"],
    },
    {
      name: "an unknown provider",
      sent: { provider: "opneai" },
      result: "unknown_account",
      error: 'no provider has this name, did you mean "openai"?',
      near: ["openai"],
    },
    {
      name: "a provider of several accounts",
      sent: { provider: "anthropic" },
      result: "unknown_account",
      error: "2 accounts have this provider; name one of them with account",
      near: ["team-b", "team-c"],
    },
    {
      name: "an account with the provider of another",
      sent: { account: "team-a", provider: "anthropic" },
      result: "unknown_account",
      error: "the account of this name has another provider",
    },
    {
      name: "an unknown key",
      sent: { account: "team-a", canary: 1 },
      error: "has a key that is unknown here; known: account, provider, at, status, headers, model, usage, error",
    },
    {
      name: "an unknown key of usage",
      sent: { account: "team-a", usage: { canary: 1 } },
      error: "usage: has a key that is unknown here; known: input_tokens, output_tokens",
    },
    { name: "negative usage", sent: { usage: { input_tokens: -1 } }, error: "usage.input_tokens: needs 0 or more" },
    {
      name: "half a token",
      sent: { usage: { output_tokens: 0.5 } },
      error: "usage.output_tokens: needs a whole number",
    },
    {
      name: "more tokens than there are",
      sent: { usage: { input_tokens: 1e12 } },
      error: "usage.input_tokens: needs 1000000000 at most",
    },
    { name: "usage as text", sent: { usage: "canary" }, error: "usage: needs an object" },
    { name: "a status that is none", sent: { status: 20 }, error: "status: needs a status of HTTP" },
    { name: "a status as text", sent: { status: "200" }, error: "status: needs a status of HTTP" },
    { name: "a model without end", sent: { model: "m".repeat(129) }, error: "model: needs 128 characters at most" },
    {
      name: "a header that is no text",
      sent: { headers: { canary: 7 } },
      error: "headers: needs an object of texts, or of lists of texts",
    },
    {
      name: "a list of headers",
      sent: { headers: ["canary"] },
      error: "headers: needs an object of texts, or of lists of texts",
    },
    {
      name: "headers without end",
      sent: { headers: Object.fromEntries(Array.from({ length: 201 }, (_, index) => [`h${index}`, "1"])) },
      error: "headers: needs 200 headers at most",
    },
    {
      name: "a time that is none",
      sent: { at: "yesterday" },
      error: "at: needs a time such as 2026-11-21T23:00:00Z",
    },
    {
      name: "a time of a clock that is ahead",
      sent: { account: "team-a", at: "2026-11-21T23:01:01Z" },
      result: "clock",
      error: "at: more than 60 s in the future; check the clock",
    },
    {
      name: "a time of the day before yesterday",
      sent: { account: "team-a", at: "2026-11-20T22:59:59Z" },
      result: "clock",
      error: "at: more than 24 h ago",
    },
    {
      name: "an error without a status",
      sent: { account: "team-a", error: {} },
      error: "error: needs the status that it came with",
    },
    {
      name: "an error that is too deep",
      sent: { account: "team-a", status: 400, error: far },
      error: "error: too large or too deep for the body of a refusal",
    },
    {
      name: "an error that is too large",
      sent: { account: "team-a", status: 400, error: "c".repeat(70_000) },
      error: "error: too large or too deep for the body of a refusal",
    },
    {
      name: "an error of too many parts",
      sent: { account: "team-a", status: 400, error: Array.from({ length: 2001 }, () => 1) },
      error: "error: too large or too deep for the body of a refusal",
    },
  ])("is refused and not repeated: $name", async ({ sent, result = "invalid", error, near }) => {
    expect(await send(sent)).toEqual([
      422,
      { accepted: 0, refused: 1, results: [{ index: 0, error, ...(near && { near }) }] },
    ]);
    expect([counted, taken]).toEqual([[result], []]);
    expect(error).not.toContain("canary");
  });

  it.each([60, -86_400])("begins beyond %i s of our clock", async (seconds) => {
    const at = new Date(NOW.getTime() + seconds * 1000).toISOString();

    expect((await send({ account: "team-a", at }))[0]).toBe(200);
  });
});

describe("a body that is no list of observations", () => {
  const big = JSON.stringify({ account: "team-a", model: "x".repeat(1024 * 1024) });

  it.each<{ name: string; body: string | string[]; headers?: Record<string, string>; status: number; says: string }>([
    { name: "no JSON", body: "{canary", status: 400, says: "the body is not JSON in UTF-8, or it is cut short" },
    { name: "nothing", body: "", status: 400, says: "the body is not JSON in UTF-8, or it is cut short" },
    {
      name: "of another type",
      body: "{}",
      headers: { "Content-Type": "text/plain" },
      status: 415,
      says: "the body has to be JSON, sent with Content-Type: application/json",
    },
    {
      name: "of no type",
      body: "{}",
      headers: {},
      status: 415,
      says: "the body has to be JSON, sent with Content-Type: application/json",
    },
    {
      name: "packed",
      body: "{}",
      headers: { ...JSON_TYPE, "Content-Encoding": "compress" },
      status: 415,
      says: "the body has to be sent unpacked",
    },
    { name: "too large", body: big, status: 413, says: "the body is larger than 1048576 bytes; send it in parts" },
    {
      name: "too large, which only shows while it comes",
      body: [big.slice(0, 500_000), big.slice(500_000)],
      status: 413,
      says: "the body is larger than 1048576 bytes; send it in parts",
    },
    {
      name: "of too many",
      body: JSON.stringify(Array.from({ length: 1001 }, () => ({ account: "team-a" }))),
      status: 413,
      says: "at most 1000 observations at once",
    },
  ])("is refused: $name", async ({ body, headers, status, says }) => {
    const answer = await post(body, headers);

    expect([answer.status, JSON.parse(answer.body.toString())]).toEqual([status, { error: says }]);
    expect([counted, taken]).toEqual([["unreadable"], []]);
  });

  it("is taken as JSON whatever follows its type", async () => {
    const type = { "Content-Type": "Application/JSON; charset=utf-8" };

    expect((await post('{"account":"team-a"}', type)).status).toBe(200);
  });

  it("that ends in the middle is nobody's fault", async () => {
    const path = "/api/v1/observations";
    const headers = { ...JSON_TYPE, "Content-Length": "1000" };
    const outgoing = request({ host: server.host, port: server.port, path, method: "POST", headers, agent: false });
    const closed = new Promise((resolve) => outgoing.on("error", () => undefined).on("close", resolve));
    outgoing.write('{"account":', () => outgoing.destroy());
    await closed;

    expect((await send({ account: "team-a" }))[0]).toBe(200);
    expect([faults, counted]).toEqual([[], ["accepted"]]);
  });

  it("does not disturb whoever comes next", async () => {
    await post(big);

    expect((await send({ account: "team-a" }))[0]).toBe(200);
  });
});

describe("without a token", () => {
  const SOURCES = "observations are taken only at 127.0.0.1, [::1] or localhost";

  it("a daemon that others reach learns from nobody", async () => {
    over = { host: () => "0.0.0.0" };
    const [status, document] = await send({ account: "team-a" });

    expect([status, document]).toEqual([
      403,
      {
        error:
          "observations beyond this machine need a token: set web.token_file or web.token_env, and send it as Authorization: Bearer TOKEN",
      },
    ]);
    expect(taken).toEqual([]);
  });

  it.each([
    ["127.0.0.1:10844", 200],
    ["localhost", 200],
    ["[::1]:10844", 200],
    ["quota.attacker.example:10844", 403],
    ["127.0.0.1.attacker.example", 403],
  ])("a page that calls this machine %s is answered %i", async (host, status) => {
    const answer = await post('{"account":"team-a"}', { ...JSON_TYPE, Host: host });

    expect(answer.status).toBe(status);
    if (status === 403) expect(answer.body.toString()).toContain(SOURCES);
  });

  it("is not asked for where everybody has shown one", async () => {
    over = { isGuarded: () => true, host: () => "0.0.0.0" };

    expect((await post('{"account":"team-a"}', { ...JSON_TYPE, Host: "quota.example" })).status).toBe(200);
  });
});
