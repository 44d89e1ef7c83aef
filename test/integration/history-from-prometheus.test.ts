import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { createWatch } from "../../src/alerting/watch.ts";
import { ENGINE_DEFAULTS } from "../../src/engine/settings.ts";
import { createHttpClient } from "../../src/http/undici-client.ts";
import { renderFamilies } from "../../src/metrics/render.ts";
import type { Account, ReadOutcome } from "../../src/quota/account.ts";
import { createMemoryStore } from "../../src/store/memory-store.ts";
import { createPrometheusApi } from "../../src/store/prometheus-api.ts";
import { accountsOf, historyOf } from "../../src/store/prometheus-history.ts";
import { runCommand } from "../support/command-line.ts";
import { startDaemon } from "../support/daemon.ts";
import { eventually } from "../support/eventually.ts";
import { valuesOf } from "../support/exposition.ts";
import { freePort } from "../support/free-port.ts";
import { neverAnswer, startServer } from "../support/json-server.ts";
import { type Prometheus, startPrometheus } from "../support/prometheus.ts";
import { lasting, openMetricsOf, type Scrape } from "../support/scrapes.ts";
import { aReading } from "../support/snapshot.ts";

const HOUR = 3600;
const DAY = 24 * HOUR;
const LIMIT = 1000;
const ACCOUNT: Account = {
  provider: "nanogpt",
  account: "main",
  labels: {},
  intervalSeconds: 300,
  staleAfterSeconds: 900,
  overrides: {},
};
/** The last reading is some minutes old: later ones are not in Prometheus yet. */
const END = Math.floor(Date.now() / 1000) - 120;
const BEGIN = END - 3.5 * DAY;

/** A day-long window that runs out on the third of the days, read every five minutes, a bit early or late. */
function readAt(seconds: number): ReadOutcome {
  const at = new Date(seconds * 1000);
  const day = Math.floor((seconds - BEGIN) / DAY);
  const since = seconds - BEGIN - day * DAY;
  const perHour = day === 2 ? 100 : 25;
  const reading = aReading({
    ...{ readAt: at, quota: "daily_input_tokens", limit: LIMIT, periodSeconds: DAY },
    remaining: Math.max(0, LIMIT - Math.floor((perHour * since) / HOUR)),
    resetAt: new Date((BEGIN + (day + 1) * DAY) * 1000),
  });
  return { ok: true, at, seconds: 0, answer: { metered: true, readings: [reading] } };
}

const aWatch = (startedAt: Date) =>
  createWatch({ accounts: [ACCOUNT], store: createMemoryStore(), settings: ENGINE_DEFAULTS, startedAt });

/** Scraped twice for each reading. */
function live() {
  const watch = aWatch(new Date(BEGIN * 1000));
  const scrapes: Scrape[] = [];
  for (let index = 0; BEGIN + index * 300 < END - 300; index++) {
    const read = BEGIN + index * 300 + (index % 7) * 9.125;
    watch.take(ACCOUNT, readAt(read));
    for (const later of [70, 200]) {
      const at = new Date((BEGIN + index * 300 + later) * 1000);
      watch.evaluate(at);
      scrapes.push({ at, page: renderFamilies(watch.snapshot(), at) });
    }
  }
  return { watch, scrapes };
}

let prometheus: Prometheus;
let lived: ReturnType<typeof aWatch>;
beforeAll(async () => {
  const { watch, scrapes } = live();
  lived = watch;
  prometheus = await startPrometheus({ history: openMetricsOf(scrapes) });
}, 120_000);
afterAll(() => prometheus?.stop());

describe("days of history in a real Prometheus", () => {
  it("make the same forecast as having lived through them", async () => {
    const http = createHttpClient({ userAgent: "test" });
    const source = { url: prometheus.url, rangeSeconds: 14 * DAY };
    const now = new Date(END * 1000);
    const asking = { api: createPrometheusApi(source, http), now, signal: AbortSignal.timeout(60_000) };
    const [found, outcomes] = await Promise.all([accountsOf(source, asking), historyOf(source, ACCOUNT, asking)]);
    await http.close();
    const seeded = aWatch(now);
    seeded.seed(ACCOUNT, outcomes, now);
    for (const watch of [lived, seeded]) watch.evaluate(now);

    expect(outcomes).toEqual(outcomes.map(({ at }) => readAt(at.getTime() / 1000)));
    expect(found).toEqual([{ provider: "nanogpt", account: "main", intervalSeconds: 300 }]);
    const [before, after] = [lived, seeded].map((watch) => lasting(watch.snapshot().accounts[0]?.quotas ?? []));
    expect(after).toEqual(before);
    expect(after?.[0]?.forecast?.runwaySeconds).toBeGreaterThan(0);
  });

  it("are known to a daemon whose provider cannot be reached", async () => {
    const configText = configOf(prometheus.url);
    await using daemon = await startDaemon({ configText, env: { KEY: "key-of-nobody" } });
    await eventually(async () => {
      expect(valuesOf(await daemon.metrics(), "llm_quota_exporter_history_seed_success", {})).toEqual([1]);
    });

    const page = await daemon.metrics();
    expect(valuesOf(page, "llm_quota_limit", { account: "main", quota: "daily_input_tokens" })).toEqual([LIMIT]);
    expect(valuesOf(page, "llm_quota_account_up", { account: "main" })).toEqual([0]);
    expect(daemon.logs()).toContain("the history was taken from Prometheus");
  });

  it("that cannot be asked leave a daemon without them, and ready", async () => {
    const configText = configOf(`http://127.0.0.1:${await freePort()}`);
    await using daemon = await startDaemon({ configText, env: { KEY: "key-of-nobody" } });

    expect(valuesOf(await daemon.metrics(), "llm_quota_exporter_history_seed_success", {})).toEqual([0]);
    expect(daemon.logs().match(/the history cannot be had from Prometheus/g)).toHaveLength(1);
  });
});

