import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import Anthropic from "@anthropic-ai/sdk";
import OpenAI from "openai";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { type Daemon, startDaemon } from "../support/daemon.ts";
import { eventually } from "../support/eventually.ts";
import { valuesOf } from "../support/exposition.ts";
import { freePort } from "../support/free-port.ts";
import type { LocalServer } from "../support/json-server.ts";
import { startLlmProviders, WORDS } from "../support/llm-providers.ts";

const CALLERS_KEY = "sk-canary7Q-of-the-caller-0123456789";
const ACCOUNT_KEY = "sk-canary7Q-of-the-account-0123456789";
const TOKEN = "canary7Q-token-of-the-proxy";
const PROMPT = "canary7Q: what the caller asks";
const SAID = WORDS.join("");

let folder: string;
let providers: LocalServer;
let port: number;

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), "proxy-"));
  writeFileSync(join(folder, "anthropic.key"), ACCOUNT_KEY, { mode: 0o600 });
  providers = await startLlmProviders();
  port = await freePort();
});
afterEach(async () => {
  await providers[Symbol.asyncDispose]();
  rmSync(folder, { recursive: true, force: true });
});

const ROUTES = [
  { path: "/openai", account: "team-a" },
  { path: "/anthropic", account: "team-b" },
  { path: "/shared", account: "team-b", key: "account" },
];

const configFor = (routes: readonly object[]) =>
  JSON.stringify({
    state: { path: join(folder, "state.db") },
    proxy: { listen_address: `127.0.0.1:${port}`, token_env: "PROXY_TOKEN", routes },
    accounts: [
      { name: "team-a", provider: "openai", api_key_env: "ACCOUNT_KEY", base_url: `${providers.url}/v1` },
      { name: "team-b", provider: "anthropic", api_key_file: join(folder, "anthropic.key"), base_url: providers.url },
    ],
  });

const start = (routes: readonly object[] = ROUTES) =>
  startDaemon({
    configText: configFor(routes),
    env: { ACCOUNT_KEY, PROXY_TOKEN: TOKEN },
    args: ["--log.level=trace"],
  });

const openai = () => new OpenAI({ apiKey: CALLERS_KEY, baseURL: `http://127.0.0.1:${port}/openai`, maxRetries: 0 });
const anthropic = (route = "anthropic", apiKey = CALLERS_KEY) =>
  new Anthropic({ apiKey, baseURL: `http://127.0.0.1:${port}/${route}`, maxRetries: 0 });
const ASKED = [{ role: "user" as const, content: PROMPT }];

/** Without the reads of the daemon itself. */
const posted = () => providers.requests.filter(({ method }) => method === "POST");

async function expectValues(daemon: Daemon, name: string, labels: Readonly<Record<string, string>>, values: number[]) {
  await eventually(async () => expect(valuesOf(await daemon.metrics(), name, labels)).toEqual(values));
}

describe("the library of OpenAI with another base URL", () => {
  it("gets its answers, and the limits and tokens of the account are on /metrics", async () => {
    await using daemon = await start();

    const { data, response } = await openai()
      .chat.completions.create({ model: "gpt-5", messages: ASKED })
      .withResponse();

    expect(data.choices[0]?.message.content).toBe(SAID);
    expect(response.headers.get("x-ratelimit-remaining-requests")).toBe("4321");
    expect(posted().map(({ headers }) => headers.authorization)).toEqual([`Bearer ${CALLERS_KEY}`]);
    await expectValues(daemon, "llm_quota_limit", { account: "team-a", quota: "requests" }, [5000]);
    await expectValues(daemon, "llm_quota_remaining", { account: "team-a", quota: "tokens" }, [150_000]);
    const model = { account: "team-a", model: "gpt-5" };
    await expectValues(daemon, "llm_quota_observed_requests_total", model, [1]);
    await expectValues(daemon, "llm_quota_observed_tokens_total", { ...model, direction: "input" }, [11]);
    await expectValues(daemon, "llm_quota_observed_tokens_total", { ...model, direction: "output" }, [5]);
    const counted = { account: "team-a", result: "answered" };
    await expectValues(daemon, "llm_quota_exporter_proxy_requests_total", counted, [1]);
  });

  it("streams chat and responses", async () => {
    await using daemon = await start();
    const texts: string[] = [];
    const chat = { model: "gpt-5", messages: ASKED, stream: true, stream_options: { include_usage: true } } as const;
    for await (const chunk of await openai().chat.completions.create(chat))
      texts.push(chunk.choices[0]?.delta.content ?? "");
    const types: string[] = [];
    const asked = { model: "gpt-5", input: PROMPT, stream: true } as const;
    for await (const event of await openai().responses.create(asked)) types.push(event.type);

    expect(texts).toEqual([...WORDS, ""]);
    expect(types).toEqual(["response.created", "response.completed"]);
    const model = { account: "team-a", model: "gpt-5" };
    await expectValues(daemon, "llm_quota_observed_requests_total", model, [2]);
    await expectValues(daemon, "llm_quota_observed_tokens_total", { ...model, direction: "input" }, [50]);
    await expectValues(daemon, "llm_quota_observed_tokens_total", { ...model, direction: "output" }, [16]);
    await expectValues(daemon, "llm_quota_limit", { account: "team-a", quota: "requests" }, [5000]);
  });

  it("gets the refusal of the provider as its own error", async () => {
    await using daemon = await start();

    const refused = openai().chat.completions.create({ model: "refused", messages: ASKED });

    await expect(refused).rejects.toMatchObject({ status: 429, code: "insufficient_quota" });
    const counted = { account: "team-a", result: "answered" };
    await expectValues(daemon, "llm_quota_exporter_proxy_requests_total", counted, [1]);
    expect(valuesOf(await daemon.metrics(), "llm_quota_observed_requests_total", { model: "refused" })).toEqual([]);
  });
});

