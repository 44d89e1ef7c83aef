import { describe, expect, it } from "vitest";
import { createHttpClient } from "../../../src/http/undici-client.ts";
import type { UpstreamError } from "../../../src/http/upstream-error.ts";
import type { Trace } from "../../../src/mapping/trace.ts";
import { httpJson } from "../../../src/providers/http_json/http-json.ts";
import { Secret } from "../../../src/secret.ts";
import { type ReceivedRequest, sendJson, startServer } from "../../support/json-server.ts";

const KEY = "planted-acme-0123456789";
const NOW = new Date("2026-11-21T12:00:00Z");

interface Sent {
  readonly status?: number;
  readonly body: unknown;
}

const BALANCE = { quota: "balance", kind: "credits", unit: "usd", remaining: "left" } as const;

/** One read of a server that answers with `respond`, and what it was asked. */
async function read(settings: object, respond: (request: ReceivedRequest) => Sent, key: string | undefined = KEY) {
  await using server = await startServer((request, response) => {
    const { status = 200, body } = respond(request);
    sendJson(response, body, status);
  });
  const http = createHttpClient({ userAgent: "llm-quota-exporter/test" });
  const traces: Trace[] = [];
  const context = {
    http,
    signal: AbortSignal.timeout(20_000),
    now: NOW,
    explain: (trace: Trace) => void traces.push(trace),
  };
  try {
    const connection = { baseUrl: `${server.url}/root`, apiKey: key === undefined ? undefined : new Secret(key) };
    const whole = { readings: [BALANCE], ...settings };
    const told = await httpJson
      .connect(
        connection,
        whole,
      )(context)
      .catch((error: UpstreamError) => error);
    return {
      told,
      traces,
      requests: [...server.requests],
      failure: "reason" in told ? `${told.reason}: ${told.message}` : "",
    };
  } finally {
    await http.close();
  }
}

const left = (): Sent => ({ body: { left: 3 } });

