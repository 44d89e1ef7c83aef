import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { SimulatedBalance } from "../../src/demo/balance.ts";
import { deepseek } from "../../src/demo/deepseek.ts";
import { nanogpt } from "../../src/demo/nanogpt.ts";
import { type Simulator, startSimulator } from "../../src/demo/simulator.ts";
import { SimulatedWindow } from "../../src/demo/window.ts";
import { shippedAlertmanagerConfig, startAlertmanager } from "../support/alertmanager.ts";
import { runCommand } from "../support/command-line.ts";
import { type Daemon, startDaemon } from "../support/daemon.ts";
import { eventually } from "../support/eventually.ts";
import { parseExposition, valuesOf } from "../support/exposition.ts";
import { startPrometheus } from "../support/prometheus.ts";
import { changesOf, startWebhook } from "../support/webhook.ts";

const KEY = "sk-reload-0123456789";
const ROTATED = "sk-rotated-9876543210";
const SUCCESSFUL = "llm_quota_exporter_config_last_reload_successful";

let folder: string;
let windows: Simulator;
let money: Simulator;

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), "reload-"));
  const empty = new SimulatedWindow({ limit: 1000, periodSeconds: 86_400, usedAtStart: 1000 });
  windows = await startSimulator(nanogpt({ key: KEY, dailyInputTokens: empty }));
  money = await startSimulator(deepseek({ key: KEY, balances: { USD: new SimulatedBalance({ amount: 25 }) } }));
});
afterAll(async () => {
  await Promise.all([windows.stop(), money.stop()]);
  rmSync(folder, { recursive: true, force: true });
});

const file = () => join(folder, "config.yaml");
const exhausted = () => ({ name: "main", provider: "nanogpt", api_key_env: "KEY", base_url: windows.baseUrl });
const wallet = (name: string) => ({ name, provider: "deepseek", api_key_env: "KEY", base_url: money.baseUrl });

function writeConfig(accounts: readonly object[], over: object = {}): void {
  const config = { poll: { interval: "1s", timeout: "2s" }, state: { memory: true }, ...over, accounts };
  writeFileSync(file(), JSON.stringify(config));
}

const start = (env: Readonly<Record<string, string>> = { KEY }) =>
  startDaemon({ configText: "", env, args: [`--config.file=${file()}`, "--web.enable-lifecycle"] });

async function reload(daemon: Daemon): Promise<{ status: number; text: string }> {
  const response = await fetch(`${daemon.url}/-/reload`, { method: "POST" });
  return { status: response.status, text: await response.text() };
}

const accountsOf = (page: string) => [
  ...new Set(parseExposition(page).flatMap(({ labels }) => labels["account"] ?? [])),
];

