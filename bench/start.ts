// From the start of the process to the first complete scrape, with accounts restored from the store, beside what Node
// itself takes: `npm run bench:start`.
import { spawn } from "node:child_process";
import { once } from "node:events";
import { setTimeout as sleep } from "node:timers/promises";
import { parseArgs } from "node:util";
import { valuesOf } from "../test/support/exposition.ts";
import { BUILT, type DaemonFiles, daemonFiles, startDaemon } from "./measured-daemon.ts";
import { startHosts } from "./simulated-accounts.ts";

const { values: options } = parseArgs({
  options: {
    accounts: { type: "string", default: "100" },
    rounds: { type: "string", default: "7" },
    main: { type: "string", default: BUILT },
  },
});
const rounds = Number(options.rounds);
/** Read each second for so long, every account leaves a history and outcomes that its kept memory does not hold. */
const HISTORY_SECONDS = 25;
/** Long enough that what the first scrape shows was restored and not read. */
const INTERVAL_SECONDS = 300;

const quotasOn = (page: string) => valuesOf(page, "llm_quota_info", {}).length;

async function timed(work: () => Promise<unknown>): Promise<number> {
  const startedAt = performance.now();
  await work();
  return performance.now() - startedAt;
}

const median = (times: readonly number[]) => times.toSorted((one, other) => one - other)[times.length >> 1] ?? 0;
const run = (args: readonly string[]) => once(spawn(process.execPath, args, { stdio: "ignore" }), "exit");

/** What every start has cost the processor: unlike the time, that hardly depends on what else runs. */
const cpuSeconds: number[] = [];

/** How long one start takes. Throws unless its first scrape is complete. */
async function firstScrape(files: DaemonFiles, expected: number): Promise<number> {
  const startedAt = performance.now();
  const daemon = await startDaemon(files, options.main);
  try {
    const page = await daemon.page();
    const took = performance.now() - startedAt;
    if (quotasOn(page) !== expected) throw new Error(`${quotasOn(page)} of ${expected} quotas on the first page`);
    cpuSeconds.push((await daemon.usage()).cpuSeconds);
    return took;
  } finally {
    await daemon.stop();
  }
}

await using hosts = await startHosts({ accounts: Number(options.accounts), delayMs: 5 });
await using files = await daemonFiles(hosts.accounts, 1);
const first = await startDaemon(files, options.main);
await first.page();
await sleep(HISTORY_SECONDS * 1000);
const expected = quotasOn(await first.page());
await first.stop("SIGKILL");
await files.setInterval(INTERVAL_SECONDS);
// A start keeps every memory whole, so that only the first one after the kill has something to replay.
const killed = await firstScrape(files, expected);

const results = { node: [] as number[], version: [] as number[], start: [] as number[] };
for (let round = 0; round < rounds; round++) {
  results.node.push(await timed(() => run(["-e", "0"])));
  results.version.push(await timed(() => run([options.main, "--version"])));
  results.start.push(await firstScrape(files, expected));
}
const [node, version, start] = [median(results.node), median(results.version), median(results.start)];
const ms = (value: number) => `${value.toFixed(0)} ms`;
console.log(`running ${options.main}, medians of ${rounds}`);
console.log(`node -e 0: ${ms(node)}; --version: ${ms(version)}, ${(version / node).toFixed(1)} times that`);
console.log(
  `start to first complete scrape, ${options.accounts} accounts with ${expected} quotas restored: ${ms(start)} ` +
    `(${ms(Math.min(...results.start))} to ${ms(Math.max(...results.start))}), ${(start / node).toFixed(1)} times node, ` +
    `${(start / version).toFixed(1)} times --version; CPU until then ${median(cpuSeconds).toFixed(2)} s; ` +
    `after a kill, with outcomes to replay: ${ms(killed)}`,
);
