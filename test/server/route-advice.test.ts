import { afterEach, describe, expect, it } from "vitest";
import type { AccountSnapshot } from "../../src/engine/snapshot.ts";
import { createExporterMetrics } from "../../src/metrics/exporter-metrics.ts";
import { createMetricsPage } from "../../src/metrics/page.ts";
import { type Listening, listen } from "../../src/server/listen.ts";
import { ROUTE_DOCUMENT, type RouteDocument } from "../../src/server/schemas/route.ts";
import { createServer } from "../../src/server/server.ts";
import {
  aBalance,
  aFailedAccount,
  aForecast,
  anAccount,
  anAnswer,
  aQuota,
  aReading,
  aSnapshot,
  inSeconds,
  NOW,
} from "../support/snapshot.ts";
import { ask } from "./ask.ts";

const running: Listening[] = [];

afterEach(async () => {
  await Promise.all(running.splice(0).map((server) => server.close()));
});

async function serve(accounts: readonly AccountSnapshot[], told: string[] = []): Promise<Listening> {
  const deps = { snapshot: () => aSnapshot({ accounts }), now: () => NOW, onError: () => undefined };
  const exporter = createExporterMetrics({ version: "0.1.0", revision: "", nodeVersion: "v24" });
  const app = createServer({
    ...deps,
    metricsPage: createMetricsPage({ ...deps, exporter }),
    reads: { readNow: () => Promise.resolve({ how: "held", outcome: undefined }), log: () => undefined },
    history: () => [],
    ready: () => true,
    version: "0.1.0",
    config: () => "accounts: []\n",
    reload: undefined,
    onUndetermined: ({ account }, what) => told.push(`${account} ${what}`),
  });
  const server = await listen(app, { host: "127.0.0.1", port: 0 });
  running.push(server);
  return server;
}

const get = async (server: Listening, query: string) => {
  const { status, headers, body } = await ask(server, `/api/v1/route${query}`);
  return { status, type: headers["content-type"], body: JSON.parse(body.toString()) as unknown };
};

async function routeOf(server: Listening, query: string): Promise<RouteDocument> {
  return ROUTE_DOCUMENT.parse((await get(server, query)).body);
}

const lists = (account: string, models: readonly string[], over: Partial<AccountSnapshot> = {}) =>
  anAccount({ account, answer: anAnswer({ models }), ...over });

const FLEET: readonly AccountSnapshot[] = [
  lists("empty", ["acme/big"], {
    quotas: [aQuota({ reading: aReading({ remaining: 0, resetAt: inSeconds(90.5) }), state: "exhausted" })],
  }),
  lists("plenty", ["acme/big", "small"], {
    provider: "acme",
    answer: anAnswer({ models: ["acme/big", "small"], subscription: "active" }),
    quotas: [aQuota({ reading: aReading({ remaining: 60_000_000 }), forecast: aForecast() })],
  }),
  lists("other", ["small"]),
  anAccount({ account: "silent", quotas: [aQuota({ reading: aBalance(7.42) })] }),
];

describe("GET /api/v1/route", () => {
  it("answers exactly this", async () => {
    const { status, type, body } = await get(await serve(FLEET), "?model=big");
    expect([status, type]).toEqual([200, "application/json; charset=utf-8"]);
    expect(body).toEqual({
      generated_at: "2026-11-21T23:00:00.000Z",
      model: "big",
      provider: null,
      reason: null,
      ask_again_seconds: 60,
      totals: { candidates: 2, out: 1, others: 1 },
      candidates: [
        {
          provider: "acme",
          account: "plenty",
          model: "acme/big",
          score: 0.96,
          standing: "ready",
          metered: true,
          subscription: "active",
          quota: "weekly_input_tokens",
          reasons: [
            "It lists the model as acme/big.",
            "weekly_input_tokens: 100 % left, 1 d 1 h to the reset; nothing is being used.",
            "Its subscription is active.",
          ],
          ask_again_seconds: 60,
        },
        {
          provider: "nanogpt",
          account: "silent",
          model: null,
          score: 0.45,
          standing: "ready",
          metered: true,
          subscription: null,
          quota: "balance",
          reasons: [
            "Its models are not known: it may not serve this one.",
            "balance: $7.42 left; too few readings yet to tell how fast it goes.",
          ],
          ask_again_seconds: 60,
        },
      ],
      out: [
        {
          provider: "nanogpt",
          account: "empty",
          model: "acme/big",
          reasons: ["weekly_input_tokens: Nothing is left; it resets in 1 min."],
          back_at: "2026-11-21T23:01:30.500Z",
          retry_after_seconds: 91,
          ask_again_seconds: 60,
        },
      ],
    });
    expect(ROUTE_DOCUMENT.parse(body)).toEqual(body);
  });

  it.each([
    ["?model=small", ["plenty", "other", "silent"]],
    ["?model=acme/big&provider=acme", ["plenty"]],
    ["?model=acme%2Fbig&provider=nanogpt", ["silent"]],
    ["?model=big&top=1", ["plenty"]],
    ["?provider=nanogpt&model=small&something=else", ["other", "silent"]],
  ])("%s offers %j", async (query, accounts) => {
    const { candidates } = await routeOf(await serve(FLEET), query);
    expect(candidates.map(({ account }) => account)).toEqual(accounts);
  });

  it("counts what it does not list", async () => {
    const accounts = Array.from({ length: 25 }, (_, index) => lists(`a${index}`, ["big"]));
    const server = await serve(accounts);
    const [ten, hundred] = [await routeOf(server, "?model=big"), await routeOf(server, "?model=big&top=100")];
    expect([ten.candidates.length, ten.totals.candidates]).toEqual([10, 25]);
    expect(hundred.candidates).toHaveLength(25);
  });

  it("says that nobody can serve the model now", async () => {
    const { reason, candidates, out, ask_again_seconds } = await routeOf(await serve(FLEET.slice(0, 1)), "?model=big");
    expect([reason, candidates, out.length, ask_again_seconds]).toEqual([
      "Every account that may serve the model is out.",
      [],
      1,
      60,
    ]);
  });

  it("offers an account that was never read, since nothing speaks against it", async () => {
    const { candidates } = await routeOf(
      await serve([aFailedAccount({ reason: "timeout", message: "x" })]),
      "?model=big",
    );
    expect(candidates).toMatchObject([{ model: null, standing: "unread", metered: null, quota: null }]);
  });
});

