import type { ServerResponse } from "node:http";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { runCommand } from "../support/command-line.ts";
import { startDaemon } from "../support/daemon.ts";
import { eventually } from "../support/eventually.ts";
import { valuesOf } from "../support/exposition.ts";
import { type LocalServer, type ReceivedRequest, sendJson, startServer } from "../support/json-server.ts";
import { quickConfig } from "../support/quick-config.ts";

/** Whatever escapes the rest of a credential, JSON, a URL or HTML, leaves this part of it as it is. */
const CANARY = "canary7Q";
const KEY = `sk-${CANARY}"\\+/%&<>'=`;

type Answer = (response: ServerResponse, request: ReceivedRequest) => void;

/** Ways in which a provider repeats the credential that it was sent. Each is the first part of a path. */
const ECHOES: Readonly<Record<string, Answer>> = {
  "error-body": (response, { headers }) =>
    sendJson(response, { error: { message: `no: ${headers.authorization}` } }, 401),
  redirect: (response) => response.writeHead(302, { location: `/login?key=${encodeURIComponent(KEY)}` }).end(),
  "html-page": (response) => response.writeHead(200, { "content-type": "text/html" }).end(`<p>Your key: ${KEY}</p>`),
  "status-line": (response) => response.writeHead(500, `key ${KEY} failed`).end(),
  headers: (response) =>
    sendJson(response, {}, 429, { "retry-after": KEY, "www-authenticate": `Bearer ${KEY}`, "set-cookie": `k=${KEY}` }),
  "content-type": (response) => response.writeHead(200, { "content-type": `text/${KEY}` }).end("hello"),
  "content-encoding": (response) => response.writeHead(200, { "content-encoding": KEY }).end("hello"),
  shape: (response) => sendJson(response, { balance_infos: KEY, [KEY]: KEY }),
  amount: (response) => sendJson(response, { balance_infos: [{ currency: "USD", total_balance: KEY }] }),
  "cut-short": (response) =>
    response.writeHead(200, { "content-type": "application/json" }).end(`{"balance_infos":[{"currency":"${KEY}`),
  "not-http": (response) => response.socket?.end(`SSH-2.0 ${KEY}\r\n`),
};

const GOOD = { is_available: true, balance_infos: [{ currency: "USD", total_balance: "7.42" }] };

let provider: LocalServer;
let config: ReturnType<typeof quickConfig>;

beforeAll(async () => {
  provider = await startServer((request, response) => {
    const [, name = ""] = request.path.split("/");
    const echo = ECHOES[name];
    if (echo === undefined) sendJson(response, GOOD);
    else echo(response, request);
  });
  config = quickConfig(
    [...Object.keys(ECHOES), "good"].map((name) => ({
      name,
      provider: "deepseek",
      key: KEY,
      baseUrl: `${provider.url}/${name}`,
    })),
  );
});

afterAll(() => provider[Symbol.asyncDispose]());

function expectNoSecret(texts: Readonly<Record<string, string>>): void {
  const leaks = Object.entries(texts).filter(
    ([, text]) => text.includes(CANARY) || text.includes(Buffer.from(KEY).toString("base64")),
  );
  expect(Object.fromEntries(leaks), "texts that hold the secret").toEqual({});
}

