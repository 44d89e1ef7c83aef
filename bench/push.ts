// Two thousand alerts that begin at once, handed to a real Alertmanager, beside one plain POST of the same bodies in the
// same run: `npm run bench:push`.
import { monitorEventLoopDelay } from "node:perf_hooks";
import { setTimeout as sleep } from "node:timers/promises";
import { createWatch } from "../src/alerting/watch.ts";
import { ENGINE_DEFAULTS } from "../src/engine/settings.ts";
import { createLogger } from "../src/log.ts";
import { createExporterMetrics } from "../src/metrics/exporter-metrics.ts";
import { createPushing } from "../src/pushing.ts";
import type { Account } from "../src/quota/account.ts";
import type { Reading } from "../src/quota/reading.ts";
import { createMemoryStore } from "../src/store/memory-store.ts";
import { shippedAlertmanagerConfig, startAlertmanager } from "../test/support/alertmanager.ts";
import { startWebhook } from "../test/support/webhook.ts";

const ALERTS = 2000;
const ROUNDS = 5;
const NOBODY = {
  mode: "push",
  alertmanagers: [],
  resendSeconds: 60,
  runbookBase: undefined,
  dashboardBase: undefined,
} as const;

/** Accounts whose only quota was found exhausted twice. */
function exhaustedFleet(round: number) {
  const now = new Date();
  const accounts = Array.from(
    { length: ALERTS },
    (_, index): Account => ({
      ...{ provider: "acme", account: `r${round}-${index}`, labels: { team: "search" } },
      ...{ intervalSeconds: 60, staleAfterSeconds: 600, overrides: {} },
    }),
  );
  const watch = createWatch({ accounts, store: createMemoryStore(), settings: ENGINE_DEFAULTS, startedAt: now });
  for (const secondsAgo of [60, 0]) {
    for (const account of accounts) {
      const readAt = new Date(now.getTime() - secondsAgo * 1000);
      const reading: Reading = {
        quota: "requests",
        kind: "calendar",
        unit: "requests",
        limit: 1000,
        remaining: 0,
        readAt,
        resetAt: new Date(now.getTime() + 3_600_000),
        periodSeconds: 7200,
        enforcement: "hard",
        source: "api",
        confidence: "reported",
      };
      watch.take(account, { ok: true, at: readAt, seconds: 0.1, answer: { metered: true, readings: [reading] } });
    }
  }
  watch.evaluate(now);
  return watch.snapshot();
}

await using webhook = await startWebhook();
await using alertmanager = await startAlertmanager({ configText: await shippedAlertmanagerConfig(webhook.url) });
const url = `${alertmanager.url}/api/v2/alerts`;
const listed = async () => (await alertmanager.alerts()).length;
const target = { name: new URL(url).host, url, timeoutSeconds: 10, definition: "bench" };

for (let round = 1; round <= ROUNDS; round++) {
  const fleet = exhaustedFleet(round);
  const pushing = createPushing({
    store: createMemoryStore(),
    metrics: createExporterMetrics({ version: "", revision: "", nodeVersion: "" }),
    log: createLogger({ level: "warn", format: "json", scrub: (text) => text, write: (line) => console.log(line) }),
    ...{ userAgent: "bench", isDryRun: false, now: () => new Date() },
    ...{ hasPeer: () => false, refusedSince: () => undefined },
  });
  pushing.configure({ ...NOBODY, alertmanagers: [target] }, { ...fleet, accounts: [] }, "http://127.0.0.1:1");
  await sleep(500);
  const before = await listed();
  const delay = monitorEventLoopDelay({ resolution: 1 });
  delay.enable();
  const begun = performance.now();
  pushing.evaluate(fleet);
  const decided = performance.now() - begun;
  // Only now and then, as the list of so many alerts takes a while to be read.
  while ((await listed()) < before + ALERTS) await sleep(100);
  const taken = performance.now() - begun;
  delay.disable();
  const body = JSON.stringify(
    (await alertmanager.alerts()).slice(0, ALERTS).map(({ labels, annotations, startsAt, endsAt }) => ({
      ...{ labels, annotations, startsAt, endsAt },
    })),
  );
  const posted = performance.now();
  await (await fetch(url, { method: "POST", headers: { "content-type": "application/json" }, body })).text();
  const plain = performance.now() - posted;
  console.log(
    `${ALERTS} alerts: all at Alertmanager within ${taken.toFixed(0)} ms (${(taken / plain).toFixed(1)} times one plain POST of them, ${plain.toFixed(0)} ms); ` +
      `found in ${decided.toFixed(0)} ms; longest block of the loop ${(delay.max / 1e6).toFixed(0)} ms, reading the list included`,
  );
  await pushing.stop();
}