describe("a request that the config describes", () => {
  it.each([
    ["bearer, which is the default", undefined, { authorization: `Bearer ${KEY}` }],
    ["bearer", "bearer", { authorization: `Bearer ${KEY}` }],
    ["raw", "raw", { authorization: KEY }],
    ["token", "token", { authorization: `Token ${KEY}` }],
    ["key", "key", { authorization: `Key ${KEY}` }],
    ["basic", "basic", { authorization: `Basic ${Buffer.from(`${KEY}:`).toString("base64")}` }],
    ["a header of its own", "header:X-Api-Key", { "x-api-key": KEY }],
  ])("sends the key as %s", async (_name, auth, expected) => {
    const { requests, told } = await read({ request: { path: "/v1", ...(auth && { auth }) } }, left);

    expect(told).toMatchObject({ readings: [{ remaining: 3 }] });
    expect(requests[0]?.headers).toMatchObject(expected);
    expect(
      Object.values(requests[0]?.headers ?? {}).filter((value) => String(value).includes(KEY)).length,
    ).toBeLessThan(2);
  });

  it("sends no key with none, or where the account has none", async () => {
    const none = await read({ request: { path: "/v1", auth: "none" } }, left);
    const without = await read({ request: { path: "/v1" } }, left, "");

    expect(JSON.stringify(none.requests)).not.toContain(KEY);
    expect(without.requests).toHaveLength(1);
  });

  it.each([
    ["a path of the config", { request: { path: `/v1/${KEY}/usage` } }],
    ["a variable", { variables: { team: KEY }, request: { path: "/v1", query: { team: "{team}" } } }],
    [
      "what a call before tells",
      { before: [{ set: "team", path: "/teams", value: "id" }], request: { path: "/v1/{team}" } },
    ],
  ])("makes no call with the key in its address, out of %s, as addresses are in messages", async (_where, settings) => {
    const { failure, requests } = await read(settings, () => ({ body: { id: KEY, left: 3 } }));

    expect(failure).toBe(
      "client: the key of the account stands in the path or the query of a call; auth says how it is sent",
    );
    expect(requests.filter(({ path }) => path !== "/root/teams")).toEqual([]);
  });

  it("sends the key in a field of the body", async () => {
    const request = { path: "/v1", method: "POST", auth: "body:service_key", body: { page: 1 } };
    const { requests } = await read({ request }, left);

    expect(JSON.parse(requests[0]?.body ?? "")).toEqual({ page: 1, service_key: KEY });
    expect(requests[0]?.headers.authorization).toBeUndefined();
  });

  it("fills placeholders in path, query, headers and body, and nothing else", async () => {
    const request = {
      path: "/v1/{region}/spend",
      method: "POST",
      query: { since: "{month_start}", y: "{year}-{month}-{day}" },
      headers: { "x-region": "{region}" },
      body: { query: "{ viewer { id } }", where: ["{region}"] },
    };
    const { requests } = await read({ request, variables: { region: "eu west" } }, left);

    expect(requests[0]).toMatchObject({ method: "POST", headers: { "x-region": "eu west" } });
    expect(requests[0]?.path).toBe("/root/v1/eu%20west/spend?since=2026-11-01T00%3A00%3A00.000Z&y=2026-11-21");
    expect(JSON.parse(requests[0]?.body ?? "")).toEqual({ query: "{ viewer { id } }", where: ["eu west"] });
  });

  it("asks the next path where one is unknown to the server, and tells which has answered", async () => {
    const readings = [{ ...BALANCE, remaining: "$path = '/old' ? 1 : 2" }];
    const { told, requests } = await read({ request: { path: ["/new", "/old"] }, readings }, ({ path }) =>
      path.endsWith("/new") ? { status: 404, body: {} } : { body: {} },
    );

    expect(told).toMatchObject({ readings: [{ remaining: 1 }] });
    expect(requests.map(({ path }) => path)).toEqual(["/root/new", "/root/old"]);
  });

  it("does not ask the next path after any other failure", async () => {
    const { failure, requests } = await read({ request: { path: ["/new", "/old"] } }, () => ({
      status: 500,
      body: {},
    }));

    expect(failure).toMatch(/^server: /);
    expect(requests).toHaveLength(1);
  });

  it.each([
    ["a query", { query: "page" }, ["/root/v1", "/root/v1?page=2", "/root/v1?page=3"], ["", "", ""]],
    ["the body", { body: "page" }, ["/root/v1", "/root/v1", "/root/v1"], ["", '{"page":2}', '{"page":3}']],
  ])("goes through pages by %s", async (_name, by, paths, bodies) => {
    const method = "body" in by ? "POST" : "GET";
    const request = { path: "/v1", method, pages: { next: "last ? null : page + 1", ...by } };
    const readings = [{ ...BALANCE, remaining: "$sum(lines.usd)" }];
    const pageOf = ({ path, body }: ReceivedRequest) => Number(/page"?[=:](\d)/.exec(path + body)?.[1] ?? 1);
    const { told, requests } = await read({ request, readings }, (asked) => {
      const page = pageOf(asked);
      return { body: { page, last: page === 3, lines: [{ usd: page }] } };
    });

    expect(told).toMatchObject({ readings: [{ remaining: 6 }] });
    expect(requests.map(({ path }) => path)).toEqual(paths);
    expect(requests.map(({ body }) => body)).toEqual(bodies);
  });

  it("knows how many pages there were", async () => {
    const request = { path: "/v1", pages: { next: "$page < 3 ? $page + 1", query: "page" } };
    const { told } = await read({ request, readings: [{ ...BALANCE, remaining: "$page" }] }, left);

    expect(told).toMatchObject({ readings: [{ remaining: 3 }] });
  });

  it("gives up on pages without end", async () => {
    const request = { path: "/v1", pages: { next: "'again'", query: "page", most: 4 } };
    const { failure, requests } = await read({ request }, left);

    expect(failure).toMatch(/^malformed: GET 127\.0\.0\.1:\d+\/root\/v1 goes on after 4 pages$/);
    expect(requests).toHaveLength(4);
  });
});

describe("a call before", () => {
  const before = [{ set: "team", path: "/teams", value: "teams[0].id" }];
  const request = { path: "/teams/{team}/balance" };

  it("fills a placeholder with what it tells", async () => {
    const { told, requests } = await read({ before, request }, ({ path }) =>
      path.endsWith("/teams") ? { body: { teams: [{ id: "t-1" }] } } : left(),
    );

    expect(told).toMatchObject({ readings: [{ remaining: 3 }] });
    expect(requests.map(({ path }) => path)).toEqual(["/root/teams", "/root/teams/t-1/balance"]);
  });

  it("is not made where the config tells that itself", async () => {
    const { requests } = await read({ before, request, variables: { team: "t-9" } }, left);

    expect(requests.map(({ path }) => path)).toEqual(["/root/teams/t-9/balance"]);
  });

  it.each([
    ["nothing", { teams: [] }, /: \$\.teams: before\.0\.value = "teams\[0\]\.id" finds nothing$/],
    [
      "a way out of the path",
      { teams: [{ id: "../../admin" }] },
      /: \$: before\.0\.value = "teams\[0\]\.id" gives what cannot stand in a path, as letters, digits, spaces and _ \. @ : \+ ~ - can$/,
    ],
    ["a list", { teams: [{ id: ["a", "b"] }] }, /gives a list where a text is needed$/],
  ])("that tells %s makes the read fail", async (_name, body, message) => {
    const { failure, requests } = await read({ before, request }, () => ({ body }));

    expect(failure).toMatch(/^malformed: /);
    expect(failure).toMatch(message);
    expect(requests).toHaveLength(1);
  });
});

describe("failures", () => {
  const settings = {
    request: { path: "/v1" },
    failures: [
      { when: "error.code = 'bad_key'", reason: "auth" },
      { when: "$status = 422", reason: "rate_limited" },
      { when: "$exists(error)", reason: "not_entitled", hint: "the key has no plan" },
    ],
  };

  it.each([
    ["a good answer", 200, { left: 3 }, ""],
    [
      "an error in an answer that says 200",
      200,
      { error: { code: "bad_key" } },
      "auth: CALL answered 200, and that it failed",
    ],
    [
      "the next rule",
      200,
      { error: { code: "x" } },
      "not_entitled: CALL answered 200, and that it failed: the key has no plan",
    ],
    [
      "a refused answer by its body",
      400,
      { error: { code: "bad_key" } },
      "auth: CALL answered 400: the credential is refused",
    ],
    [
      "a refused answer with a hint",
      403,
      { error: { code: "x" } },
      "not_entitled: CALL answered 403: the key has no plan",
    ],
    ["a refused answer by its status", 422, {}, "rate_limited: CALL answered 422"],
    ["a refused answer that no rule knows", 503, {}, "server: CALL answered 503"],
  ])("tell %s", async (_name, status, body, expected) => {
    const { failure } = await read(settings, () => ({ status, body }));

    expect(failure.replace(/GET 127\.0\.0\.1:\d+\/root\/v1/, "CALL")).toBe(expected);
  });

  it("do not hide the status where a rule makes no sense of the body", async () => {
    const { failure } = await read({ ...settings, failures: [{ when: "error.code > 3", reason: "auth" }] }, () => ({
      status: 500,
      body: { error: { code: "x" } },
    }));

    expect(failure).toMatch(/^server: /);
  });
});

describe("a read", () => {
  it("knows the status of the answer", async () => {
    const readings = [{ ...BALANCE, remaining: "$status" }];
    const { told } = await read({ request: { path: "/v1" }, readings }, () => ({ status: 203, body: {} }));

    expect(told).toMatchObject({ readings: [{ remaining: 203 }] });
  });

  it("tells what every expression found", async () => {
    const { traces } = await read({ request: { path: "/v1" }, plan: "tier" }, left);

    expect(traces.map(({ field, told }) => `${field}: ${told}`)).toEqual([
      "readings.0.remaining: 3",
      "plan: unknown: $.tier is not there",
    ]);
  });

  it("is not held up for ever by an expression, and neither is the next one", async () => {
    const loops = {
      request: { path: "/v1" },
      readings: [{ ...BALANCE, remaining: "($f := function($n) { $f($n + 1) }; $f(0))" }],
    };

    expect((await read(loops, left)).failure).toMatch(/^malformed: .*takes longer than \d+ ms$/);
    expect((await read({ request: { path: "/v1" } }, left)).told).toMatchObject({ readings: [{ remaining: 3 }] });
  });
});
