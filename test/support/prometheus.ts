import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { runProgram } from "./command-line.ts";
import { freePort } from "./free-port.ts";
import { type RunningProcess, startProcess } from "./processes.ts";

export interface PrometheusPlan {
  /** Each a full URL, such as `http://127.0.0.1:10844/metrics`. */
  readonly scrapeUrls?: readonly string[];
  /** A rule file, as Prometheus reads it. */
  readonly rules?: string;
  readonly alertmanagerUrl?: string | readonly string[];
  readonly scrapeInterval?: string;
  readonly evaluationInterval?: string;
  /** OpenMetrics text with times: what it has scraped before. */
  readonly history?: string;
}

export interface Sample {
  readonly metric: Readonly<Record<string, string>>;
  readonly value: number;
}

export interface Series {
  readonly metric: Readonly<Record<string, string>>;
  /** Unix seconds and value. */
  readonly values: readonly (readonly [number, number])[];
}

export interface PrometheusAlert {
  readonly labels: Readonly<Record<string, string>>;
  readonly annotations: Readonly<Record<string, string>>;
  readonly state: "pending" | "firing";
}

export interface Target {
  readonly scrapeUrl: string;
  readonly health: "unknown" | "up" | "down";
  readonly lastError: string;
}

export interface Prometheus extends AsyncDisposable {
  readonly url: string;
  /** An instant query that gives a vector. */
  query(expression: string): Promise<readonly Sample[]>;
  /** Every sample as it was scraped, from a range selector that gives one series. */
  samples(rangeSelector: string): Promise<Series["values"]>;
  queryRange(expression: string, range: { start: Date; end: Date; stepSeconds: number }): Promise<readonly Series[]>;
  alerts(): Promise<readonly PrometheusAlert[]>;
  targets(): Promise<readonly Target[]>;
  logs(): string;
  stop(): Promise<void>;
}

/** Debian's Prometheus with a database of its own. */
export async function startPrometheus(plan: PrometheusPlan): Promise<Prometheus> {
  const port = await freePort();
  const url = `http://127.0.0.1:${port}`;
  const files = { "prometheus.yml": configOf(plan), "rules.yml": plan.rules ?? "groups: []\n" };
  const past = plan.history === undefined ? undefined : await blocksOf(plan.history);
  const started = await startProcess({
    name: "prometheus",
    command: "prometheus",
    files,
    args: (directory) => [
      `--config.file=${directory}/prometheus.yml`,
      `--storage.tsdb.path=${past ?? `${directory}/data`}`,
      `--storage.tsdb.retention.time=${past === undefined ? "1h" : "1y"}`,
      `--web.listen-address=127.0.0.1:${port}`,
      // The default minute would lose an alert that fires before the Alertmanager has been discovered.
      "--rules.alert.resend-delay=10s",
    ],
    readyUrl: `${url}/-/ready`,
  });
  return connect(url, started, past);
}

/** A directory of blocks that hold this history. */
async function blocksOf(history: string): Promise<string> {
  const files = { "history.om": history };
  const directory = await mkdtemp(join(tmpdir(), "llm-quota-test-blocks-"));
  const { code, stderr } = await runProgram(
    "promtool",
    ["tsdb", "create-blocks-from", "openmetrics", "--quiet", "history.om", directory],
    { files, timeoutMs: 60_000 },
  );
  if (code !== 0) throw new Error(`promtool cannot make blocks of this history: ${stderr}`);
  return directory;
}

function connect(url: string, started: RunningProcess, past: string | undefined): Prometheus {
  const get = async <T>(path: string, parameters: Record<string, string> = {}): Promise<T> => {
    const response = await fetch(`${url}/api/v1/${path}?${new URLSearchParams(parameters)}`);
    const answer = (await response.json()) as { status: string; error?: string; data: T };
    if (answer.status !== "success") throw new Error(`Prometheus refuses ${path}: ${answer.error}`);
    return answer.data;
  };
  const stop = async (): Promise<void> => {
    await started.stop();
    if (past !== undefined) await rm(past, { recursive: true, force: true });
  };
  return {
    url,
    async query(query) {
      type Vector = { result: { metric: Record<string, string>; value: [number, string] }[] };
      const { result } = await get<Vector>("query", { query });
      return result.map(({ metric, value }) => ({ metric, value: numberOf(value[1]) }));
    },
    async samples(query) {
      const { result } = await get<Matrix>("query", { query });
      if (result.length !== 1) throw new Error(`${query} gives ${result.length} series, not one`);
      return seriesOf(result)[0]?.values ?? [];
    },
    async queryRange(query, { start, end, stepSeconds }) {
      const range = { start: start.toISOString(), end: end.toISOString(), step: String(stepSeconds) };
      const { result } = await get<Matrix>("query_range", { query, ...range });
      return seriesOf(result);
    },
    alerts: async () => (await get<{ alerts: PrometheusAlert[] }>("alerts")).alerts,
    targets: async () => (await get<{ activeTargets: Target[] }>("targets")).activeTargets,
    logs: () => started.output(),
    stop,
    [Symbol.asyncDispose]: stop,
  };
}

function configOf(plan: PrometheusPlan): string {
  const { scrapeUrls = [], alertmanagerUrl = [], scrapeInterval = "1s", evaluationInterval = "1s" } = plan;
  const targets = [alertmanagerUrl].flat().map((url) => new URL(url).host);
  // JSON, which is also YAML.
  return JSON.stringify({
    global: {
      scrape_interval: scrapeInterval,
      scrape_timeout: scrapeInterval,
      evaluation_interval: evaluationInterval,
    },
    rule_files: ["rules.yml"],
    alerting: { alertmanagers: [{ static_configs: [{ targets }] }] },
    scrape_configs: [
      {
        // LLMQuotaExporterDown looks for this name.
        job_name: "llm-quota-exporter",
        static_configs: scrapeUrls.map((scrapeUrl) => {
          const { host, pathname } = new URL(scrapeUrl);
          return { targets: [host], labels: { __metrics_path__: pathname } };
        }),
      },
    ],
  });
}

type Matrix = { result: { metric: Record<string, string>; values: [number, string][] }[] };

function seriesOf(result: Matrix["result"]): Series[] {
  return result.map(({ metric, values }) => ({
    metric,
    values: values.map(([at, text]) => [at, numberOf(text)] as const),
  }));
}

/** Prometheus writes infinities its own way. */
function numberOf(text: string): number {
  return Number(text.replace("Inf", "Infinity"));
}
