import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
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

function configFor(baseUrl: string): string {
  return JSON.stringify({
    poll: { interval: "1s", timeout: "2s" },
    state: { path: join(folder, "state.db") },
    accounts: [{ name: "main", provider: "nanogpt", api_key_env: "KEY", base_url: baseUrl }],
  });
}

it("survives kill -9 at any moment: the state opens, the alert goes on with its beginning, little is lost", async () => {
  const configText = configFor(simulator.baseUrl);
  let since: number | undefined;

  for (let round = 0; round < 6; round++) {
    await using daemon = await startDaemon({ configText, env: { KEY } });
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
    await new Promise((resolve) => setTimeout(resolve, 700 + Math.random() * 600));
    await daemon.stop("SIGKILL");
    expect(daemon.logs()).not.toMatch(/damaged|cannot be/);
  }
});

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

it("counts no use twice over kills, as increase() of a real Prometheus sees it, and misses little", async () => {
  const perSecond = 50;
  const burning = new SimulatedWindow({ limit: 1_000_000, periodSeconds: 86_400, load: steady(perSecond) });
  await simulator.stop();
  simulator = await startSimulator(nanogpt({ key: KEY, dailyInputTokens: burning }));
  const configText = configFor(simulator.baseUrl);
  const port = await freePort();
  const scrapeUrls = [`http://127.0.0.1:${port}/metrics`];
  await using prometheus = await startPrometheus({ scrapeUrls, scrapeInterval: "1s" });
  const kills = 5;
  let usedBefore: number | undefined;

  for (let round = 0; round <= kills; round++) {
    await using daemon = await startDaemon({ configText, env: { KEY }, port });
    usedBefore ??= burning.read().used;
    await new Promise((resolve) => setTimeout(resolve, 2500 + Math.random() * 1000));
    if (round < kills) await daemon.stop("SIGKILL");
  }

  const [sample] = await prometheus.query('increase(llm_quota_consumed_total{quota="daily_input_tokens"}[5m])');
  const used = burning.read().used - (usedBefore ?? 0);
  const counted = sample?.value ?? Number.NaN;
  expect(counted).toBeLessThanOrEqual(used);
  // A kill costs what was used between the last scrape and it, the end what was not read and scraped yet.
  expect(counted).toBeGreaterThanOrEqual(used - perSecond * (kills * 1 + 3));
});
