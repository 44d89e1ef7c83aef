import { request } from "node:http";
import { gunzipSync } from "node:zlib";
import { afterEach, expect, it, test } from "vitest";
import { createExporterMetrics } from "../../src/metrics/exporter-metrics.ts";
import { createMetricsPage } from "../../src/metrics/page.ts";
import { renderFamilies } from "../../src/metrics/render.ts";
import { type Listening, listen } from "../../src/server/listen.ts";
import { createServer } from "../../src/server/server.ts";
import { everyCorner } from "../metrics/every-corner.ts";
import { eventually } from "../support/eventually.ts";
import { NOW } from "../support/snapshot.ts";
import { ask } from "./ask.ts";

const errors: unknown[] = [];
const running: Listening[] = [];

/** A server whose first render ends only when `open` is called, so that everybody can be there by then. */
async function serve() {
  const counts = { scrapes: 0, snapshots: 0, ended: 0 };
  const gate = Promise.withResolvers<void>();
  const exporter = createExporterMetrics({ version: "0.1.0", revision: "", nodeVersion: "v24" });
  const onError = (error: unknown) => errors.push(error);
  const snapshot = () => {
    counts.snapshots++;
    return everyCorner;
  };
  const page = createMetricsPage({
    snapshot,
    exporter: { ...exporter, render: () => gate.promise.then(exporter.render) },
    now: () => NOW,
    onError,
  });
  const app = createServer({
    snapshot: () => everyCorner,
    metricsPage: {
      render(coding) {
        counts.scrapes++;
        return page.render(coding);
      },
    },
    reads: { readNow: () => Promise.resolve({ how: "held", outcome: undefined }), log: () => undefined },
    history: () => [],
    ready: () => true,
    version: "0.1.0",
    now: () => NOW,
    config: () => "accounts: []\n",
    reload: undefined,
    onError,
  });
  const server = await listen(
    (incoming, response) => {
      response.once("close", () => counts.ended++);
      app(incoming, response);
    },
    { host: "127.0.0.1", port: 0 },
  );
  running.push(server);
  const counted = (what: keyof typeof counts, count: number) =>
    eventually(() => expect(counts[what]).toBe(count), { everyMs: 5 });
  return { server, counts, counted, open: () => gate.resolve() };
}

afterEach(async () => {
  await Promise.all(running.splice(0).map((server) => server.close()));
  errors.length = 0;
});

const scrape = (server: Listening, coding: string) => ask(server, "/metrics", "GET", { "Accept-Encoding": coding });

test("20 clients at once share one render, plain and packed, and the next one gets a new one", async () => {
  const { server, counts, counted, open } = await serve();
  const plain = Array.from({ length: 10 }, () => scrape(server, "identity"));
  const packed = Array.from({ length: 10 }, () => scrape(server, "gzip"));
  await counted("scrapes", 20);
  open();

  const texts = (await Promise.all(plain)).map(({ body }) => body.toString());
  const unpacked = (await Promise.all(packed)).map(({ body }) => gunzipSync(body).toString());

  expect(new Set([...texts, ...unpacked]).size).toBe(1);
  expect(texts[0]?.startsWith(renderFamilies(everyCorner, NOW))).toBe(true);
  expect(counts.snapshots).toBe(1);
  expect((await scrape(server, "gzip")).status).toBe(200);
  expect(counts.snapshots).toBe(2);
});

it.each(["identity", "gzip"])("does not hurt the others when a client goes away, sent as %s", async (coding) => {
  const { server, counts, counted, open } = await serve();
  const leaving = request({ host: server.host, port: server.port, path: "/metrics", agent: false });
  const gone = new Promise((resolve) => leaving.on("error", resolve));
  leaving.end();
  // The one that leaves is the one for which the render was begun.
  await counted("scrapes", 1);
  const staying = Array.from({ length: 3 }, () => scrape(server, coding));
  await counted("scrapes", 4);
  leaving.destroy();
  await gone;
  await counted("ended", 1);
  open();

  const answers = await Promise.all(staying);

  expect(answers.map(({ status }) => status)).toEqual([200, 200, 200]);
  expect(new Set(answers.map(({ body }) => body.toString("latin1"))).size).toBe(1);
  expect(counts.snapshots).toBe(1);
  expect(errors).toEqual([]);
});