describe("a credential that providers echo in every way", () => {
  it.each(["json", "pretty"])("is in no page and in no line of the %s log at level trace", async (format) => {
    await using daemon = await startDaemon({ ...config, args: ["--log.level=trace", `--log.format=${format}`] });
    await eventually(async () => {
      const polls = valuesOf(await daemon.metrics(), "llm_quota_polls_total", { account: "good" });
      expect(polls[0]).toBeGreaterThanOrEqual(2);
    });
    const paths = ["/", "/metrics", "/api/v1/quotas", "/-/ready", "/-/healthy", "/nowhere"];
    const pages = await Promise.all(paths.map(async (path) => [path, await (await daemon.get(path)).text()] as const));

    expectNoSecret({ ...Object.fromEntries(pages), log: daemon.logs() });
    const page = await daemon.metrics();
    for (const account of Object.keys(ECHOES)) expect(valuesOf(page, "llm_quota_account_up", { account })).toEqual([0]);
    expect(valuesOf(page, "llm_quota_account_up", { account: "good" })).toEqual([1]);
    for (const account of Object.keys(ECHOES)) expect(daemon.logs()).toContain(account);
  });

  it.each(["table", "json", "prometheus"])("is not in what poll prints as %s", async (output) => {
    const args = ["poll", "--config.file=config.yaml", `--output=${output}`, "--log.level=trace"];

    const { code, stdout, stderr } = await runCommand(args, {
      files: { "config.yaml": config.configText },
      env: config.env,
    });

    expect(code).toBe(1);
    for (const account of Object.keys(ECHOES)) expect(stdout).toContain(account);
    expectNoSecret({ stdout, stderr });
  });

  it("was sent, to the address in the config and no other", () => {
    const sent = provider.requests.filter(({ headers }) => headers.authorization === `Bearer ${KEY}`);

    expect(sent.length).toBeGreaterThan(Object.keys(ECHOES).length);
    expect(sent.map(({ path }) => path)).toEqual(sent.map(() => expect.stringMatching(/^\/[a-z-]+\/user\/balance$/)));
    expect(provider.requests.filter(({ path }) => path.includes(CANARY) || path.includes("login"))).toEqual([]);
  });
});

/** As long as real ones are, and of letters that could pass for a name. */
const PLAIN_KEY = `sk-${CANARY}-0123456789abcdef0123456789abcdef`;

describe.concurrent("a credential that somebody put in the wrong place", () => {
  it.each([
    { where: "a key of its own", lines: [`api_key: ${PLAIN_KEY}`] },
    { where: "a key without a space after the colon", lines: [`api_key:${PLAIN_KEY}`] },
    { where: "the name of a variable", lines: [`api_key_env: ${PLAIN_KEY}`] },
    { where: "the path of a file", lines: [`api_key_file: ${PLAIN_KEY}`] },
    { where: "the provider", lines: [`provider: ${PLAIN_KEY}`, "api_key_env: KEY"] },
    { where: "the address", lines: ["api_key_env: KEY", `base_url: https://me:${PLAIN_KEY}@gateway.example`] },
    {
      where: "the query of the address",
      lines: ["api_key_env: KEY", `base_url: https://gateway.example/?key=${PLAIN_KEY}`],
    },
    { where: "a label", lines: ["api_key_env: KEY", `labels: { ${PLAIN_KEY}: x }`] },
    { where: "a variable of two lines", lines: ["api_key_env: TWO_LINES"] },
    { where: "broken YAML", lines: [`api_key: "${PLAIN_KEY}`] },
  ])("is not repeated when it is $where", async ({ lines }) => {
    const provider = lines.some((line) => line.startsWith("provider")) ? [] : ["provider: deepseek"];
    const entry = ["name: money", ...provider, ...lines].map((line, index) => `  ${index === 0 ? "-" : " "} ${line}`);
    const env = { KEY: PLAIN_KEY, TWO_LINES: `${PLAIN_KEY}\nsecond` };

    const { code, stdout, stderr } = await runCommand(["check-config", "--config.file=config.yaml"], {
      files: { "config.yaml": ["accounts:", ...entry, ""].join("\n") },
      env,
    });

    expect({ code, stdout }).toEqual({ code: 2, stdout: "" });
    expect(stderr).toMatch(/^config\.yaml:\d+:\d+: /);
    expectNoSecret({ stderr });
  });

  it("is not repeated when a variable of the environment holds what no header can carry", async () => {
    const { code, stderr } = await runCommand(["check-config"], {
      env: { DEEPSEEK_API_KEY: `${PLAIN_KEY}\u0007`, OLLAMA_HOST: "127.0.0.1:9" },
    });

    expect(code).toBe(2);
    expect(stderr).toMatch(/^environment: DEEPSEEK_API_KEY: /);
    expectNoSecret({ stderr });
  });
});
