// The clients of `npm run bench:scrape`, in a thread of their own.
import { Agent, get } from "node:http";
import { parentPort } from "node:worker_threads";

/** So many clients scrape once, all at the same moment. */
export interface Round {
  readonly url: string;
  readonly gzip: boolean;
  readonly clients: number;
}

export interface Scraped {
  /** Until the last of them had everything. */
  readonly ms: number;
  readonly bytes: number;
}

const agent = new Agent({ keepAlive: true });

parentPort?.on("message", async ({ url, gzip, clients }: Round) => {
  const start = performance.now();
  const bytes = await Promise.all(Array.from({ length: clients }, () => scrape(url, gzip)));
  const scraped: Scraped = { ms: performance.now() - start, bytes: Math.max(...bytes) };
  parentPort?.postMessage(scraped);
});

function scrape(url: string, gzip: boolean): Promise<number> {
  return new Promise((resolve, reject) => {
    get(url, { agent, headers: { "Accept-Encoding": gzip ? "gzip" : "identity" } }, (incoming) => {
      let bytes = 0;
      incoming.on("data", (chunk: Buffer) => {
        bytes += chunk.length;
      });
      incoming.on("error", reject);
      incoming.on("end", () => (incoming.statusCode === 200 ? resolve(bytes) : reject(new Error(`${url} failed`))));
    }).on("error", reject);
  });
}
