// How long it takes from the moment at which a provider's answer crosses the line until somebody is told, through a real
// Alertmanager with the shipped timings of the pager: `npm run bench:page-latency`, about four minutes.
import { randomInt } from "node:crypto";
import { setTimeout as sleep } from "node:timers/promises";
import { renderPrometheusRules } from "../src/alerting/prometheus-rules.ts";
import { nanogpt } from "../src/demo/nanogpt.ts";
import { startSimulator } from "../src/demo/simulator.ts";
import { SimulatedWindow } from "../src/demo/window.ts";
import { shippedAlertmanagerConfig, startAlertmanager } from "../test/support/alertmanager.ts";
import { startDaemon } from "../test/support/daemon.ts";
import { startPrometheus } from "../test/support/prometheus.ts";
import { quickConfig } from "../test/support/quick-config.ts";
import { startWebhook } from "../test/support/webhook.ts";

const ACCOUNTS = 20;
const INTERVAL_SECONDS = 30;
/** Of the route of the pager. */
const TIMINGS = { group_wait: "10s", group_interval: "1m", repeat_interval: "4h" };

for (const mode of ["push", "rules"] as const) await measure(mode);

async function measure(mode: "push" | "rules"): Promise<void> {
  await using stack = new AsyncDisposableStack();
  const webhook = stack.use(await startWebhook());
  const alertmanager = stack.use(
    await startAlertmanager({ configText: await shippedAlertmanagerConfig(webhook.url, TIMINGS) }),
  );
  const windows = new Map<string, SimulatedWindow>();
  const accounts = [];
  for (let index = 0; index < ACCOUNTS; index++) {
    const name = `account-${index}`;
    const window = new SimulatedWindow({ limit: 1000, periodSeconds: 86_400, usedAtStart: 100 });
    const simulator = await startSimulator(nanogpt({ key: `key-${name}`, dailyInputTokens: window }));
    stack.defer(() => simulator.stop());
    windows.set(name, window);
    accounts.push({ name, provider: "nanogpt", key: `key-${name}`, baseUrl: simulator.baseUrl } as const);
  }
  const { configText, env } = quickConfig(accounts, { interval: `${INTERVAL_SECONDS}s` });
  const alertmanagers = [{ static_configs: [{ targets: [new URL(alertmanager.url).host] }] }];
  // The engine as it is shipped.
  const config = { ...(JSON.parse(configText) as object), engine: {}, alerting: { mode, alertmanagers } };
  const daemon = stack.use(await startDaemon({ configText: JSON.stringify(config), env }));
  if (mode === "rules")
    stack.use(
      await startPrometheus({
        ...{ scrapeUrls: [`${daemon.url}/metrics`], rules: renderPrometheusRules(), alertmanagerUrl: alertmanager.url },
        scrapeInterval: "15s",
      }),
    );
  await sleep(2 * INTERVAL_SECONDS * 1000);
  const crossed = new Map<string, number>();
  for (const [name, window] of windows) {
    setTimeout(
      () => {
        window.use(1000);
        crossed.set(name, Date.now());
      },
      randomInt(INTERVAL_SECONDS * 1000),
    );
  }
  const delays = await Promise.all(
    [...windows.keys()].map(async (name) => {
      const { receivedAt } = await webhook.waitFor(({ groupLabels }) => groupLabels["account"] === name, 180_000);
      return (receivedAt.getTime() - (crossed.get(name) ?? Number.NaN)) / 1000;
    }),
  );
  delays.sort((one, other) => one - other);
  const at = (share: number) => delays[Math.round(share * (delays.length - 1))]?.toFixed(1);
  console.log(
    `${mode}: ${ACCOUNTS} exhaustions, read every ${INTERVAL_SECONDS} s: told after ${at(0)} s at least, ${at(0.5)} s in the middle, ${at(1)} s at most`,
  );
}
