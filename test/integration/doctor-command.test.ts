import { mkdtemp, readdir, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from "vitest";
import { SimulatedBalance } from "../../src/demo/balance.ts";
import { deepseek } from "../../src/demo/deepseek.ts";
import { ollama } from "../../src/demo/ollama.ts";
import { type Simulator, startSimulator } from "../../src/demo/simulator.ts";
import { COMPILE_CACHE, MAIN, NODE, runCommand, runProgram } from "../support/command-line.ts";
import { startDaemon } from "../support/daemon.ts";
import { freePort } from "../support/free-port.ts";
import { neverAnswer, sendJson, startServer } from "../support/json-server.ts";

const ESCAPE = String.fromCharCode(0x1b);
const HOSTILE = `${ESCAPE}[2J\u009b31m\r\nroot\u202egnp\u200b`;
const CANARY = "sk-canary7Q-right";
const GOOD_BALANCE = { is_available: true, balance_infos: [{ currency: "USD", total_balance: "7.42" }] };
const STATUS = { versionInfo: { version: "0.25.0" }, cluster: { status: "ready" } };

let money: Simulator;
let local: Simulator;

beforeAll(async () => {
  money = await startSimulator(deepseek({ key: CANARY, balances: { USD: new SimulatedBalance({ amount: 7.42 }) } }));
  local = await startSimulator(ollama(["llama3.1:8b"]));
});

afterAll(async () => {
  await Promise.all([money.stop(), local.stop()]);
});

interface Plan {
  readonly accounts: readonly Readonly<Record<string, unknown>>[];
  readonly alertmanager?: string;
  readonly state?: Readonly<Record<string, unknown>>;
  readonly listen?: string;
  readonly timeout?: string;
}

const configOf = ({ accounts, alertmanager, timeout = "20s", ...plan }: Plan) =>
  JSON.stringify({
    web: { listen_address: plan.listen ?? "127.0.0.1:0" },
    poll: { timeout },
    state: plan.state ?? { memory: true },
    accounts,
    ...(alertmanager !== undefined && {
      alerting: { alertmanagers: [{ timeout, static_configs: [{ targets: [new URL(alertmanager).host] }] }] },
    }),
  });

const moneyAccount = (baseUrl: string) => ({
  name: "money",
  provider: "deepseek",
  api_key_env: "MONEY_KEY",
  base_url: baseUrl,
});

const examine = (plan: Plan, files: Readonly<Record<string, string>> = {}, ...args: readonly string[]) =>
  runCommand(["doctor", "--config.file=config.yaml", ...args], {
    files: { "config.yaml": configOf(plan), ...files },
    env: { MONEY_KEY: CANARY },
  });

/** Of free disk, and of ports. */
const withoutNumbers = (text: string) =>
  text.replaceAll(/[\d,]+ MiB/g, "N MiB").replaceAll(/127\.0\.0\.1:\d+/g, "HOST");

describe("doctor", () => {
  it("finds nothing to mend where all is well, and exits 0", async () => {
    await using alertmanager = await startServer((_request, response) => sendJson(response, STATUS));
    const listen = `127.0.0.1:${await freePort()}`;

    const { code, stdout, stderr } = await examine(
      {
        accounts: [
          { name: "money", provider: "deepseek", api_key_file: "money.key", base_url: money.baseUrl },
          { name: "local", provider: "ollama", base_url: local.baseUrl },
        ],
        alertmanager: alertmanager.url,
        state: { path: "data/state.db" },
        listen,
      },
      { "money.key": CANARY },
    );

    expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
    expect(withoutNumbers(stdout).split("\n")).toEqual([
      "ok    config: config.yaml: good, 2 accounts",
      "ok    credential money: the key is in a file",
      "ok    credential local: none needed",
      "ok    account money: deepseek at HOST answers: 1 quota",
      "ok    account local: ollama at HOST answers: no API quota",
      "ok    state: data/state.db will be made at the first start, N MiB free",
      "ok    listen address: HOST is free, no daemon runs there",
      "ok    alertmanager HOST: version 0.25.0 answers, cluster ready",
      "ok    clock: as that of 4 answers",
      "",
    ]);
    expect(alertmanager.requests.map(({ method, path }) => `${method} ${path}`)).toEqual(["GET /api/v2/status"]);
  });

  it("tells every fault in one go with the way to mend it, and exits 1", async () => {
    await using taken = await startServer((_request, response) => sendJson(response, { hello: "world" }));
    const nobody = `http://127.0.0.1:${await freePort()}`;
    const expired = JSON.stringify({
      claudeAiOauth: { accessToken: `${CANARY}-oauth`, expiresAt: 1_700_000_000_000 },
    });

    const { code, stdout } = await examine(
      {
        accounts: [
          { ...moneyAccount(money.baseUrl), name: "wrong-key", api_key_env: undefined, api_key_file: "wrong.key" },
          { ...moneyAccount(nobody), name: "unreachable" },
          { name: "login", provider: "claude", credentials_file: "login.json", base_url: nobody },
        ],
        alertmanager: nobody,
        state: { path: "config.yaml" },
        listen: new URL(taken.url).host,
      },
      { "wrong.key": `${CANARY}-wrong`, "login.json": expired },
    );

    expect(code).toBe(1);
    const lines = withoutNumbers(stdout).split("\n");
    expect(lines.filter((line) => line.startsWith("fail"))).toEqual([
      expect.stringMatching(/^fail {2}account wrong-key: deepseek: auth: GET HOST\/user\/balance answered 401/),
      expect.stringMatching(
        /^fail {2}account unreachable: deepseek: network: GET HOST\/user\/balance failed: connection refused/,
      ),
      "fail  account login: claude: auth: the token in the login file expired at 2023-11-14T22:13:20.000Z; use Claude Code once, which renews it",
      "fail  state: config.yaml belongs to another program",
      "fail  listen address: HOST is in use",
      expect.stringMatching(/^fail {2}alertmanager HOST: GET HOST\/api\/v2\/status failed: connection refused/),
    ]);
    for (const [index, line] of lines.entries())
      if (/^(fail|warn)/.test(line)) expect(lines[index + 1]).toMatch(/^ {6}mend: \S/);
    expect(stdout).not.toContain("canary7Q");
  });

  it("knows its own daemon, and whose the state is", async () => {
    const port = await freePort();
    const accounts = [{ name: "local", provider: "ollama", base_url: local.baseUrl }];
    const folder = await mkdtemp(join(tmpdir(), "llm-quota-test-doctor-"));
    onTestFinished(() => rm(folder, { recursive: true, force: true }));
    const state = { path: join(folder, "state.db") };
    await using daemon = await startDaemon({ configText: configOf({ accounts, state }), port });
    const before = await readdir(folder);

    const { code, stdout } = await examine({ accounts, state, listen: `127.0.0.1:${port}` });

    expect(code).toBe(0);
    expect(stdout).toContain(`\nok    listen address: a daemon of ours answers at ${daemon.url}\n`);
    expect(stdout).toContain(`state.db is in use by process ${daemon.pid}, a second could not start, `);
    expect(await readdir(folder)).toEqual(before);
    expect((await daemon.get("/-/healthy")).status).toBe(200);
  });

  it("warns of a login that every user may read", async () => {
    const config = configOf({
      accounts: [{ name: "login", provider: "claude", credentials_file: "login.json", base_url: "http://127.0.0.1:9" }],
    });
    const script = `chmod 644 login.json; exec '${NODE}' '${MAIN}' doctor --config.file=config.yaml`;

    const { stdout } = await runProgram("sh", ["-c", script], {
      files: { "config.yaml": config, "login.json": "{}" },
      env: COMPILE_CACHE,
    });

    expect(stdout).toContain(
      "\nwarn  credential login: every user may read its credentials_file\n      mend: take that right away with chmod o-r\n",
    );
  });

  it("believes the clock of those who answer", async () => {
    await using provider = await startServer((_request, response) =>
      sendJson(response, GOOD_BALANCE, 200, { date: new Date(Date.now() + 3_600_000).toUTCString() }),
    );

    const { code, stdout } = await examine({ accounts: [moneyAccount(provider.url)] });

    expect(code).toBe(1);
    expect(stdout).toMatch(/\nfail {2}clock: (1 h|59 min) behind that of 1 answer\n {6}mend: let NTP set the clock/);
  });

  it("asks the source of history whether it knows us", async () => {
    const answer = (result: unknown) => ({ status: "success", data: { resultType: "vector", result } });
    const series = { metric: { provider: "ollama", account: "local" }, value: [1_700_000_000, "300"] };
    const accounts = [{ name: "local", provider: "ollama", base_url: local.baseUrl }];
    await using knowing = await startServer((_request, response) => sendJson(response, answer([series])));
    await using empty = await startServer((_request, response) => sendJson(response, answer([])));

    const [known, unknown] = await Promise.all(
      [knowing, empty].map(({ url }) => examine({ accounts, state: { prometheus: { url } } })),
    );

    expect(known?.stdout).toContain("\nok    state: answers, and knows 1 account\n");
    expect(unknown?.stdout).toContain("\nwarn  state: answers, but has no series of ours\n");
  });

  it("goes on when somebody does not answer at all", async () => {
    await using silent = await startServer(neverAnswer);

    const { code, stdout } = await examine({
      accounts: [moneyAccount(silent.url)],
      alertmanager: silent.url,
      timeout: "2s",
    });

    expect(code).toBe(1);
    expect(stdout).toContain("\nfail  account money: deepseek: timeout: no answer within 2 s\n");
    expect(stdout).toMatch(/\nfail {2}alertmanager \S+: GET \S+ gave no answer in time\n/);
    expect(stdout).toContain("\nok    state: is kept in memory");
  });

  it("tells the same as JSON", async () => {
    const { code, stdout } = await examine(
      { accounts: [{ name: "local", provider: "ollama", base_url: local.baseUrl }] },
      {},
      "--output=json",
    );

    expect(code).toBe(0);
    expect(JSON.parse(withoutNumbers(stdout))).toEqual({
      verdict: "ok",
      checks: [
        { check: "config", verdict: "ok", finding: "config.yaml: good, 1 account", mend: null },
        { check: "credential local", verdict: "ok", finding: "none needed", mend: null },
        { check: "account local", verdict: "ok", finding: "ollama at HOST answers: no API quota", mend: null },
        {
          check: "state",
          verdict: "ok",
          finding: "is kept in memory and lost with the process, as the config says",
          mend: null,
        },
        { check: "listen address", verdict: "ok", finding: "any free port", mend: null },
        { check: "clock", verdict: "ok", finding: expect.stringMatching(/^as that of \d answers?$/), mend: null },
      ],
    });
  });

  it("is steered by nothing that somebody answers", async () => {
    await using hostile = await startServer((_request, response) =>
      sendJson(response, { versionInfo: { version: HOSTILE }, cluster: { status: HOSTILE } }),
    );
    const plan = { accounts: [moneyAccount(money.baseUrl)], alertmanager: hostile.url };

    const [text, json] = await Promise.all([examine(plan), examine(plan, {}, "--output=json")]);

    for (const { code, stdout } of [text, json]) {
      expect(code).toBe(0);
      expect(stdout.replaceAll("\n", "")).not.toMatch(/[\p{Cc}\p{Cf}]/u);
    }
    expect(text.stdout).toContain("version \ufffd[2J");
  });

  it("exits 2 where there is no account, and says what to do, as JSON too", async () => {
    const { code, stdout, stderr } = await runCommand(["doctor", "--output=json"]);

    expect({ code, stderr }).toEqual({ code: 2, stderr: "" });
    expect(JSON.parse(stdout)).toEqual({
      verdict: "fail",
      checks: [
        {
          check: "config",
          verdict: "fail",
          finding: expect.stringMatching(/^no account found: /),
          mend: expect.stringMatching(/^Set one .* llm-quota-exporter demo$/),
        },
      ],
    });
  });

  it("exits 2 for a bad config, with every mistake in it", async () => {
    const { code, stdout, stderr } = await examine({
      accounts: [{ name: "one", provider: "deepsek" }, moneyAccount("nowhere")],
    });

    expect({ code, stderr }).toEqual({ code: 2, stderr: "" });
    expect(stdout.split("\n").filter((line) => line.startsWith("fail"))).toEqual([
      expect.stringMatching(
        /^fail {2}config: config\.yaml:1:\d+: accounts\.0\.provider: unknown provider "deepsek", did you mean "deepseek"\?$/,
      ),
      expect.stringMatching(/^fail {2}config: config\.yaml:1:\d+: accounts\.1\.base_url: /),
    ]);
  });
});