describe("a daemon that is told to reload", () => {
  it("good, bad, good: nothing resolves, nothing repeats, and counters go on", async () => {
    writeConfig([exhausted(), wallet("wallet")]);
    await using webhook = await startWebhook();
    await using alertmanager = await startAlertmanager({ configText: await shippedAlertmanagerConfig(webhook.url) });
    await using daemon = await start();
    const { stdout: rules } = await runCommand(["print-rules", "--time-scale=30"]);
    await using _prometheus = await startPrometheus({
      scrapeUrls: [`${daemon.url}/metrics`],
      rules,
      alertmanagerUrl: alertmanager.url,
    });
    const told = () => changesOf(webhook.notifications).filter((change) => !/Watchdog|ConfigReloadFailed/.test(change));
    const polls = async () => valuesOf(await daemon.metrics(), "llm_quota_polls_total", { account: "main" })[0] ?? 0;
    await webhook.waitFor(({ alerts }) => alerts.some(({ labels }) => labels["alertname"] === "LLMQuotaExhausted"));
    const before = await polls();

    writeConfig([exhausted(), wallet("wallet"), wallet("further")]);
    expect(await reload(daemon)).toEqual({ status: 200, text: "reloaded\n" });
    expect(await polls()).toBeGreaterThanOrEqual(before);
    await eventually(async () => {
      expect(valuesOf(await daemon.metrics(), "llm_quota_account_up", { account: "further" })).toEqual([1]);
    });

    writeFileSync(file(), "accounts:\n  - name: main\n    provider: nanogtp\n");
    const { status, text } = await reload(daemon);
    expect(status).toBe(500);
    expect(text).toContain(
      'config.yaml:3:15: accounts.0.provider: unknown provider "nanogtp", did you mean "nanogpt"?',
    );
    const refused = await daemon.metrics();
    expect(valuesOf(refused, SUCCESSFUL, {})).toEqual([0]);
    expect(accountsOf(refused)).toEqual(["main", "wallet", "further"]);
    await webhook.waitFor(({ alerts }) =>
      alerts.some(({ labels }) => labels["alertname"] === "LLMQuotaConfigReloadFailed"),
    );

    writeConfig([wallet("further"), exhausted()]);
    expect((await reload(daemon)).status).toBe(200);
    const after = await daemon.metrics();
    expect(valuesOf(after, SUCCESSFUL, {})).toEqual([1]);
    expect(accountsOf(after).toSorted()).toEqual(["further", "main"]);
    await webhook.waitFor(({ alerts }) =>
      alerts.some(
        ({ status: end, labels }) => end === "resolved" && labels["alertname"] === "LLMQuotaConfigReloadFailed",
      ),
    );

    expect(await polls()).toBeGreaterThan(before);
    expect(told()).toEqual(["firing LLMQuotaExhausted"]);
  });

  it("by SIGHUP does the same, and what takes a restart stays as it was", async () => {
    writeConfig([wallet("one")]);
    await using daemon = await start();
    writeConfig([wallet("two")], { state: { path: join(folder, "other.db") } });
    process.kill(daemon.pid, "SIGHUP");

    await eventually(async () => expect(accountsOf(await daemon.metrics())).toEqual(["two"]));
    expect(daemon.logs()).toContain("state is not what the config says now: that takes a restart");
    expect(await (await daemon.get("/config")).text()).toContain("api_key_env: KEY");
  });

  it("knows an account by provider and name: another provider begins anew", async () => {
    writeConfig([wallet("main")]);
    await using daemon = await start();
    writeConfig([exhausted()]);
    expect((await reload(daemon)).status).toBe(200);

    const page = await daemon.metrics();
    expect(page).not.toContain('provider="deepseek",account="main"');
    await eventually(async () => {
      const quotas = parseExposition(await daemon.metrics()).filter(({ name }) => name === "llm_quota_data_valid");
      expect(quotas.map(({ labels }) => `${labels["provider"]} ${labels["quota"]}`)).toEqual([
        "nanogpt daily_input_tokens",
      ]);
    });
  });
});

describe("a key that is rotated in its file", () => {
  it("is used at the next read without a reload, and neither key is ever shown", async () => {
    const keyFile = join(folder, "key");
    writeFileSync(keyFile, KEY, { mode: 0o600 });
    const { api_key_env: _, ...rest } = wallet("rotating");
    writeConfig([{ ...rest, api_key_file: keyFile }]);
    await using daemon = await startDaemon({
      configText: "",
      args: [`--config.file=${file()}`, "--log.level=trace"],
    });
    expect(valuesOf(await daemon.metrics(), "llm_quota_account_up", {})).toEqual([1]);

    rmSync(keyFile);
    await eventually(() => expect(daemon.logs()).toContain("the key file cannot be used, the key from before is"));
    expect(valuesOf(await daemon.metrics(), "llm_quota_account_up", {})).toEqual([1]);
    writeFileSync(keyFile, ROTATED, { mode: 0o600 });
    await eventually(async () => expect(valuesOf(await daemon.metrics(), "llm_quota_account_up", {})).toEqual([0]));
    writeFileSync(keyFile, KEY);
    process.kill(daemon.pid, "SIGHUP");
    await eventually(async () => expect(valuesOf(await daemon.metrics(), "llm_quota_account_up", {})).toEqual([1]));
    expect(daemon.logs()).toContain("the key file holds another key, which is used from now on");

    const shown = `${daemon.logs()}${await daemon.metrics()}${await (await daemon.get("/config")).text()}`;
    expect(shown).not.toContain(KEY);
    expect(shown).not.toContain(ROTATED);
  });
});
