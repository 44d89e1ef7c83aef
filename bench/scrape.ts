// Scrapes over loopback HTTP beside prom-client's registry and a static file of the same bytes, all three behind the same
// server, in one run of about a minute: `npm run bench:scrape`. The clients live in a thread of their own, so that the
// event loop that is watched is the server's alone.
import { once } from "node:events";
import { createReadStream, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { monitorEventLoopDelay } from "node:perf_hooks";
import { pipeline } from "node:stream/promises";
import { setTimeout as sleep } from "node:timers/promises";
import { Worker } from "node:worker_threads";
import { constants, gzipSync } from "node:zlib";
import express, { type Express } from "express";
import type { Registry } from "prom-client";
import { createExporterMetrics } from "../src/metrics/exporter-metrics.ts";
import { createMetricsPage, type MetricsPage } from "../src/metrics/page.ts";
import { listen } from "../src/server/listen.ts";
import { EXPOSITION, sendCoded, sendPacked } from "../src/server/respond.ts";
import { NOW } from "../test/support/snapshot.ts";
import type { Round, Scraped } from "./scrape-clients.ts";
import { compareRenders, fleetOf, medianOf } from "./series.ts";

const SIZES = [1_000, 10_000, 100_000];
/** Rounds of one case go on for about so long; in a round every client scrapes once, all at the same moment. */
const CASE_MS = 400;
/** The event loop is looked at this often. What is told as a block is the time between two looks. */
const RESOLUTION_MS = 1;
/** A block is seen only between two looks: so long before and after it nothing else happens. */
const SEEN_MS = 20;

interface Measured {
  readonly ms: number;
  readonly blockMs: number;
  readonly rounds: number;
}

interface Served {
  readonly url: string;
  readonly counts: { renders: number };
}

const folder = mkdtempSync(join(tmpdir(), "bench-scrape-"));
const worker = new Worker(new URL("./scrape-clients.ts", import.meta.url));
try {
  for (const size of SIZES) await compare(size);
} finally {
  await worker.terminate();
  rmSync(folder, { recursive: true });
}

async function compare(size: number): Promise<void> {
  const snapshot = fleetOf(size);
  const { series, text, registry, oursMs, theirsMs } = await compareRenders(snapshot);
  console.log(`
${series} series, ${(text.length / 1e6).toFixed(2)} MB. Render alone: ours ${oursMs.toFixed(2)} ms, prom-client ${theirsMs.toFixed(2)} ms, ${(theirsMs / oursMs).toFixed(1)} times faster
          ms until the last client has it    prom-client  ours    longest block of the loop, ms   renders
gzip clients ours  prom-client  static       / ours    / static   ours  prom-client  static  per round`);
  const counts = { renders: 0 };
  const page = createMetricsPage({
    snapshot() {
      counts.renders++;
      return snapshot;
    },
    exporter: createExporterMetrics({ version: "0", revision: "", nodeVersion: "v24" }),
    now: () => NOW,
    onError: (error) => console.error(error),
  });
  const server = await listen(serving(page, registry, await page.render("identity")), { host: "127.0.0.1", port: 0 });
  for (const gzip of [false, true])
    for (const clients of [1, 20]) await compareScrapes({ url: server.url, counts }, gzip, clients);
  await server.close();
}

async function compareScrapes(served: Served, gzip: boolean, clients: number): Promise<void> {
  served.counts.renders = 0;
  const ours = await measure({ url: `${served.url}/metrics`, gzip, clients });
  // Without the one that warmed up.
  const renders = (served.counts.renders - 1) / ours.rounds;
  const theirs = await measure({ url: `${served.url}/prom-client`, gzip, clients });
  const file = await measure({ url: `${served.url}/static`, gzip, clients });
  const times = [ours, theirs, file].map(({ ms }) => ms.toFixed(1).padStart(9)).join("");
  const blocks = [ours, theirs, file].map(({ blockMs }) => blockMs.toFixed(1).padStart(9)).join("");
  const ratios = [theirs.ms / ours.ms, ours.ms / file.ms].map((ratio) => ratio.toFixed(1).padStart(9)).join("");
  console.log(
    `${gzip ? " yes" : "  no"}${String(clients).padStart(5)}${times}${ratios}${blocks}${renders.toFixed(2).padStart(9)}`,
  );
}

async function measure(round: Round): Promise<Measured> {
  // Warms up, and pays for what the case before has left behind.
  await scrape({ ...round, clients: 1 });
  const loop = monitorEventLoopDelay({ resolution: RESOLUTION_MS });
  const times: number[] = [];
  const end = performance.now() + CASE_MS;
  loop.enable();
  await sleep(SEEN_MS);
  do times.push(await scrape(round));
  while (performance.now() < end);
  await sleep(SEEN_MS);
  loop.disable();
  return { ms: medianOf(times), blockMs: loop.max / 1e6, rounds: times.length };
}

/** Milliseconds until the last client has everything. */
async function scrape(round: Round): Promise<number> {
  worker.postMessage(round);
  const [scraped]: Scraped[] = await once(worker, "message");
  return scraped?.ms ?? Number.NaN;
}

/** Our page, prom-client's behind the same way of packing, and a file with its packed twin beside it. */
function serving(page: MetricsPage, registry: Registry, body: Buffer): Express {
  const plain = join(folder, "page.prom");
  const packed = join(folder, "page.prom.gz");
  writeFileSync(plain, body);
  writeFileSync(packed, gzipSync(body, { level: constants.Z_BEST_SPEED }));
  const app = express();
  app.disable("etag");
  app.get("/metrics", (request, response) => sendCoded(request, response, EXPOSITION, page.render));
  app.get("/prom-client", async (request, response) =>
    sendPacked(request, response, EXPOSITION, await registry.metrics()),
  );
  app.get("/static", async (request, response) => {
    const isPacked = request.acceptsEncodings("gzip", "identity") === "gzip";
    response.writeHead(200, { "Content-Type": EXPOSITION, ...(isPacked && { "Content-Encoding": "gzip" }) });
    await pipeline(createReadStream(isPacked ? packed : plain), response);
  });
  return app;
}
