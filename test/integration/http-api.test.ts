import { once } from "node:events";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { type IncomingMessage, request } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { SimulatedBalance } from "../../src/demo/balance.ts";
import { deepseek } from "../../src/demo/deepseek.ts";
import { nanogpt } from "../../src/demo/nanogpt.ts";
import { ollama } from "../../src/demo/ollama.ts";
import { startSimulator } from "../../src/demo/simulator.ts";
import type { Upstream } from "../../src/demo/upstream.ts";
import { SimulatedWindow } from "../../src/demo/window.ts";
import { type Daemon, startDaemon } from "../support/daemon.ts";
import { type EventStream, openEventStream } from "../support/event-stream.ts";
import { eventually } from "../support/eventually.ts";
import { type LocalServer, sendJson, startServer } from "../support/json-server.ts";
import { type Promised, readPromised } from "../support/openapi.ts";
import { quickConfig } from "../support/quick-config.ts";

const KEY = "sk-api-0123456789";
const DAY = 86_400;
const stack = new AsyncDisposableStack();
let promised: Promised;
/** Has read every account, and may be told to reload over HTTP. */
let daemon: Daemon;
/** Waits for a provider that hangs. */
let waiting: Daemon;
/** Asks everybody for a token. */
let guarded: Daemon;
/** What a daemon asks its peer. */
let peer: LocalServer;
let configFile: string;
let goodConfig: string;

async function simulated(upstream: Upstream): Promise<string> {
  const simulator = await startSimulator(upstream);
  stack.defer(() => simulator.stop());
  return simulator.baseUrl;
}

beforeAll(async () => {
  promised = await readPromised();
  const hanging = await startSimulator(deepseek({ key: KEY, balances: {} }));
  stack.defer(() => hanging.stop());
  await hanging.setMode("hang");
  peer = stack.use(await startServer((_request, response) => sendJson(response, { error: "none" }, 404)));
  const money = {
    name: "money",
    provider: "deepseek",
    key: KEY,
    baseUrl: await simulated(deepseek({ key: KEY, balances: { USD: new SimulatedBalance({ amount: 25 }) } })),
  } as const;
  const window = new SimulatedWindow({ limit: 60_000_000, periodSeconds: DAY, usedAtStart: 12_500_000 });
  const first = quickConfig(
    [
      money,
      {
        name: "window",
        provider: "nanogpt",
        key: KEY,
        periods: { daily_input_tokens: DAY },
        baseUrl: await simulated(nanogpt({ key: KEY, dailyInputTokens: window })),
      },
      { name: "refused", provider: "deepseek", key: "sk-of-nobody", baseUrl: money.baseUrl },
      { name: "local", provider: "ollama", baseUrl: await simulated(ollama(["llama3.1:8b"])) },
    ],
    { interval: "5s" },
  );
  const folder = mkdtempSync(join(tmpdir(), "llm-quota-test-api-"));
  stack.defer(() => rmSync(folder, { recursive: true, force: true }));
  configFile = join(folder, "config.yaml");
  goodConfig = first.configText;
  writeFileSync(configFile, goodConfig);
  const second = quickConfig([money, { name: "hanging", provider: "deepseek", key: KEY, baseUrl: hanging.baseUrl }], {
    timeout: "1m",
  });
  const config = JSON.parse(second.configText) as { poll: object };
  const withPeer = JSON.stringify({ ...config, poll: { ...config.poll, peer: peer.url } });
  const args = [`--config.file=${configFile}`, "--web.enable-lifecycle"];
  const withToken = JSON.stringify({ ...JSON.parse(goodConfig), web: { token_env: "TOKEN" } });
  [daemon, waiting, guarded] = await Promise.all([
    startDaemon({ ...first, args }),
    startDaemon({ ...second, configText: withPeer, readyPath: "/-/healthy" }),
    startDaemon({ configText: withToken, env: { ...first.env, TOKEN: "planted-0123456789" } }),
  ]);
  for (const one of [daemon, waiting, guarded]) stack.use(one);
});

afterAll(() => stack.disposeAsync());

