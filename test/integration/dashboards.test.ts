import { readFileSync } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { nanogpt } from "../../src/demo/nanogpt.ts";
import { startSimulator } from "../../src/demo/simulator.ts";
import { SimulatedWindow } from "../../src/demo/window.ts";
import { startAlertmanager } from "../support/alertmanager.ts";
import { COMPILE_CACHE, MAIN, NODE } from "../support/command-line.ts";
import { startDaemon } from "../support/daemon.ts";
import {
  type Chosen,
  type DashboardQuery,
  dashboardQueries,
  shippedDashboards,
  withVariables,
} from "../support/dashboard-queries.ts";
import { eventually } from "../support/eventually.ts";
import { freePort } from "../support/free-port.ts";
import { sendJson, startServer } from "../support/json-server.ts";
import { startProcess } from "../support/processes.ts";
import { type Prometheus, startPrometheus } from "../support/prometheus.ts";
import { quickConfig } from "../support/quick-config.ts";

const RULES = readFileSync(new URL("../../deploy/prometheus/llm-quota.rules.yml", import.meta.url), "utf8");

const MIDNIGHT = new Date(new Date().setUTCHours(24, 0, 0, 0));

/** What NanoGPT says of a day of which a tenth is used. */
const DAY_OF_TOKENS = {
  ...{ active: true, state: "active", graceUntil: null },
  limits: { dailyInputTokens: 1000 },
  dailyInputTokens: { used: 100, remaining: 900, percentUsed: 0.1, resetAt: MIDNIGHT.getTime() },
};

/** The demo runs for a while before the engine has the evidence for every forecast. */
const PATIENCE = { timeoutMs: 110_000, everyMs: 1000 };

const stack = new AsyncDisposableStack();
let prometheus: Prometheus;
let instances: readonly [string, string];

beforeAll(async () => {
  const port = await freePort();
  stack.use(
    await startProcess({
      name: "demo",
      command: NODE,
      args: () => [MAIN, "demo", `--web.listen-address=127.0.0.1:${port}`],
      files: {},
      env: COMPILE_CACHE,
      readyUrl: `http://127.0.0.1:${port}/-/healthy`,
    }),
  );
  // Two names of one daemon are two instances to Prometheus, like two replicas that have read the same.
  instances = [`127.0.0.1:${port}`, `localhost:${port}`];
  prometheus = stack.use(
    await startPrometheus({
      scrapeUrls: instances.map((instance) => `http://${instance}/metrics`),
      rules: RULES,
      scrapeInterval: "2s",
      evaluationInterval: "2s",
    }),
  );
});

afterAll(() => stack.disposeAsync());

const mayBeEmpty = ({ panel, description }: DashboardQuery) =>
  /\bEmpty while /.test(description) || panel.startsWith("annotation ");

/** How many series a panel would get. */
async function seriesCount({ expr, isRange }: DashboardQuery, asked = prometheus): Promise<number> {
  if (!isRange) return (await asked.query(expr)).length;
  const end = new Date();
  const start = new Date(end.getTime() - 300_000);
  return (await asked.queryRange(expr, { start, end, stepSeconds: 5 })).length;
}

describe("on the demo, a real Prometheus", () => {
  const filled = dashboardQueries().filter((query) => !mayBeEmpty(query));
  const others = dashboardQueries().filter(mayBeEmpty);

  it.each(filled)("has data for $dashboard, $panel, query $refId", async (query) => {
    await eventually(async () => expect(await seriesCount(query)).toBeGreaterThan(0), PATIENCE);
  });

  it.each(others)("understands $dashboard, $panel, query $refId, which says when it is empty", async (query) => {
    expect(await seriesCount(query)).toBeGreaterThanOrEqual(0);
  });

  const variables = [...shippedDashboards()].flatMap(([dashboard, { templating }]) =>
    templating.list
      .filter(({ type }) => type === "query")
      .map(({ name, query }) => ({ dashboard, name, query: String(query) })),
  );

  it.each(variables)("has values for the variable $name of $dashboard", async ({ name, query }) => {
    const [, series = ""] = /^label_values\((.*), \w+\)$/.exec(query) ?? [];

    await eventually(async () => {
      const values = await prometheus.query(`count by (${name}) (${withVariables(series)})`);
      expect(values.filter(({ metric }) => (metric[name] ?? "") !== "").length).toBeGreaterThan(0);
    }, PATIENCE);
  });
});

