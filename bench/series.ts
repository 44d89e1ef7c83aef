// What the benchmarks of the scrape share: fleets of a given number of series, and the same lines in prom-client.
import { Gauge, Registry } from "prom-client";
import type { Snapshot } from "../src/engine/snapshot.ts";
import { renderFamilies, renderPieces } from "../src/metrics/render.ts";
import { aForecast, anAccount, aQuota, aRate, aReading, aSnapshot, inSeconds, NOW } from "../test/support/snapshot.ts";

const QUOTAS_PER_ACCOUNT = 5;

/** Accounts with five busy quotas each, every number a different one, that make about so many series. */
export function fleetOf(series: number): Snapshot {
  const accounts = Math.max(1, Math.round(series / seriesOf(renderFamilies(fleet(1), NOW))));
  return fleet(accounts);
}

function fleet(accounts: number): Snapshot {
  return aSnapshot({
    accounts: Array.from({ length: accounts }, (_, account) =>
      anAccount({
        account: `account-${account}`,
        labels: { team: `team-${account % 7}` },
        pollsTotal: account,
        quotas: Array.from({ length: QUOTAS_PER_ACCOUNT }, (_, quota) =>
          aBusyQuota(`quota_${quota}`, account * QUOTAS_PER_ACCOUNT + quota + 1),
        ),
      }),
    ),
  });
}

function aBusyQuota(quota: string, seed: number) {
  return aQuota({
    reading: aReading({ quota, remaining: 60_000_000 - seed * 997, resetAt: inSeconds(3600 + seed) }),
    short: aRate({ perSecond: seed / 7, burn: seed / 1100 }),
    long: aRate({ perSecond: seed / 9, burn: seed / 1300 }),
    forecast: aForecast({ probability: 1 / seed, projectedUsedRatio: seed / 1700 }),
    consumedTotal: seed * 997,
  });
}

function seriesOf(text: string): number {
  return text.split("\n").filter((line) => line !== "" && !line.startsWith("#")).length;
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

/** As the daemon does it, to the bytes that are sent, but without turns for others in between. */
function renderBytes(snapshot: Snapshot): Buffer {
  return Buffer.concat(Array.from(renderPieces(snapshot, NOW), (piece) => Buffer.from(piece)));
}

const TURNS = 3;
const TURN_MS = 400;

/** Milliseconds for one page, ours beside prom-client's on the same sample lines. */
export async function compareRenders(snapshot: Snapshot) {
  const text = renderFamilies(snapshot, NOW);
  const registry = registryOf(text);
  const ours: number[] = [];
  const theirs: number[] = [];
  // In turns, so that a slow moment of the machine hits both; the first turn warms both up.
  for (let turn = 0; turn <= TURNS; turn++) {
    const mine = await msEach(() => renderBytes(snapshot));
    const others = await msEach(() => registry.metrics());
    if (turn === 0) continue;
    ours.push(mine);
    theirs.push(others);
  }
  return { text, registry, series: seriesOf(text), oursMs: medianOf(ours), theirsMs: medianOf(theirs) };
}

/** Of this thread's own time, so that what else runs on the machine does not count. */
async function msEach(work: () => unknown): Promise<number> {
  const end = performance.now() + TURN_MS;
  const start = process.threadCpuUsage();
  let times = 0;
  do {
    await work();
    times++;
  } while (performance.now() < end);
  const { user, system } = process.threadCpuUsage(start);
  return (user + system) / 1000 / times;
}

export function medianOf(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[values.length >> 1] ?? Number.NaN;
}