describe("a question that cannot be answered", () => {
  it.each([
    ["", "name one model: /api/v1/route?model=MODEL"],
    ["?model=", "name one model: /api/v1/route?model=MODEL"],
    ["?model=big&model=small", "name one model: /api/v1/route?model=MODEL"],
    ["?model=big&provider=", "name one provider, or leave it out"],
    ["?model=big&provider=acme&provider=acme", "name one provider, or leave it out"],
    [`?model=${"x".repeat(201)}`, "no name is longer than 200 characters"],
    [`?model=big&provider=${"x".repeat(201)}`, "no name is longer than 200 characters"],
    ["?model=big&top=0", "top is a number from 1 to 100, or left out"],
    ["?model=big&top=101", "top is a number from 1 to 100, or left out"],
    ["?model=big&top=1e1", "top is a number from 1 to 100, or left out"],
    ["?model=big&top=1&top=2", "top is a number from 1 to 100, or left out"],
  ])("is 400: %s", async (query, error) => {
    expect(await get(await serve(FLEET), query)).toMatchObject({ status: 400, body: { error } });
  });

  const known = FLEET.slice(0, 3);
  it.each<[string, readonly AccountSnapshot[], string, string[]]>([
    ["?model=smal", known, 'no account serves a model of this name, did you mean "small"?', ["small"]],
    ["?model=acme/bik", known, 'no account serves a model of this name, did you mean "acme/big"?', ["acme/big"]],
    ["?model=quite-another", known, "no account serves a model of this name", []],
    ["?model=sk-secret-0123456789", known, "no account serves a model of this name", []],
    ["?model=big", [], "no account serves a model of this name; none is configured", []],
    ["?model=big&provider=acmee", known, 'no provider has this name, did you mean "acme"?', ["acme"]],
    ["?model=smal&provider=nanogpt", known, 'no account serves a model of this name, did you mean "small"?', ["small"]],
  ])("is 404: %s", async (query, accounts, error, near) => {
    expect(await get(await serve(accounts), query)).toEqual({
      status: 404,
      type: "application/json; charset=utf-8",
      body: { error, near },
    });
  });

  it("is 200 for an unknown model as long as one account does not tell its models", async () => {
    const { candidates, totals } = await routeOf(await serve(FLEET), "?model=quite-another");
    expect([candidates.map(({ account }) => account), totals.others]).toEqual([["silent"], 3]);
  });

  it("is 405 for a POST", async () => {
    const answer = await ask(await serve(FLEET), "/api/v1/route?model=big", "POST");
    expect([answer.status, answer.headers["allow"]]).toEqual([405, "GET, HEAD"]);
  });
});

describe("text from outside", () => {
  const HOSTILE = '\u001b[31m</script>\u202e"big';

  it("comes back as JSON, whatever stands in the name of a model", async () => {
    const server = await serve([lists("main", [`acme/${HOSTILE}`])]);
    const { body } = await ask(server, `/api/v1/route?model=${encodeURIComponent(HOSTILE)}`);
    // biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what must not be there
    expect(body.toString()).not.toMatch(/[\u0000-\u0009\u000b-\u001f<\u202e]/);
    expect(JSON.parse(body.toString())).toMatchObject({
      model: HOSTILE,
      candidates: [
        { model: `acme/${HOSTILE}`, reasons: [`It lists the model as acme/${HOSTILE}.`, expect.any(String)] },
      ],
    });
  });

  it("of a failed read is not repeated", async () => {
    const server = await serve([aFailedAccount({ reason: "server", message: "told-by-the-provider" })]);
    expect((await ask(server, "/api/v1/route?model=big")).body.toString()).not.toContain("told-by-the-provider");
  });
});

describe("what the advice has to do without", () => {
  it("is told once for each account, not for each request", async () => {
    const told: string[] = [];
    const never = anAccount({ account: "never", answer: undefined, up: false });
    const server = await serve([...FLEET, never], told);
    for (const model of ["big", "small", "big"]) await get(server, `?model=${model}`);
    expect(told.toSorted()).toEqual(["never metered", "silent models"]);
  });

  it("is not told of accounts that nobody asked for", async () => {
    const told: string[] = [];
    await get(await serve(FLEET, told), "?model=big&provider=acme");
    expect(told).toEqual([]);
  });
});
