import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { SimulatedBalance } from "../../src/demo/balance.ts";
import { deepseek } from "../../src/demo/deepseek.ts";
import { nanogpt } from "../../src/demo/nanogpt.ts";
import { ollama } from "../../src/demo/ollama.ts";
import { type Simulator, startSimulator } from "../../src/demo/simulator.ts";
import { SimulatedWindow } from "../../src/demo/window.ts";
import { QUOTAS_DOCUMENT } from "../../src/server/schemas/quotas.ts";
import { runCommand, runProgram } from "../support/command-line.ts";
import { startDaemon } from "../support/daemon.ts";
import { quickConfig } from "../support/quick-config.ts";

const HOUR = 3600;

const simulators: Record<"plan" | "money" | "local" | "broken", Simulator | undefined> = {
  plan: undefined,
  money: undefined,
  local: undefined,
  broken: undefined,
};
const resetAt = new Date(Math.ceil(Date.now() / 1000) * 1000 + 20 * HOUR * 1000);

beforeAll(async () => {
  const dailyInputTokens = new SimulatedWindow(
    { limit: 60_000_000, periodSeconds: 24 * HOUR, resetsInSeconds: 20 * HOUR, usedAtStart: 12_500_000 },
    () => resetAt.getTime() - 20 * HOUR * 1000,
  );
  simulators.plan = await startSimulator(
    nanogpt({ key: "key-plan", dailyInputTokens, wallet: new SimulatedBalance({ amount: 18.4 }) }),
  );
  simulators.money = await startSimulator(
    deepseek({ key: "key-money", balances: { USD: new SimulatedBalance({ amount: 7.42 }) } }),
  );
  simulators.local = await startSimulator(ollama(["llama3.1:8b", "qwen3:14b"]));
  simulators.broken = await startSimulator(deepseek({ key: "key-broken", balances: {} }));
  await simulators.broken.setMode("status:500");
});

afterAll(async () => {
  await Promise.all(Object.values(simulators).map((simulator) => simulator?.stop()));
});

const ACCOUNTS = {
  plan: { name: "plan", provider: "nanogpt", key: "key-plan" },
  money: { name: "money", provider: "deepseek", key: "key-money" },
  local: { name: "local", provider: "ollama" },
  broken: { name: "broken", provider: "deepseek", key: "key-broken" },
} as const;

type AccountName = keyof typeof ACCOUNTS;

const configOf = (accounts: readonly AccountName[]) =>
  quickConfig(accounts.map((account) => ({ ...ACCOUNTS[account], baseUrl: simulators[account]?.baseUrl ?? "" })));

/** `poll` with a config of these accounts. */
function run(accounts: readonly AccountName[], ...args: readonly string[]) {
  const { configText, env } = configOf(accounts);
  return runCommand(["poll", "--config.file=config.yaml", ...args], { files: { "config.yaml": configText }, env });
}

