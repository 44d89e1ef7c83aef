import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, truncateSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { steady } from "../../src/demo/load.ts";
import { nanogpt } from "../../src/demo/nanogpt.ts";
import { type Simulator, startSimulator } from "../../src/demo/simulator.ts";
import { SimulatedWindow } from "../../src/demo/window.ts";
import { runCommand } from "../support/command-line.ts";
import { type Daemon, startDaemon } from "../support/daemon.ts";
import { startDrivenDaemon, stopTheClocks } from "../support/driven-daemon.ts";
import { eventually } from "../support/eventually.ts";
import { parseExposition, valuesOf } from "../support/exposition.ts";
import { limitFileSize } from "../support/file-size-limit.ts";
import { sendJson, startServer } from "../support/json-server.ts";

const MINUTE = 60;
const HOUR = 3600;
const DAY = 86_400;
const KEY = "sk-moment-0123456789";

let folder: string;
let stack: AsyncDisposableStack;
beforeEach(() => {
  stack = new AsyncDisposableStack();
  folder = mkdtempSync(join(tmpdir(), "llm-quota-test-moments-"));
});
afterEach(async () => {
  await stack.disposeAsync();
  vi.useRealTimers();
  rmSync(folder, { recursive: true });
});

async function simulate(window: SimulatedWindow): Promise<Simulator> {
  const simulator = await startSimulator(nanogpt({ key: KEY, dailyInputTokens: window }));
  stack.defer(() => simulator.stop());
  return simulator;
}

const entry = (name: string, baseUrl: string, provider = "nanogpt") => ({
  name,
  provider,
  base_url: baseUrl,
  api_key_env: "KEY",
});

const COUNTERS = ["llm_quota_consumed_total", "llm_quota_resets_total", "llm_quota_polls_total"] as const;
const countersOf = (page: string) => COUNTERS.map((name) => valuesOf(page, name, { account: "main" })[0] ?? Number.NaN);

/** As a stage has them. */
const firingOn = (page: string, account: string) =>
  parseExposition(page)
    .filter(({ name, labels }) => name === "llm_quota_alert_active" && labels["account"] === account)
    .map(({ labels }) => `${labels["quota"] || "account"} ${labels["alert"]} ${labels["severity"]}`);

/** Values that cannot be: no number, or less than nothing. */
const impossible = (page: string) => parseExposition(page).filter(({ value }) => !Number.isFinite(value) || value < 0);

const BACK = ["daily_input_tokens ok none binding"];
/** Until the next read, what was read last is as old as the clock says. */
const FORWARD = [...BACK, "daily_input_tokens unknown none", "account LLMQuotaAccountUnreadable warning"];

