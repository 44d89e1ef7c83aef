import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { afterEach, beforeEach, expect, it } from "vitest";
import { steady } from "../../src/demo/load.ts";
import { nanogpt } from "../../src/demo/nanogpt.ts";
import { type Simulator, startSimulator } from "../../src/demo/simulator.ts";
import { SimulatedWindow } from "../../src/demo/window.ts";
import { runCommand } from "../support/command-line.ts";
import { startDaemon } from "../support/daemon.ts";
import { eventually } from "../support/eventually.ts";
import { valuesOf } from "../support/exposition.ts";
import { freePort } from "../support/free-port.ts";
import { startPrometheus } from "../support/prometheus.ts";

const KEY = "sk-restart-0123456789";
let folder: string;
let simulator: Simulator;
const window = () => new SimulatedWindow({ limit: 1000, periodSeconds: 86_400, usedAtStart: 1000 });

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), "restart-"));
  simulator = await startSimulator(nanogpt({ key: KEY, dailyInputTokens: window() }));
});
afterEach(async () => {
  await simulator.stop();
  rmSync(folder, { recursive: true, force: true });
});

const KILLS = 50;

function configFor(baseUrl: string, count = 1): string {
  return JSON.stringify({
    poll: { interval: "1s", timeout: "2s" },
    state: { path: join(folder, "state.db") },
    accounts: Array.from({ length: count }, (_, index) => ({
      name: `main${index}`,
      provider: "nanogpt",
      api_key_env: "KEY",
      base_url: baseUrl,
    })),
  });
}

it("survives kill -9 at any moment: the state opens, the alert goes on with its beginning, little is lost", async () => {
  const configText = configFor(simulator.baseUrl);
  let since: number | undefined;

  for (let round = 0; round < 4; round++) {
    await using daemon = await startDaemon({ configText, env: { KEY }, args: ["--log.level=debug"] });
    await eventually(async () => {
      const page = await daemon.metrics();
      expect(valuesOf(page, "llm_quota_alert_active", { alert: "LLMQuotaExhausted", severity: "critical" })).toEqual([
        1,
      ]);
      expect(valuesOf(page, "llm_quota_account_up", {})).toEqual([1]);
    });
    const answer = (await (await daemon.get("/api/v1/quotas")).json()) as {
      accounts: { quotas: { exhausts_at: string }[] }[];
    };
    const exhausted = Date.parse(answer.accounts[0]?.quotas[0]?.exhausts_at ?? "");
    // The moment it ran out is remembered, not learned again.
    since ??= exhausted;
    expect(exhausted).toBe(since);
    await new Promise((resolve) => setTimeout(resolve, 2500 + Math.random() * 1000));
    await daemon.stop("SIGKILL");
    expect(daemon.logs()).not.toMatch(/damaged|cannot be/);
    expect(lastKeptAt()).toBeGreaterThanOrEqual(lastReadASecondBeforeTheEnd(daemon.logs()));
  }
});

/** When the last read began that the state knows of, in Unix milliseconds. */
function lastKeptAt(): number {
  const database = new DatabaseSync(join(folder, "state.db"));
  const kept = database.prepare("SELECT max(at) AS at FROM outcome").get();
  database.close();
  return Number(kept?.["at"]) * 1000;
}

/** When the read ended before the last one of which the log tells, a second or more before its end. */
function lastReadASecondBeforeTheEnd(logs: string): number {
  const times = logs
    .trim()
    .split("\n")
    .map((line) => JSON.parse(line) as { time: string; msg: string });
  const end = Date.parse(times.at(-1)?.time ?? "");
  const reads = times.filter(({ msg, time }) => msg === "read" && Date.parse(time) <= end - 1000);
  return Date.parse(reads.at(-2)?.time ?? "the daemon read too little");
}

it("starts no second daemon on the same state, and says so with exit code 2", async () => {
  const configText = configFor(simulator.baseUrl);
  await using _daemon = await startDaemon({ configText, env: { KEY } });
  const file = join(folder, "config.yaml");
  writeFileSync(file, configText);

  const { code, stderr } = await runCommand(["serve", "--config.file", file, "--web.listen-address", "127.0.0.1:0"], {
    env: { KEY },
  });

  expect(code).toBe(2);
  expect(stderr).toBe(
    `state.path ${join(folder, "state.db")} is in use by another llm-quota-exporter: stop it or name another file\n`,
  );
});