describe.concurrent("poll", () => {
  it("prints the documented JSON with what the providers told, and exits 0", async () => {
    const { code, stdout, stderr } = await run(["plan", "money", "local"], "--output=json");

    expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
    const document = QUOTAS_DOCUMENT.parse(JSON.parse(stdout));
    expect(JSON.stringify(document), "the documented keys, in the documented order").toBe(
      JSON.stringify(JSON.parse(stdout)),
    );
    expect(document.summary).toEqual({
      accounts: 3,
      quotas: 3,
      by_state: { ok: 3 },
      has_exhausted: false,
      has_use_or_lose: false,
    });
    expect(document.accounts.map(({ quotas, last_success, ...account }) => account)).toEqual([
      { ...READ, provider: "nanogpt", account: "plan", metered: true, subscription: "active" },
      { ...READ, provider: "deepseek", account: "money", metered: true, subscription: null },
      { ...READ, provider: "ollama", account: "local", metered: false, subscription: null },
    ]);
    const [daily, wallet, balance] = document.accounts.flatMap(({ quotas }) => quotas);
    expect(daily).toEqual({
      ...QUOTA,
      quota: "daily_input_tokens",
      kind: "calendar",
      unit: "input_tokens",
      limit: 60_000_000,
      remaining: 47_500_000,
      used: 12_500_000,
      remaining_ratio: 0.7916667,
      period_seconds: 86_400,
      reset_at: resetAt.toISOString(),
      enforcement: "hard",
      binding: true,
      read_at: document.accounts[0]?.last_success,
    });
    const money = { ...QUOTA, kind: "credits", unit: "usd" };
    expect(wallet).toEqual({
      ...money,
      quota: "balance",
      remaining: 18.4,
      enforcement: "soft",
      binding: false,
      read_at: document.accounts[0]?.last_success,
    });
    expect(balance).toEqual({
      ...money,
      quota: "balance_usd",
      remaining: 7.42,
      enforcement: "hard",
      binding: true,
      read_at: document.accounts[1]?.last_success,
    });
  });

  it("exits 1 when one account fails, and says which and why beside what the others told", async () => {
    const { code, stdout, stderr } = await run(["money", "broken"], "--output=json");

    expect({ code, stderr }).toEqual({ code: 1, stderr: "" });
    const { accounts } = QUOTAS_DOCUMENT.parse(JSON.parse(stdout));
    expect(accounts.map(({ account, up, quotas }) => [account, up, quotas.length])).toEqual([
      ["money", true, 1],
      ["broken", false, 0],
    ]);
    const host = new URL(simulators.broken?.baseUrl ?? "").host;
    expect(accounts[1]).toEqual({
      provider: "deepseek",
      account: "broken",
      up: false,
      error: { reason: "server", message: `GET ${host}/user/balance answered 500` },
      metered: null,
      plan: null,
      subscription: null,
      last_success: null,
      quotas: [],
    });
  });

  it("reads only the account that was named", async () => {
    const { code, stdout } = await run(["money", "broken"], "--account=money", "--output=json");

    expect(code).toBe(0);
    expect(QUOTAS_DOCUMENT.parse(JSON.parse(stdout)).accounts.map(({ account }) => account)).toEqual(["money"]);
  });

  it("prints a table by default", async () => {
    const { code, stdout, stderr } = await run(["plan", "money", "local", "broken"]);

    expect({ code, stderr }).toEqual({ code: 1, stderr: "" });
    const host = new URL(simulators.broken?.baseUrl ?? "").host;
    expect(stdout.replace(/(19|20) h( \d\d? min| \d\d? m)?/, "20 h").split("\n")).toEqual([
      expect.stringMatching(/^ACCOUNT +PROVIDER +QUOTA +STATE +LEFT +AMOUNT +OF +RESETS IN +RUNS OUT IN$/),
      expect.stringMatching(/^broken +deepseek +could not be read$/),
      expect.stringMatching(
        /^plan +nanogpt +daily_input_tokens +ok +########\.\. 79\.2 % +47\.5 M input tokens +60 M input tokens +20 h +-$/,
      ),
      expect.stringMatching(/^plan +nanogpt +balance +ok \(soft\) +- +\$18\.40 +- +- +-$/),
      expect.stringMatching(/^money +deepseek +balance_usd +ok +- +\$7\.42 +- +- +-$/),
      expect.stringMatching(/^local +ollama +no API quota$/),
      `broken: server: GET ${host}/user/balance answered 500`,
      "",
    ]);
  });

  it("prints metrics that promtool has nothing to say about", async () => {
    const { code, stdout } = await run(["plan", "money", "local", "broken"], "--output=prometheus");
    const checked = await runProgram("promtool", ["check", "metrics"], { stdin: stdout });

    expect(code).toBe(1);
    expect(checked).toEqual({ code: 0, stdout: "", stderr: "" });
    expect(stdout).toContain(
      'llm_quota_remaining{provider="deepseek",account="money",quota="balance_usd",unit="usd"} 7.42\n',
    );
    expect(stdout).toContain('llm_quota_account_up{provider="deepseek",account="broken"} 0\n');
    expect(stdout).toContain('llm_quota_account_metered{provider="ollama",account="local"} 0\n');
  });

  it("exits 2 without a call when the config is wrong", async () => {
    const { configText } = quickConfig([{ ...ACCOUNTS.money, baseUrl: "http://127.0.0.1:9" }]);

    expect(await runCommand(["poll", "--config.file=config.yaml"], { files: { "config.yaml": configText } })).toEqual({
      code: 2,
      stdout: "",
      stderr: expect.stringMatching(
        /^config\.yaml:\d+:\d+: accounts\.0\.api_key_env: the environment variable TEST_MONEY_KEY is not set; .*\n$/,
      ),
    });
  });

  it("names the account that may be meant when another is asked for", async () => {
    expect(await run(["money", "broken"], "--account=mony")).toEqual({
      code: 2,
      stdout: "",
      stderr: 'no account "mony", did you mean "money"?\n',
    });
  });

  it("shows what status asks of a running daemon", async () => {
    await using daemon = await startDaemon(configOf(["plan", "money"]));

    const [health, status] = await Promise.all([
      runCommand(["healthcheck", `--url=${daemon.url}`]),
      runCommand(["status", `--url=${daemon.url}`]),
    ]);

    expect(health).toEqual({ code: 0, stdout: "", stderr: "" });
    expect({ code: status.code, stderr: status.stderr }).toEqual({ code: 0, stderr: "" });
    expect(status.stdout).toMatch(/\nmoney +deepseek +balance_usd +ok +- +\$7\.42 /);
  });
});

const READ = { up: true, error: null, plan: null };

/** What is the same for all quotas here. */
const QUOTA = {
  limit: null,
  used: null,
  remaining_ratio: null,
  period_seconds: null,
  reset_at: null,
  expires_at: null,
  source: "api",
  confidence: "reported",
  valid: true,
  state: "ok",
  severity: "none",
  models: null,
  burn_rate: null,
  consumption_per_second: null,
  runway_seconds: null,
  exhausts_at: null,
  exhaustion_probability: null,
};