describe("a clock that is set", () => {
  beforeEach(stopTheClocks);

  it.each([
    { moment: "forward in mid-window", jumps: [{ minute: 62, error: HOUR }], seen: FORWARD },
    { moment: "back in mid-window", jumps: [{ minute: 62, error: -HOUR }], seen: BACK },
    { moment: "forward over the reset", jumps: [{ minute: 167, error: HOUR }], seen: FORWARD },
    { moment: "back just before the reset", jumps: [{ minute: 167, error: -HOUR }], seen: BACK },
    { moment: "back over the reset", jumps: [{ minute: 197, error: -HOUR }], seen: BACK },
    {
      moment: "forward, and right again",
      jumps: [
        { minute: 62, error: HOUR },
        { minute: 92, error: 0 },
      ],
      seen: FORWARD,
    },
    {
      moment: "back, and right again",
      jumps: [
        { minute: 62, error: -HOUR },
        { minute: 92, error: 0 },
      ],
      seen: FORWARD,
    },
  ])("an hour $moment pages nobody, ends nothing, and counts nothing twice", async ({ jumps, seen: expected }) => {
    const window = new SimulatedWindow({
      limit: 500_000,
      periodSeconds: DAY,
      resetsInSeconds: 3 * HOUR,
      load: steady(2),
    });
    const empty = new SimulatedWindow({ limit: 1000, periodSeconds: 7 * DAY, usedAtStart: 1000 });
    const [main, other] = await Promise.all([simulate(window), simulate(empty)]);
    const accounts = [entry("main", main.baseUrl), entry("empty", other.baseUrl)];
    let clockError = 0;
    const plan = { config: { accounts }, env: { KEY }, clockError: () => clockError };
    const daemon = stack.use(await startDrivenDaemon(plan));
    const seen = new Set<string>();
    let counters = [0, 0, 0];
    // Two minutes after each read, so that the daemon must live with what it knows for another three.
    await daemon.pass(17 * MINUTE);
    const { firing } = await daemon.stage("empty");
    const look = async () => {
      const page = await daemon.metrics();
      const counted = countersOf(page);
      for (const text of Object.values(await daemon.stage("main")).flat()) seen.add(text);

      expect(impossible(page)).toEqual([]);
      expect(firingOn(page, "empty")).toEqual(expect.arrayContaining([...firing]));
      expect(counted.map((value, index) => value >= (counters[index] ?? 0))).toEqual([true, true, true]);
      counters = counted;
    };

    for (let minutes = 17; minutes < 5 * 60; minutes += 15) {
      const [, , polls = 0] = counters;
      clockError = jumps.findLast(({ minute }) => minute <= minutes)?.error ?? 0;
      await daemon.pass(15);
      await look();
      await daemon.pass(15 * MINUTE - 15);
      await look();

      expect(counters[2], "reads go on").toBeGreaterThan(polls);
    }
    const status = (await (await daemon.get("/")).text()).replace(/<style>.*<\/style>/s, "");
    const [consumed = Number.NaN, resets] = counters;
    expect(status).not.toMatch(/NaN|undefined|(^|[\s(>])-\d/);
    expect(seen).toEqual(new Set(expected));
    expect(Object.values(await daemon.stage("main")).flat()).toEqual(BACK);
    expect(resets).toBe(1);
    expect(consumed).toBeLessThanOrEqual(2 * (5 * HOUR + 2 * MINUTE));
    expect(consumed).toBeGreaterThanOrEqual(2 * (5 * HOUR - 15 * MINUTE));
    expect(daemon.logs().filter(({ level }) => level !== "info")).toEqual([]);
  });
});

describe("a config that is changed while the daemon is down", () => {
  beforeEach(stopTheClocks);

  it("an account of another name begins anew, and nothing of the old one is left", async () => {
    const window = new SimulatedWindow({ limit: 1_000_000, periodSeconds: DAY, load: steady(20) });
    const { baseUrl } = await simulate(window);
    const run = async (name: string) => {
      const config = { state: { path: join(folder, "state.db") }, accounts: [entry(name, baseUrl)] };
      return startDrivenDaemon({ config, env: { KEY } });
    };
    const before = await run("old");
    await before.pass(3 * HOUR);
    const old = await before.metrics();
    await before.stop();
    await using renamed = await run("new");
    const unread = await renamed.metrics();
    await renamed.pass(15);
    const page = await renamed.metrics();

    expect(valuesOf(old, "llm_quota_consumption_rate", { account: "old", window: "long" })).toHaveLength(1);
    expect(unread + page).not.toContain('account="old"');
    expect(valuesOf(page, "llm_quota_consumed_total", { account: "new" })).toEqual([0]);
    expect(valuesOf(page, "llm_quota_polls_total", { account: "new" })).toEqual([1]);
    expect(valuesOf(page, "llm_quota_consumption_rate", {})).toEqual([]);
    expect(valuesOf(page, "llm_quota_remaining", { account: "new" })).toEqual([window.read().remaining]);
  });

  it("another provider under the same name begins anew, also where a quota has the same name", async () => {
    let wallet = 90;
    const server = await startServer(({ path }, response) => {
      const resetAt = Date.now() + DAY * 1000;
      const daily = { used: 100, remaining: 900, percentUsed: 0.1, resetAt };
      if (path === "/subscription/v1/usage")
        sendJson(response, {
          active: false,
          state: "inactive",
          limits: { daily: 1000 },
          enforceDailyLimit: true,
          daily,
        });
      else if (path === "/check-balance") sendJson(response, { usd_balance: String(wallet), nano_balance: "0" });
      else if (path === "/users/me/subscription_usage") sendJson(response, { subscription: false });
      else if (path === "/users/me") sendJson(response, { balance: 40 });
      else sendJson(response, { quota: 200, used: 10 });
    });
    stack.use(server);
    const run = (provider: string) => {
      const config = { state: { path: join(folder, "state.db") }, accounts: [entry("main", server.url, provider)] };
      return startDrivenDaemon({ config, env: { KEY } });
    };
    const before = await run("nanogpt");
    for (let part = 0; part < 24; part++) {
      wallet -= 1;
      await before.pass(15 * MINUTE);
    }
    const old = await before.metrics();
    await before.stop();
    await using changed = await run("chutes");
    const unread = await changed.metrics();
    await changed.pass(15);
    const page = await changed.metrics();

    expect(valuesOf(old, "llm_quota_consumed_total", { quota: "balance" })).toEqual([23]);
    expect(valuesOf(old, "llm_quota_remaining", { provider: "nanogpt" }).toSorted()).toEqual([66, 900]);
    expect(unread + page).not.toContain('provider="nanogpt"');
    expect((await changed.quotas()).map(({ quota, remaining }) => `${quota} ${remaining}`)).toEqual([
      "daily 190",
      "balance 40",
    ]);
    expect(valuesOf(page, "llm_quota_consumed_total", { provider: "chutes" })).toEqual([0, 0]);
    expect(valuesOf(page, "llm_quota_resets_total", {})).toEqual([0, 0]);
    expect(valuesOf(page, "llm_quota_limit_changes_total", {})).toEqual([0, 0]);
    expect(valuesOf(page, "llm_quota_consumption_rate", {})).toEqual([]);
    expect(valuesOf(page, "llm_quota_alert_active", {})).toEqual([]);
  });
});

const soon = (attempt: () => Promise<void>) => eventually(attempt, { timeoutMs: 30_000 });

describe("a disk, a path or a database that is not as it should be", () => {
  const statePath = () => join(folder, "state.db");
  const configFor = (baseUrl: string) =>
    JSON.stringify({
      poll: { interval: "1s", timeout: "2s" },
      state: { path: statePath() },
      accounts: [entry("main", baseUrl)],
    });
  const exhausted = () => simulate(new SimulatedWindow({ limit: 1000, periodSeconds: DAY, usedAtStart: 1000 }));
  const linesWith = (daemon: Daemon, message: string) =>
    daemon
      .logs()
      .split("\n")
      .filter((line) => line.includes(message));
  const serve = async () => {
    writeFileSync(join(folder, "config.yaml"), configFor("http://127.0.0.1:1"));
    const args = ["serve", "--config.file", join(folder, "config.yaml"), "--web.listen-address", "127.0.0.1:0"];
    return runCommand(args, { env: { KEY } });
  };

  it("a full disk costs one line of the log and nothing else, and what was read meanwhile is written afterwards", async () => {
    const { baseUrl } = await exhausted();
    const plan = { configText: configFor(baseUrl), env: { KEY } };
    const daemon = stack.use(await startDaemon(plan));
    const counted = async (name: string) => valuesOf(await daemon.metrics(), name, {})[0] ?? Number.NaN;
    await soon(async () => expect(await counted("llm_quota_exporter_state_writable")).toBe(1));
    expect(await counted("llm_quota_exporter_state_write_failures_total")).toBe(0);

    await limitFileSize(daemon.pid, 1024);
    await soon(async () => expect(await counted("llm_quota_exporter_state_writable")).toBe(0));
    const polls = await counted("llm_quota_polls_total");
    await soon(async () => {
      expect(await counted("llm_quota_polls_total")).toBeGreaterThanOrEqual(polls + 3);
      expect(await counted("llm_quota_exporter_state_write_failures_total")).toBeGreaterThanOrEqual(2);
      expect(valuesOf(await daemon.metrics(), "llm_quota_alert_active", { alert: "LLMQuotaExhausted" })).toEqual([1]);
    });
    expect(linesWith(daemon, "state cannot be written")).toHaveLength(1);
    expect(linesWith(daemon, "state can be written again")).toHaveLength(0);

    await limitFileSize(daemon.pid, "unlimited");
    await soon(async () => expect(await counted("llm_quota_exporter_state_writable")).toBe(1));
    const lastPoll = await counted("llm_quota_last_poll_timestamp_seconds");
    expect(linesWith(daemon, "state can be written again")).toHaveLength(1);
    await daemon.stop("SIGKILL");
    const database = new DatabaseSync(statePath());
    const rows = database.prepare("SELECT at FROM outcome ORDER BY at").all();
    database.close();
    expect(rows.length).toBeGreaterThanOrEqual(polls + 3);
    expect(Number(rows.at(-1)?.["at"])).toBeGreaterThanOrEqual(lastPoll);
  });

  it("a daemon whose disk is full ends as it is asked to", async () => {
    const { baseUrl } = await exhausted();
    const daemon = await startDaemon({ configText: configFor(baseUrl), env: { KEY } });
    await limitFileSize(daemon.pid, 1024);
    await soon(async () =>
      expect(valuesOf(await daemon.metrics(), "llm_quota_exporter_state_writable", {})).toEqual([0]),
    );

    expect(await daemon.stop()).toEqual({ code: 0, signal: null });
    expect(linesWith(daemon, '"level":"error"')).toEqual([]);
    expect(linesWith(daemon, '"level":"fatal"')).toEqual([]);
  });

  it("a state path that is a directory is refused with exit code 2", async () => {
    mkdirSync(statePath());

    expect(await serve()).toEqual({
      code: 2,
      stdout: "",
      stderr: `state.path ${statePath()} is not a file: name a file, such as data/state.db\n`,
    });
  });

  it("a database that another process has locked is refused with exit code 2, and left as it is", async () => {
    const { baseUrl } = await exhausted();
    await (await startDaemon({ configText: configFor(baseUrl), env: { KEY } })).stop();
    const content = readFileSync(statePath());
    const locker = new DatabaseSync(statePath());
    locker.exec("PRAGMA locking_mode = EXCLUSIVE; BEGIN EXCLUSIVE");
    const ended = await serve();
    locker.exec("COMMIT");
    locker.close();

    expect(ended).toEqual({
      code: 2,
      stdout: "",
      stderr: `state.path ${statePath()} is in use by another llm-quota-exporter: stop it or name another file\n`,
    });
    expect(readFileSync(statePath())).toEqual(content);
  });

  it.each([
    { what: "to half its pages", bytes: 8192 },
    { what: "in the middle of a page", bytes: 5000 },
    { what: "to its header", bytes: 100 },
  ])("a database that was cut $what is set aside with one warning, and the daemon serves", async ({ bytes }) => {
    const { baseUrl } = await exhausted();
    const plan = { configText: configFor(baseUrl), env: { KEY } };
    await (await startDaemon(plan)).stop();
    truncateSync(statePath(), bytes);
    await using daemon = await startDaemon(plan);
    const page = await daemon.metrics();

    expect(linesWith(daemon, '"level":"warn"')).toEqual([
      expect.stringContaining(`${statePath()} is damaged: set aside as `),
    ]);
    expect(readdirSync(folder).filter((name) => name.startsWith("state.db.damaged-"))).toHaveLength(1);
    expect(valuesOf(page, "llm_quota_exporter_state_writable", {})).toEqual([1]);
    await soon(async () =>
      expect(valuesOf(await daemon.metrics(), "llm_quota_alert_active", { alert: "LLMQuotaExhausted" })).toEqual([1]),
    );
  });
});