describe("with two replicas, a panel", () => {
  const panels = dashboardQueries().filter(({ panel }) => !panel.startsWith("annotation "));
  /** Calls to a provider are as many as the replicas make: such a panel says that it adds them up. */
  const isAddedUp = ({ description }: DashboardQuery) => description.includes("Added up over all replicas");

  it.each(panels.filter((query) => !isAddedUp(query)))(
    "shows one truth: $dashboard, $panel, query $refId",
    async (query) => {
      await eventually(async () => {
        const { both, alone } = await aloneAndTogether(query);

        expect([...both.keys()].toSorted()).toEqual([...alone.keys()].toSorted());
        for (const [key, values] of alone) {
          const slack = 1e-6 * Math.max(...values.map(Math.abs));
          expect(both.get(key), key).toBeGreaterThanOrEqual(Math.min(...values) - slack);
          expect(both.get(key), key).toBeLessThanOrEqual(Math.max(...values) + slack);
        }
      }, PATIENCE);
    },
  );

  it.each(panels.filter(isAddedUp))(
    "adds up what each does by itself: $dashboard, $panel, query $refId",
    async (query) => {
      await eventually(async () => {
        const { both, alone } = await aloneAndTogether(query);

        expect([...both.keys()].toSorted()).toEqual([...alone.keys()].toSorted());
        for (const [key, values] of alone) {
          expect(both.get(key), key).toBeCloseTo(
            values.reduce((sum, value) => sum + value, 0),
            6,
          );
        }
      }, PATIENCE);
    },
  );

  /** Each series at one instant: with both replicas chosen, and with each alone. */
  async function aloneAndTogether(query: DashboardQuery) {
    // Lately, so that both have been scraped for it.
    const at = new Date(Date.now() - 5000);
    const ask = async (chosen: Chosen) => {
      const range = { start: at, end: at, stepSeconds: 1 };
      const series = await prometheus.queryRange(withVariables(query.written, chosen), range);
      return new Map(series.map(({ metric, values: [first] }) => [keyOf(metric), first?.[1] ?? Number.NaN]));
    };
    const [both, one, other] = await Promise.all([
      ask({}),
      ask({ instance: instances[0] }),
      ask({ instance: instances[1] }),
    ]);
    // Nothing compared with nothing is equal.
    if (!mayBeEmpty(query)) expect(Math.min(one.size, other.size)).toBeGreaterThan(0);
    const keys = new Set([...one.keys(), ...other.keys()]);
    const valuesOf = (key: string) => [one.get(key), other.get(key)].filter((value) => value !== undefined);
    return { both, alone: new Map([...keys].map((key) => [key, valuesOf(key)])) };
  }

  const keyOf = (metric: Readonly<Record<string, string>>) => JSON.stringify(Object.entries(metric).toSorted());
});

