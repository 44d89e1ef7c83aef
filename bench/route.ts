// Routing advice at 1,000 accounts of three quotas beside the document of all quotas from the same snapshot, in one run:
// `npm run bench:route`. First the functions alone, then both over HTTP, as a gateway asks.
import { performance } from "node:perf_hooks";
import { routeOf } from "../src/engine/route.ts";
import { ENGINE_DEFAULTS } from "../src/engine/settings.ts";
import type { AccountSnapshot, QuotaSnapshot, Snapshot } from "../src/engine/snapshot.ts";
import { createExporterMetrics } from "../src/metrics/exporter-metrics.ts";
import { createMetricsPage } from "../src/metrics/page.ts";
import { listen } from "../src/server/listen.ts";
import { quotasDocument } from "../src/server/quotas-document.ts";
import { routeDocument } from "../src/server/route-document.ts";
import { createServer } from "../src/server/server.ts";
import {
  aBalance,
  aForecast,
  anAccount,
  anAnswer,
  aQuota,
  aReading,
  aSnapshot,
  inSeconds,
  NOW,
} from "../test/support/snapshot.ts";

const MODELS_PER_ACCOUNT = 100;
const RUNS = 400;
const TOP = 10;

function accountOf(index: number): AccountSnapshot {
  const quotas: readonly QuotaSnapshot[] = [
    aQuota({
      reading: aReading({ remaining: 60_000_000 - index * 997 }),
      state: index % 10 === 0 ? "exhausted" : "ok",
      forecast: aForecast({ likely: index % 3 === 0 ? inSeconds(600 + index) : undefined }),
    }),
    aQuota({ reading: aReading({ quota: "daily", limit: 1000, remaining: index % 1000, resetAt: inSeconds(3600) }) }),
    aQuota({ reading: aBalance(1 + index), forecast: aForecast({ likely: inSeconds(86_400 + index) }) }),
  ];
  // Every fifth does not tell its models, as many providers do not.
  const models = Array.from({ length: MODELS_PER_ACCOUNT }, (_, model) => `vendor-${index % 7}/model-${model}`);
  const answer = anAnswer({ ...(index % 5 !== 0 && { models }), ...(index % 2 === 0 && { subscription: "active" }) });
  return anAccount({ account: `account-${index}`, quotas, answer });
}

const fleet = (accounts: number): Snapshot =>
  aSnapshot({ accounts: Array.from({ length: accounts }, (_, index) => accountOf(index)) });

/** The whole document as it is sent, but not packed. */
function advise(snapshot: Snapshot): string {
  const question = { model: "model-42" };
  const route = routeOf(snapshot, question, NOW);
  return JSON.stringify(
    routeDocument({ question, route, at: snapshot.at, top: TOP, settings: ENGINE_DEFAULTS, now: NOW }),
  );
}

function percentiles(times: readonly number[]): string {
  const sorted = times.toSorted((one, other) => one - other);
  const at = (share: number) => `${(sorted[Math.floor(share * (sorted.length - 1))] ?? Number.NaN).toFixed(3)} ms`;
  return `fastest ${at(0)}, median ${at(0.5)}, p99 ${at(0.99)}`;
}

async function timed(work: () => Promise<unknown>, runs: number): Promise<readonly number[]> {
  const times: number[] = [];
  for (let run = 0; run < runs; run++) {
    const before = performance.now();
    await work();
    times.push(performance.now() - before);
  }
  return times;
}

function timesOf(work: () => unknown, runs: number): string {
  const times = Array.from({ length: runs }, () => {
    const before = performance.now();
    work();
    return performance.now() - before;
  });
  return percentiles(times);
}

async function overHttp(snapshot: Snapshot): Promise<void> {
  const deps = { snapshot: () => snapshot, now: () => NOW, onError: (error: unknown) => console.error(error) };
  const exporter = createExporterMetrics({ version: "0.1.0", revision: "", nodeVersion: "v24" });
  const server = await listen(
    createServer({
      ...{ ...deps, metricsPage: createMetricsPage({ ...deps, exporter }), history: () => [], ready: () => true },
      ...{ version: "0.1.0", config: () => "", reload: undefined },
      reads: { readNow: () => Promise.resolve({ how: "held", outcome: undefined }), log: () => undefined },
    }),
    { host: "127.0.0.1", port: 0 },
  );
  for (const path of ["/api/v1/route?model=model-42", "/api/v1/quotas"]) {
    const get = async () => (await fetch(`${server.url}${path}`)).arrayBuffer();
    await timed(get, 20);
    const bytes = (await get()).byteLength;
    console.log(`    GET ${path}: ${percentiles(await timed(get, 100))}, ${(bytes / 1024).toFixed(0)} KB`);
  }
  await server.close();
}

for (const accounts of [10, 100, 1000]) {
  const snapshot = fleet(accounts);
  const cases = {
    "the order alone": () => routeOf(snapshot, { model: "model-42" }, NOW),
    "the whole advice": () => advise(snapshot),
    "the document of all quotas": () => JSON.stringify(quotasDocument(snapshot)),
  };
  console.log(`${accounts} accounts, 3 quotas and ${MODELS_PER_ACCOUNT} models each`);
  for (const [name, work] of Object.entries(cases)) {
    timesOf(work, RUNS / 4);
    console.log(`    ${name}: ${timesOf(work, RUNS)}`);
  }
  let asked = 0;
  const anew = () => routeOf(snapshot, { model: `model-${asked++}` }, NOW);
  console.log(`    the order for a model that was not asked for before: ${timesOf(anew, MODELS_PER_ACCOUNT)}`);
  if (accounts === 1000) await overHttp(snapshot);
}
