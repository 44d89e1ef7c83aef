// Our renderer beside prom-client's on the same sample lines, in one run: `npm run bench:render`.
import { Gauge, Registry } from "prom-client";
import { renderFamilies } from "../src/metrics/render.ts";
import { aForecast, anAccount, aQuota, aRate, aSnapshot, NOW } from "../test/support/snapshot.ts";

const ROUNDS = 15;

function snapshotOf(quotas: number) {
  const perAccount = 5;
  return aSnapshot({
    accounts: Array.from({ length: quotas / perAccount }, (_, account) =>
      anAccount({
        account: `account-${account}`,
        quotas: Array.from({ length: perAccount }, (_, quota) =>
          aQuota({ quota: `quota_${quota}`, short: aRate(), long: aRate(), forecast: aForecast() }),
        ),
      }),
    ),
  });
}

/** The same lines, set once as gauges of prom-client. */
function registryOf(text: string): Registry {
  const registry = new Registry();
  const gauges = new Map<string, Gauge>();
  for (const line of text.split("\n")) {
    const [, name, labelText, value] = /^(\w+)\{(.*)\} (\S+)$/.exec(line) ?? [];
    if (name === undefined || labelText === undefined) continue;
    const labels = Object.fromEntries([...labelText.matchAll(/(\w+)="([^"]*)"/g)].map(([, key, text]) => [key, text]));
    const gauge =
      gauges.get(name) ?? new Gauge({ name, help: name, labelNames: Object.keys(labels), registers: [registry] });
    gauges.set(name, gauge);
    gauge.set(labels, Number(value));
  }
  return registry;
}

async function median(work: () => unknown): Promise<number> {
  const times: number[] = [];
  for (let round = 0; round < ROUNDS; round++) {
    const start = performance.now();
    await work();
    times.push(performance.now() - start);
  }
  return times.sort((a, b) => a - b)[ROUNDS >> 1] ?? 0;
}

for (const quotas of [25, 250, 2500]) {
  const snapshot = snapshotOf(quotas);
  const text = renderFamilies(snapshot, NOW);
  const series = text.split("\n").filter((line) => line !== "" && !line.startsWith("#")).length;
  const registry = registryOf(text);
  const ours = await median(() => renderFamilies(snapshot, NOW));
  const theirs = await median(() => registry.metrics());
  console.log(
    `${series} series: ours ${ours.toFixed(1)} ms, prom-client ${theirs.toFixed(1)} ms, ${(theirs / ours).toFixed(1)} times faster`,
  );
}
