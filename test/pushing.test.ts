import { setImmediate } from "node:timers/promises";
import { afterEach, expect, it } from "vitest";
import type { Alerting } from "../src/config/config.ts";
import { createLogger } from "../src/log.ts";
import { createExporterMetrics } from "../src/metrics/exporter-metrics.ts";
import { createPushing, type Pushing } from "../src/pushing.ts";
import { createMemoryStore } from "../src/store/memory-store.ts";
import { eventually } from "./support/eventually.ts";
import { type Respond, sendJson, startServer } from "./support/json-server.ts";
import { aSnapshot, NOW } from "./support/snapshot.ts";

let running: Pushing | undefined;
afterEach(() => running?.stop());

function begin() {
  const metrics = createExporterMetrics({ version: "1", revision: "r", nodeVersion: "v24" });
  const pushing = createPushing({
    store: createMemoryStore(),
    metrics,
    log: createLogger({ level: "fatal", format: "json", scrub: (text) => text, write: () => undefined }),
    userAgent: "test/1",
    isDryRun: false,
    now: () => NOW,
    hasPeer: () => false,
    refusedSince: () => undefined,
  });
  running = pushing;
  const samples = async () =>
    (await metrics.render())
      .split("\n")
      .filter((line) => /^llm_quota_exporter_(alertmanager_up|notifications_queue_capacity)\{/.test(line));
  return { pushing, samples };
}

/** Everything else is as by default. */
const alertingBy = (mode: Alerting["mode"], url: string): Alerting => ({
  mode,
  alertmanagers: mode === "push" ? [{ name: "am:9093", url, timeoutSeconds: 100, definition: "am:9093" }] : [],
  resendSeconds: 60,
  runbookBase: undefined,
  dashboardBase: undefined,
});

it("what is counted of an Alertmanager outlives a change to the rules and back", async () => {
  const ended = Promise.withResolvers<void>();
  let respond: Respond = (_, response) => void response.once("close", ended.resolve);
  await using server = await startServer((request, response) => respond(request, response));
  const { pushing, samples } = begin();
  const configure = (mode: Alerting["mode"]) =>
    pushing.configure(alertingBy(mode, server.url), aSnapshot({ accounts: [] }), "http://exporter.test");
  configure("push");
  await eventually(() => expect(server.requests).toHaveLength(1));
  // What is under way has a while to end, and still has when the mode changes back.
  configure("rules");
  respond = (_, response) => sendJson(response, {});
  configure("push");
  await eventually(() => expect(server.requests.length).toBeGreaterThan(1));
  await ended.promise;
  // Our own side of it lets go in the next turns of the loop.
  for (let turn = 0; turn < 100; turn += 1) await setImmediate();

  expect(await samples()).toEqual([
    'llm_quota_exporter_alertmanager_up{alertmanager="am:9093"} 1',
    'llm_quota_exporter_notifications_queue_capacity{alertmanager="am:9093"} 10000',
  ]);
});