describe("the library of Anthropic with another base URL", () => {
  it("gets its answers and streams, and the limits and tokens of the account are on /metrics", async () => {
    await using daemon = await start();

    const asked = { model: "claude-opus-5", max_tokens: 9, messages: ASKED };
    const whole = await anthropic().messages.create(asked);
    const streamed = await anthropic().messages.stream(asked).finalText();

    expect(whole.content).toEqual([{ type: "text", text: SAID }]);
    expect(streamed).toBe(SAID);
    const own = `Bearer ${CALLERS_KEY}`;
    expect(posted().map(({ headers }) => headers.authorization)).toEqual([own, own]);
    await expectValues(daemon, "llm_quota_limit", { account: "team-b", quota: "requests" }, [50]);
    await expectValues(daemon, "llm_quota_limit", { account: "team-b", quota: "input_tokens" }, [30_000]);
    const model = { account: "team-b", model: "claude-opus-5" };
    await expectValues(daemon, "llm_quota_observed_requests_total", model, [2]);
    await expectValues(daemon, "llm_quota_observed_tokens_total", { ...model, direction: "input" }, [120]);
    await expectValues(daemon, "llm_quota_observed_tokens_total", { ...model, direction: "output" }, [10]);
  });

  it("uses the key of the account with the token of the proxy, also after its file was exchanged", async () => {
    await using daemon = await start();
    const asked = { model: "claude-opus-5", max_tokens: 9, messages: ASKED };
    const keys = () => posted().map(({ headers }) => headers["x-api-key"]);

    await anthropic("shared", TOKEN).messages.create(asked);
    expect(keys()).toEqual([ACCOUNT_KEY]);
    const another = `${ACCOUNT_KEY}-2`;
    writeFileSync(join(folder, "anthropic.key"), another, { mode: 0o600 });
    await eventually(async () => {
      await anthropic("shared", TOKEN).messages.create(asked);
      expect(keys().at(-1)).toBe(another);
    });

    await expect(anthropic("shared").messages.create(asked)).rejects.toMatchObject({ status: 401 });
    expect(JSON.stringify(providers.requests)).not.toContain(TOKEN);
    expect(daemon.logs()).not.toContain("canary7Q");
  });
});

it("no key, no token and no word of what was asked or answered is in a log, a metric or the state", async () => {
  await using daemon = await start();
  const asked = { model: "claude-opus-5", max_tokens: 9, messages: ASKED };
  await openai().chat.completions.create({ model: "gpt-5", messages: ASKED });
  await anthropic().messages.stream(asked).finalText();
  await anthropic("shared", TOKEN).messages.create(asked);
  await openai()
    .chat.completions.create({ model: "refused", messages: ASKED })
    .catch(() => undefined);
  await anthropic("nowhere", TOKEN)
    .messages.create(asked)
    .catch(() => undefined);
  await expectValues(daemon, "llm_quota_exporter_proxy_requests_total", { account: "team-b", result: "answered" }, [2]);
  const paths = ["/", "/metrics", "/api/v1/quotas", "/config", "/accounts/team-a", "/debug/polls"];
  const pages = await Promise.all(paths.map(async (path) => (await daemon.get(path)).text()));
  await daemon.stop();

  const stored = readdirSync(folder).filter((name) => name.startsWith("state.db"));
  expect(stored).toContain("state.db");
  const kept = stored.map((name) => readFileSync(join(folder, name), "latin1"));
  for (const text of [...pages, daemon.logs(), ...kept]) {
    expect(text).not.toContain("canary7Q");
    expect(text).not.toContain(SAID);
  }
});

it("a reload changes the routes; the address stays", async () => {
  const config = join(folder, "config.yaml");
  writeFileSync(config, configFor(ROUTES));
  await using daemon = await startDaemon({
    configText: configFor(ROUTES),
    env: { ACCOUNT_KEY, PROXY_TOKEN: TOKEN },
    args: ["--web.enable-lifecycle", `--config.file=${config}`],
  });
  writeFileSync(config, configFor([{ path: "/new", account: "team-a" }]));
  expect((await fetch(`${daemon.url}/-/reload`, { method: "POST" })).status).toBe(200);

  await expect(openai().chat.completions.create({ model: "gpt-5", messages: ASKED })).rejects.toMatchObject({
    status: 404,
  });
  const moved = new OpenAI({ apiKey: CALLERS_KEY, baseURL: `http://127.0.0.1:${port}/new`, maxRetries: 0 });
  const { choices } = await moved.chat.completions.create({ model: "gpt-5", messages: ASKED });
  expect(choices[0]?.message.content).toBe(SAID);
});
