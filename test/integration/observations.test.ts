import { mkdtemp, readdir, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { runCommand } from "../support/command-line.ts";
import { type Daemon, startDaemon } from "../support/daemon.ts";
import { eventually } from "../support/eventually.ts";
import { valuesOf } from "../support/exposition.ts";
import { freePort } from "../support/free-port.ts";
import { type LocalServer, sendJson, startServer } from "../support/json-server.ts";

const CANARY = "canary7Q";
const TOKEN = `planted-${CANARY}-0123456789`;

const stack = new AsyncDisposableStack();
let directory: string;
/** Asks everybody for a token. */
let daemon: Daemon;
/** Asks nobody. */
let open: Daemon;
let provider: LocalServer;

const configText = (web: object, base: string, state: string) =>
  JSON.stringify({
    web,
    poll: { interval: "5m" },
    state: { path: join(directory, state) },
    accounts: [
      { name: "gpt", provider: "openai", api_key_env: "KEY", base_url: `${base}/v1` },
      { name: "opus", provider: "anthropic", api_key_env: "KEY", base_url: base },
    ],
  });

beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), "observations-"));
  stack.defer(() => rm(directory, { recursive: true, force: true }));
  provider = stack.use(
    await startServer((_request, response) => sendJson(response, { object: "list", data: [], has_more: false })),
  );
  const env = { KEY: "sk-0123456789abcdef", WEB_TOKEN: TOKEN };
  const args = ["--log.level=trace"];
  daemon = stack.use(
    await startDaemon({ configText: configText({ token_env: "WEB_TOKEN" }, provider.url, "state.db"), env, args }),
  );
  open = stack.use(await startDaemon({ configText: configText({}, provider.url, "open.db"), env, args }));
});
afterAll(() => stack.disposeAsync());

async function post(value: unknown, authorization = `Bearer ${TOKEN}`) {
  const response = await fetch(`${daemon.url}/api/v1/observations`, {
    method: "POST",
    headers: { "content-type": "application/json", authorization },
    body: typeof value === "string" ? value : JSON.stringify(value),
  });
  return { status: response.status, body: await response.text() };
}

const get = (path: string, authorization = `Bearer ${TOKEN}`) =>
  fetch(`${daemon.url}${path}`, { headers: { authorization } });
const metrics = async () => (await get("/metrics")).text();

const OPENAI = {
  "x-ratelimit-limit-requests": "500",
  "x-ratelimit-remaining-requests": "123",
  "x-ratelimit-reset-requests": "30m0s",
  "set-cookie": `session=${CANARY}`,
  authorization: `Bearer ${CANARY}`,
};
const later = () => new Date(Date.now() + 1_800_000).toISOString();
const anthropic = () => ({
  "anthropic-ratelimit-input-tokens-limit": "40000",
  "anthropic-ratelimit-input-tokens-remaining": "39000",
  "anthropic-ratelimit-input-tokens-reset": later(),
  "anthropic-organization-id": CANARY,
});