interface Asked {
  /** As promised: `get /api/v1/quotas 200`. */
  readonly answer: string;
  readonly path?: string;
  readonly body?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly of?: "daemon" | "waiting";
}

const JSON_BODY = { "content-type": "application/json" };
const POST = "post /api/v1/observations";

const ASKED: readonly Asked[] = [
  { answer: "get /api/v1/quotas 200" },
  { answer: "get /api/v1/quotas 200", path: "/api/v1/quotas?refresh=true" },
  { answer: "get /api/v1/quotas 200", path: "/api/v1/quotas?account=money" },
  { answer: "get /api/v1/quotas 200", path: "/api/v1/quotas?provider=ollama&refresh=false" },
  { answer: "get /api/v1/quotas 200", of: "waiting" },
  { answer: "get /api/v1/quotas 400", path: "/api/v1/quotas?refresh=perhaps" },
  { answer: "get /api/v1/quotas 400", path: "/api/v1/quotas?account=money&account=window" },
  { answer: "get /api/v1/quotas 404", path: "/api/v1/quotas?account=mony" },
  { answer: "get /api/v1/quotas 404", path: "/api/v1/quotas?provider=deep_seek" },
  ...["money", "window", "refused", "local"].map((name) => ({
    answer: "get /api/v1/accounts/{name} 200",
    path: `/api/v1/accounts/${name}?refresh=true`,
  })),
  { answer: "get /api/v1/accounts/{name} 200", path: "/api/v1/accounts/hanging", of: "waiting" },
  { answer: "get /api/v1/accounts/{name} 400", path: "/api/v1/accounts/%E0%A4%A" },
  { answer: "get /api/v1/accounts/{name} 404", path: "/api/v1/accounts/mony" },
  { answer: "get /api/v1/route 200", path: "/api/v1/route?model=llama3.1:8b" },
  { answer: "get /api/v1/route 200", path: "/api/v1/route?model=deepseek-chat&provider=deepseek&top=1" },
  { answer: "get /api/v1/route 400", path: "/api/v1/route" },
  { answer: "get /api/v1/route 404", path: "/api/v1/route?model=llama3.1:8b&provider=olama" },
  { answer: "get /api/v1/events 400", path: "/api/v1/events?provider=ollama&provider=deepseek" },
  { answer: "get /api/v1/events 404", path: "/api/v1/events?account=mony" },
  { answer: "get /api/v1/outcomes/{name} 400", path: "/api/v1/outcomes/%E0%A4%A" },
  { answer: "get /api/v1/outcomes/{name} 404", path: "/api/v1/outcomes/money?definition=none" },
  { answer: `${POST} 200`, body: '{"account":"money","status":200}', headers: JSON_BODY },
  { answer: `${POST} 200`, body: '[{"account":"mony"},{"provider":"ollama","status":429}]', headers: JSON_BODY },
  { answer: `${POST} 400`, body: "{", headers: JSON_BODY },
  { answer: `${POST} 413`, body: `"${"x".repeat(1024 * 1024)}"`, headers: JSON_BODY },
  { answer: `${POST} 415`, body: "{}" },
  { answer: `${POST} 422`, body: '{"account":"mony"}', headers: JSON_BODY },
  { answer: "get /metrics 200" },
  { answer: "get /probe 200", path: "/probe?target=money" },
  { answer: "get /probe 400" },
  { answer: "get /probe 404", path: "/probe?target=mony" },
  { answer: "get /debug/polls 200" },
  { answer: "get /debug/polls 200", of: "waiting" },
  { answer: "get /config 200" },
  { answer: "get /-/healthy 200" },
  { answer: "get /-/ready 200" },
  { answer: "get /-/ready 503", of: "waiting" },
  ...["post", "put"].flatMap((method): Asked[] => [
    { answer: `${method} /-/reload 200` },
    { answer: `${method} /-/reload 403`, of: "waiting" },
    { answer: `${method} /-/reload 413`, body: "x".repeat(2000) },
  ]),
];