it("a Prometheus that does not answer holds up neither the port nor the end", async () => {
  await using server = await startServer(neverAnswer);
  const configText = configOf(server.url);
  await using daemon = await startDaemon({ configText, env: { KEY: "key-of-nobody" }, readyPath: "/-/healthy" });
  await eventually(() => expect(server.requests.length).toBeGreaterThan(0));

  expect((await daemon.get("/metrics")).status).toBe(200);
  expect(await daemon.stop()).toEqual({ code: 0, signal: null });
});

function configOf(url: string): string {
  return JSON.stringify({
    state: { prometheus: { url } },
    accounts: [{ name: "main", provider: "nanogpt", api_key_env: "KEY", base_url: "http://127.0.0.1:1" }],
  });
}

describe("backtest", () => {
  it("tells the page that a history in Prometheus would have brought", async () => {
    const { code, stdout, stderr } = await runCommand(["backtest", "--prometheus", prometheus.url]);

    expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
    expect(stdout).toMatch(/^main \(nanogpt\): daily_input_tokens\n/);
    expect(stdout).toMatch(/\n {2}ran out once, 1 page: 1 in time\n/);
    expect(stdout).toMatch(/ before it ran out\n$/);
    expect(stdout.split("\n").filter((line) => line.length > 80)).toEqual([]);
  });

  it("tells it to programs, with what the config says of the account", async () => {
    const text = JSON.stringify({
      state: { prometheus: { url: prometheus.url } },
      accounts: [
        {
          ...{ name: "main", provider: "nanogpt", api_key_env: "KEY" },
          quotas: { daily_input_tokens: { severity: "warning" } },
        },
      ],
    });
    const { code, stdout } = await runCommand(["backtest", "--config.file=c.yaml", "--output=json", "--account=main"], {
      files: { "c.yaml": text },
      env: { KEY: "key-of-nobody" },
    });

    const document = JSON.parse(stdout) as { quotas: { quota: string; pages: unknown[]; exhaustions: string[] }[] };
    expect(code).toBe(0);
    expect(document.quotas).toMatchObject([{ quota: "daily_input_tokens", pages: [] }]);
    expect(document.quotas[0]?.exhaustions).toHaveLength(1);
  });

  it("ends with 0 where Prometheus knows nothing of us", async () => {
    const args = ["backtest", "--prometheus", prometheus.url, "--selector", 'job="another"'];

    expect(await runCommand(args)).toEqual({ code: 0, stdout: "no reading of any account in that time\n", stderr: "" });
  });

  it("ends with 1 where the source cannot be read", async () => {
    const url = `http://127.0.0.1:${await freePort()}`;
    const { code, stdout, stderr } = await runCommand(["backtest", "--prometheus", url]);

    expect({ code, stdout }).toEqual({ code: 1, stdout: "" });
    expect(stderr).toMatch(/^the history cannot be read: GET 127\.0\.0\.1:\d+\/api\/v1\/query[^\n]*\n$/);
  });

  it.each([
    { args: ["--account", "other"], says: /^no account "other", there are main\n$/ },
    { args: ["--selector", "job"], says: /^the selector is job: needs label matchers/ },
    { args: ["--range", "never"], says: /^--range is "never", needs a duration/ },
  ])("ends with 2 for $args", async ({ args, says }) => {
    const { code, stderr } = await runCommand(["backtest", "--prometheus", prometheus.url, ...args]);

    expect(code).toBe(2);
    expect(stderr).toMatch(says);
  });

  it("looks into the state of a daemon that lives, and leaves it alone", async () => {
    const folder = mkdtempSync(join(tmpdir(), "llm-quota-test-state-"));
    try {
      const configText = JSON.stringify({
        state: { path: join(folder, "state.db") },
        accounts: [{ name: "local", provider: "nanogpt", api_key_env: "KEY", base_url: "http://127.0.0.1:1" }],
      });
      writeFileSync(join(folder, "config.yaml"), configText);
      const args = ["backtest", "--config.file", join(folder, "config.yaml")];
      const env = { KEY: "key-of-nobody" };
      expect(await runCommand(args, { env })).toMatchObject({
        code: 1,
        stderr: expect.stringContaining("does not exist"),
      });
      await using daemon = await startDaemon({ configText, env });

      expect(await runCommand(args, { env })).toEqual({
        code: 0,
        stdout: "no reading of any account in that time\n",
        stderr: "",
      });
      expect((await daemon.get("/-/ready")).status).toBe(200);
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  });
});