describe("what a gateway tells of its calls", () => {
  it("is on the metrics page soon, for each provider in its own words", async () => {
    const { status, body } = await post([
      {
        account: "gpt",
        status: 200,
        headers: OPENAI,
        model: "gpt-5.2",
        usage: { input_tokens: 1200, output_tokens: 340 },
      },
      { provider: "anthropic", status: 200, headers: anthropic(), model: "claude-opus-5" },
    ]);

    expect(status).toBe(200);
    expect(JSON.parse(body)).toMatchObject({
      accepted: 2,
      refused: 0,
      results: [
        { account: "gpt", readings: [{ quota: "requests", limit: 500, remaining: 123 }], refusal: null, counted: true },
        { account: "opus", readings: [{ quota: "input_tokens", limit: 40_000, remaining: 39_000 }] },
      ],
    });
    await eventually(async () => {
      const page = await metrics();
      const left = (account: string, quota: string) => valuesOf(page, "llm_quota_remaining", { account, quota });
      expect(left("gpt", "requests")).toEqual([123]);
      expect(left("opus", "input_tokens")).toEqual([39_000]);
      const ofModel = { account: "gpt", model: "gpt-5.2" };
      expect(valuesOf(page, "llm_quota_observed_requests_total", ofModel)).toEqual([1]);
      expect(valuesOf(page, "llm_quota_observed_tokens_total", { ...ofModel, direction: "output" })).toEqual([340]);
    });
  });

  it("is understood when a call was refused, and not counted as one that was served", async () => {
    const error = { error: { code: "insufficient_quota", type: "insufficient_quota", message: CANARY } };
    const before = valuesOf(await metrics(), "llm_quota_observed_requests_total", { account: "gpt" });
    const { body } = await post({ account: "gpt", status: 429, headers: {}, model: "gpt-5.2", error });

    expect(JSON.parse(body).results).toMatchObject([{ account: "gpt", refusal: "spend_cap", counted: false }]);
    const page = await metrics();
    expect(valuesOf(page, "llm_quota_observed_refusals_total", { account: "gpt", refusal: "spend_cap" })).toEqual([1]);
    expect(valuesOf(page, "llm_quota_observed_requests_total", { account: "gpt" })).toEqual(before);
  });

  it("is refused item by item, and counted, when it cannot be", async () => {
    const sent = [
      { account: "gtp" },
      { account: "gpt", usage: { input_tokens: -5 } },
      { account: "gpt", at: "2020-01-01T00:00:00Z" },
      { account: "gpt", status: 200 },
    ];
    const { status, body } = await post(sent);

    expect(status).toBe(200);
    expect(JSON.parse(body)).toMatchObject({
      accepted: 1,
      refused: 3,
      results: [
        { index: 0, near: ["gpt"] },
        { index: 1, error: "usage.input_tokens: needs 0 or more" },
        { index: 2, error: "at: more than 24 h ago" },
        { account: "gpt" },
      ],
    });
    expect((await post(sent.slice(0, 3))).status).toBe(422);
    const page = await metrics();
    const counted = (result: string) => valuesOf(page, "llm_quota_exporter_observations_total", { result });
    expect(["unknown_account", "invalid", "clock"].map(counted)).toEqual([[2], [2], [2]]);
  });

  it("is refused whole when it is no JSON or too large, and the daemon goes on", async () => {
    expect((await post("{")).status).toBe(400);
    expect((await post(JSON.stringify({ account: "x".repeat(1_100_000) }))).status).toBe(413);
    expect((await post({ account: "gpt", status: 200 })).status).toBe(200);
  });
});

describe("a daemon with a token", () => {
  it("answers nobody without it, but that it is healthy", async () => {
    for (const path of ["/", "/metrics", "/api/v1/quotas", "/config", "/nowhere"]) {
      const response = await fetch(`${daemon.url}${path}`);
      expect([path, response.status, response.headers.get("www-authenticate")]).toEqual([
        path,
        401,
        'Bearer realm="llm-quota-exporter", Basic realm="llm-quota-exporter", charset="UTF-8"',
      ]);
    }
    expect((await fetch(`${daemon.url}/-/healthy`)).status).toBe(200);
    expect((await get("/", `Basic ${Buffer.from(`me:${TOKEN}`).toString("base64")}`)).status).toBe(200);
  });

  it("takes no observation with another one, and counts those who try", async () => {
    const { status, body } = await post({ account: "gpt" }, `Bearer ${CANARY}`);

    expect([status, body]).toEqual([401, expect.not.stringContaining(CANARY)]);
    const wrong = valuesOf(await metrics(), "llm_quota_exporter_unauthorized_requests_total", { reason: "wrong" });
    expect(wrong).toEqual([1]);
  });

  it("is shown it by status, from a file or a variable", async () => {
    const files = { "token.txt": `${TOKEN}\n`, "wrong.txt": "planted-0123456789" };
    const status = (args: readonly string[], env = {}) =>
      runCommand(["status", `--url=${daemon.url}`, ...args], { files, env });

    expect((await status(["--web.token-file=token.txt"])).stdout).toContain("opus");
    expect((await status([], { LLM_QUOTA_EXPORTER_TOKEN: TOKEN })).code).toBe(0);
    expect(await status([])).toMatchObject({
      code: 1,
      stderr: `${daemon.url} asks for a token: name its file with --web.token-file, or set LLM_QUOTA_EXPORTER_TOKEN\n`,
    });
    expect((await status(["--web.token-file=wrong.txt"])).stderr).toContain("does not take this token");
    expect(await status(["--web.token-file=none.txt"])).toMatchObject({
      code: 2,
      stderr: expect.stringContaining("the file of --web.token-file does not exist"),
    });
    expect((await runCommand(["healthcheck", `--url=${daemon.url}`])).code).toBe(0);
  });
});