async function check({ answer, path, body, headers = {}, of = "daemon" }: Asked): Promise<string> {
  const [method = "", template = "", status = ""] = answer.split(" ");
  const { url } = of === "daemon" ? daemon : waiting;
  const init = { method: method.toUpperCase(), headers, ...(body !== undefined && { body }) };
  const response = await fetch(`${url}${path ?? template}`, init);
  const told = await response.text();
  expect([answer, response.status, told]).toEqual([answer, Number(status), expect.any(String)]);
  promised.check(answer, response.headers.get("content-type") ?? "", told);
  expect(told).not.toContain(KEY);
  return told;
}

describe("the real daemon answers as docs/openapi.json promises", () => {
  it.each(ASKED)("$answer $path $of", async (asked) => {
    await check(asked);
  });

  it("to a peer, with its last read of an account", async () => {
    // What a daemon asks is the only way to know what it holds an account to be.
    const path = await eventually(() => {
      const asked = peer.requests.find((received) => received.path.startsWith("/api/v1/outcomes/money?"));
      expect(asked).toBeDefined();
      return asked?.path ?? "";
    });

    expect(await check({ answer: "get /api/v1/outcomes/{name} 200", path })).toContain('"balance_usd"');
  });

  it.each(["post", "put"])("to %s /-/reload with a bad config, and after it as before", async (method) => {
    writeFileSync(configFile, '{"accounts": [{"name": "money", "provider": "deepsek"}]}');
    const refused = await check({ answer: `${method} /-/reload 500` });
    writeFileSync(configFile, goodConfig);

    expect(refused).toContain("deepsek");
    await check({ answer: `${method} /-/reload 200` });
  });

  it("to those who follow, as long as there is room", async () => {
    using followers = new DisposableStack();
    const open = async (): Promise<EventStream> => followers.use(await openEventStream(`${waiting.url}/api/v1/events`));
    const first = await open();
    await eventually(() => expect(first.text()).toMatch(/^retry: 5000\nid: /));
    promised.check("get /api/v1/events 200", first.headers["content-type"] ?? "", first.text());
    for (let count = 1; count < 64; count++) expect((await open()).status).toBe(200);

    await check({ answer: "get /api/v1/events 503", of: "waiting" });
  });

  it("to a page that has a name of its own point to this machine", async () => {
    const headers = { ...JSON_BODY, host: "quota.attacker.example" };
    // `fetch` sends the name of the address, whatever it is told.
    const outgoing = request(`${daemon.url}/api/v1/observations`, { method: "POST", headers }).end("{}");
    const [response]: IncomingMessage[] = await once(outgoing, "response");
    expect(response?.statusCode).toBe(403);
    const body = response === undefined ? "" : await text(response);

    promised.check(`${POST} 403`, response?.headers["content-type"] ?? "", body);
  });

  it("to whoever does not show the token that it asks for", async () => {
    const refusals = promised.answers.filter((answer) => answer.endsWith(" 401"));
    for (const answer of refusals) {
      const [method = "", path = ""] = answer.split(" ");
      const response = await fetch(`${guarded.url}${path}`, { method: method.toUpperCase() });
      expect([answer, response.status]).toEqual([answer, 401]);
      promised.check(answer, response.headers.get("content-type") ?? "", await response.text());
    }
    expect(refusals.length).toBeGreaterThan(10);
  });

  it("in every way but by a fault of ours, which nobody can ask for", () => {
    const elsewhere = [
      `${POST} 403`,
      "get /api/v1/outcomes/{name} 200",
      "get /api/v1/events 200",
      "get /api/v1/events 503",
      "post /-/reload 500",
      "put /-/reload 500",
    ];
    const asked = new Set([...ASKED.map(({ answer }) => answer), ...elsewhere]);

    const forAll = /^(get .*|post \/api\/v1\/observations) 500$| 401$/;
    expect([...asked].toSorted()).toEqual(promised.answers.filter((answer) => !forAll.test(answer)).toSorted());
  });
});

it("a path that does not exist names those that are near", async () => {
  const response = await daemon.get("/api/v1/quota");

  expect([response.status, await response.json()]).toEqual([
    404,
    { error: "not found; see / for what there is", near: expect.arrayContaining(["/api/v1/quotas"]) },
  ]);
});