it("leaves a file that is not its own alone", async () => {
  writeFileSync(join(folder, "state.db"), "precious notes");
  const file = join(folder, "config.yaml");
  writeFileSync(file, configFor("http://127.0.0.1:1"));

  const { code, stderr } = await runCommand(["serve", "--config.file", file], { env: { KEY } });

  expect(code).toBe(2);
  expect(stderr).toContain("belongs to another program: name another file");
  expect(readFileSync(join(folder, "state.db"), "utf8")).toBe("precious notes");
});

it("counts no use twice over 50 kills under load, as increase() of a real Prometheus sees it, and misses little", async () => {
  const burning = new SimulatedWindow({ limit: 1_000_000, periodSeconds: 86_400, load: steady(50) });
  await simulator.stop();
  simulator = await startSimulator(nanogpt({ key: KEY, dailyInputTokens: burning }));
  const configText = configFor(simulator.baseUrl, 20);
  const port = await freePort();
  const scrapeUrls = [`http://127.0.0.1:${port}/metrics`];
  await using prometheus = await startPrometheus({ scrapeUrls, scrapeInterval: "1s" });
  const usedAtKills: number[] = [];

  for (let kill = 0; kill < KILLS; kill++) {
    await using daemon = await startDaemon({ configText, env: { KEY }, port, readyPath: "/-/healthy" });
    await new Promise((resolve) => setTimeout(resolve, Math.random() * 1500));
    await daemon.stop("SIGKILL");
    usedAtKills.push(burning.read().used);
    expect(daemon.logs()).not.toMatch(/damaged|cannot be/);
  }
  await using last = await startDaemon({ configText, env: { KEY }, port });
  const scraped = () => prometheus.query("timestamp(llm_quota_used)");
  const enough = Date.now() / 1000 + 3;
  await eventually(async () => expect((await scraped())[0]?.value).toBeGreaterThan(enough));

  const of = '{account="main0",quota="daily_input_tokens"}';
  const samples = await prometheus.samples(`llm_quota_used${of}[10m]`);
  const [counted] = await prometheus.query(`increase(llm_quota_consumed_total${of}[10m])`);
  const used = samples.map(([, value]) => value);
  const [first = Number.NaN] = used;
  const end = used.at(-1) ?? Number.NaN;
  // Read and perhaps counted, but in no scrape any more. Kills between the same two scrapes lose the same use.
  const lost = new Map(usedAtKills.map((atKill) => [used.findLast((seen) => seen <= atKill) ?? first, atKill]));
  const mayMiss = [...lost].reduce((sum, [seen, atKill]) => sum + Math.max(0, atKill - seen), 0);
  const [counts, starts] = await Promise.all([
    prometheus.samples(`llm_quota_consumed_total${of}[10m]`),
    prometheus.samples('process_start_time_seconds{job="llm-quota-exporter"}[10m]'),
  ]);
  expect(used.length).toBeGreaterThan(KILLS / 2);
  expect(counted?.value).toBeLessThanOrEqual(burning.read().used);
  expect(counted?.value).toBeGreaterThanOrEqual(end - first - mayMiss - countedUnseen(counts, starts));
  expect(last.logs()).not.toMatch(/damaged|cannot be/);
}, 240_000);

type Samples = readonly (readonly [number, number])[];

/**
 * What a process had counted whose successor was first scraped with no less: to `increase()` that is no restart. It takes
 * one that was killed long after its last scrape, as on a busy machine.
 */
function countedUnseen(counts: Samples, starts: Samples): number {
  const startOf = new Map(starts);
  return counts.reduce((sum, [at, value], index) => {
    const [before, counted] = counts[index - 1] ?? [at, 0];
    return startOf.get(before) !== startOf.get(at) && value >= counted ? sum + counted : sum;
  }, 0);
}