it("a daemon without a token takes what this machine tells", async () => {
  const response = await fetch(`${open.url}/api/v1/observations`, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify({ account: "gpt", status: 200, headers: OPENAI }),
  });

  expect(response.status).toBe(200);
});

describe("a daemon that listens beyond this machine", () => {
  const WARNING = "listening beyond this machine without authentication";
  const start = async (web: object) => {
    const port = await freePort();
    return startDaemon({
      configText: configText(web, provider.url, `${port}.db`),
      env: { KEY: "sk-0123456789abcdef", WEB_TOKEN: TOKEN },
      args: [`--web.listen-address=0.0.0.0:${port}`],
      port,
    });
  };
  const told = async ({ url }: Daemon, headers: Readonly<Record<string, string>> = {}) => {
    const body = JSON.stringify({ account: "gpt", status: 200 });
    const init = { method: "POST", headers: { "content-type": "application/json", ...headers }, body };
    const response = await fetch(`${url}/api/v1/observations`, init);
    return { status: response.status, text: await response.text() };
  };

  it("warns without a token, and takes no observation, not even from this machine", async () => {
    await using everywhere = await start({});

    expect(everywhere.logs()).toContain(WARNING);
    expect(await told(everywhere)).toEqual({ status: 403, text: expect.stringContaining("set web.token_file") });
    expect((await everywhere.get("/metrics")).status).toBe(200);
  });

  it("takes them from whoever shows its token", async () => {
    await using everywhere = await start({ token_env: "WEB_TOKEN" });

    expect(everywhere.logs()).not.toContain(WARNING);
    expect((await told(everywhere)).status).toBe(401);
    expect((await told(everywhere, { authorization: `Bearer ${TOKEN}` })).status).toBe(200);
  });
});

/** Last: by then everything was sent that could be kept. */
it("nothing of what was sent beside limits and counts is in a page, the log or the state", async () => {
  await post({ account: "gpt", status: 500, headers: { "x-canary": CANARY }, error: { [CANARY]: CANARY } });
  await post({ account: CANARY, [CANARY]: CANARY });
  await post(`{"account":"${CANARY}`);
  const paths = ["/", "/accounts/gpt", "/metrics", "/api/v1/quotas", "/api/v1/accounts/gpt", "/debug/polls", "/config"];
  const pages = await Promise.all(paths.map(async (path) => [path, await (await get(path)).text()] as const));
  const log = daemon.logs();
  await daemon.stop();
  const kept = (await readdir(directory)).filter((name) => name.startsWith("state.db"));
  const files = await Promise.all(
    kept.map(async (name) => [name, await readFile(join(directory, name), "latin1")] as const),
  );

  expect(kept).toContain("state.db");
  expect(files.map(([, text]) => text).join("")).toContain("gpt");
  const leaks = [...pages, ...files, ["log", log] as const].filter(([, text]) => text.includes(CANARY));
  expect(leaks.map(([name]) => name)).toEqual([]);
});