describe("where there is something to show, no panel is empty", () => {
  /** Pushes its alerts, keeps its state in a file and has a peer; the demo does none of it. */
  let watched: Prometheus;

  beforeAll(async () => {
    const folder = await mkdtemp(join(tmpdir(), "llm-quota-test-state-"));
    stack.defer(() => rm(folder, { recursive: true }));
    const alertmanager = stack.use(
      await startAlertmanager({ configText: "route: { receiver: nobody }\nreceivers: [{ name: nobody }]\n" }),
    );
    const dailyInputTokens = new SimulatedWindow({ limit: 1000, periodSeconds: 10, usedAtStart: 100 });
    const simulator = await startSimulator(nanogpt({ key: "key-window", dailyInputTokens }));
    stack.defer(() => simulator.stop());
    const { configText, env } = quickConfig([
      {
        name: "window",
        provider: "nanogpt",
        key: "key-window",
        baseUrl: simulator.baseUrl,
        periods: { daily_input_tokens: 10 },
      },
      { name: "refused", provider: "ollama", baseUrl: `http://127.0.0.1:${await freePort()}` },
    ]);
    const { poll, accounts, ...config } = JSON.parse(configText);
    const counted = stack.use(
      await startServer(({ path }, response) => sendJson(response, DAY_OF_TOKENS, path.endsWith("/usage") ? 200 : 404)),
    );
    const daemon = stack.use(
      await startDaemon({
        configText: JSON.stringify({
          ...config,
          accounts: [
            ...accounts,
            {
              name: "counted",
              provider: "nanogpt",
              base_url: counted.url,
              api_key_env: "TEST_WINDOW_KEY",
              quotas: { daily_input_tokens: { unit: "input_tokens", limit: 1000, kind: "calendar", period: "day" } },
              session_files: { tool: "codex_cli", path: folder },
            },
          ],
          proxy: {
            listen_address: `127.0.0.1:${await freePort()}`,
            routes: [{ path: "/counted", account: "counted" }],
          },
          poll: { ...poll, peer: `http://${instances[0]}` },
          state: { path: join(folder, "state.db") },
          alerting: {
            mode: "push",
            alertmanagers: [{ static_configs: [{ targets: [new URL(alertmanager.url).host] }] }],
          },
        }),
        env,
        readyPath: "/-/healthy",
      }),
    );
    watched = stack.use(await startPrometheus({ scrapeUrls: [`${daemon.url}/metrics`] }));
    const told = await fetch(`${daemon.url}/api/v1/observations`, {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify({ account: "counted", model: "big", usage: { input_tokens: 120, output_tokens: 5 } }),
    });
    expect(told.status).toBe(200);
  });

  const panels = Map.groupBy(
    dashboardQueries().filter(({ description }) => /\bEmpty while /.test(description)),
    ({ dashboard, panel }) => `${dashboard}, ${panel}`,
  );

  it.each([...panels])("%s", async (_, queries) => {
    await eventually(async () => {
      const counts = await Promise.all(queries.flatMap((query) => [seriesCount(query), seriesCount(query, watched)]));
      expect(Math.max(...counts)).toBeGreaterThan(0);
    }, PATIENCE);
  });

  it("and a reset is marked", async () => {
    const [reset] = dashboardQueries().filter(({ panel }) => panel === "annotation Reset");
    if (reset === undefined) throw new Error("no annotation for resets");

    await eventually(async () => expect(await seriesCount(reset, watched)).toBe(1), PATIENCE);
  });
});

describe("the link of an alert", () => {
  it("opens the dashboard of its account with only its quota on it", async () => {
    const { labels, link } = await eventually(async () => {
      const alert = (await prometheus.alerts()).find((one) => one.labels["alertname"] === "LLMQuotaUseOrLose");
      expect(alert).toBeDefined();
      const url = alert?.annotations["dashboard_url"] ?? "";
      return { labels: alert?.labels ?? {}, link: new URL(url, "https://grafana.test") };
    }, PATIENCE);
    const dashboard = [...shippedDashboards().values()].find(({ uid }) => link.pathname === `/d/${uid}/${uid}`);
    const chosen = Object.fromEntries(
      [...link.searchParams].map(([name, value]) => [name.replace(/^var-/, ""), value]),
    );
    const now = dashboard?.panels.find(({ title }) => title === "Quotas now")?.targets[0]?.expr ?? "";

    const quotas = await prometheus.query(withVariables(now, chosen));

    const { provider, account, quota } = labels;
    expect(quotas.map(({ metric }) => metric)).toEqual([{ provider, account, quota }]);
  });
});
