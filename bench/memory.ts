// Memory and CPU of the daemon by accounts, on simulated providers and with an SQLite store: `npm run bench:memory`.
// `--minutes 10` watches the last and largest one that long, for whether it stays flat.
import { setTimeout as sleep } from "node:timers/promises";
import { parseArgs } from "node:util";
import { valuesOf } from "../test/support/exposition.ts";
import { BUILT, daemonFiles, type MeasuredDaemon, startDaemon, type Usage } from "./measured-daemon.ts";
import { startHosts } from "./simulated-accounts.ts";

const { values: options } = parseArgs({
  options: {
    accounts: { type: "string", default: "20,100,1000" },
    minutes: { type: "string", default: "0" },
    interval: { type: "string", default: "60" },
    main: { type: "string", default: BUILT },
  },
});
const interval = Number(options.interval);
/** By then every account has been read: first reads are spread over 10 s. */
const FIRST_ROUND_SECONDS = 20;
/** Answers take as long as those of a provider that is near. */
const DELAY_MS = 30;

interface Measured {
  readonly accounts: number;
  readonly quotas: number;
  readonly usage: Usage;
  readonly heapMb: number;
}

/** What is used at rest, between two instants, as a share of a core. */
async function shareOfCore(daemon: MeasuredDaemon, seconds: number): Promise<number> {
  const before = (await daemon.usage()).cpuSeconds;
  await sleep(seconds * 1000);
  return ((await daemon.usage()).cpuSeconds - before) / seconds;
}

async function watch(daemon: MeasuredDaemon, minutes: number): Promise<void> {
  for (let minute = 1; minute <= minutes; minute++) {
    await sleep(60_000);
    const { rssMb } = await daemon.usage();
    const heap = valuesOf(await daemon.page(), "nodejs_heap_size_used_bytes", {})[0] ?? 0;
    console.log(`    minute ${minute}: RSS ${rssMb.toFixed(0)} MB, heap ${mb(heap)}`);
  }
}

const mb = (bytes: number) => `${(bytes / 2 ** 20).toFixed(1)} MB`;

async function measure(accounts: number, minutes: number): Promise<Measured> {
  await using hosts = await startHosts({ accounts, delayMs: DELAY_MS });
  await using files = await daemonFiles(hosts.accounts, interval);
  const daemon = await startDaemon(files, options.main);
  try {
    await daemon.page();
    await sleep(FIRST_ROUND_SECONDS * 1000);
    const share = await shareOfCore(daemon, interval);
    await watch(daemon, minutes);
    const startedAt = performance.now();
    const page = await daemon.page();
    const scrapeMs = performance.now() - startedAt;
    const usage = await daemon.usage();
    const polls = valuesOf(page, "llm_quota_polls_total", {});
    const failures = valuesOf(page, "llm_quota_poll_failures_total", {}).reduce((sum, value) => sum + value, 0);
    const quotas = valuesOf(page, "llm_quota_info", {}).length;
    const heap = valuesOf(page, "nodejs_heap_size_used_bytes", {})[0] ?? 0;
    const series = page.split("\n").filter((line) => line !== "" && !line.startsWith("#")).length;
    const { hosts: count, mostInFlightPerHost } = await hosts.figures();
    console.log(
      `${accounts} accounts, ${quotas} quotas on ${count} hosts at ${interval} s: RSS ${usage.rssMb.toFixed(0)} MB ` +
        `(most ${usage.mostRssMb.toFixed(0)}), heap ${mb(heap)}, CPU ${(share * 100).toFixed(2)} % of a core`,
    );
    console.log(
      `    each account read ${Math.min(...polls)} to ${Math.max(...polls)} times, ${failures} failures, ` +
        `at most ${mostInFlightPerHost} accounts in flight at one host`,
    );
    console.log(`    page: ${series} series, ${mb(page.length)}, ${scrapeMs.toFixed(0)} ms`);
    return { accounts, quotas, usage, heapMb: heap / 2 ** 20 };
  } finally {
    await daemon.stop();
  }
}

console.log(`running ${options.main}`);
const counts = options.accounts.split(",").map(Number);
const measured: Measured[] = [];
for (const [index, accounts] of counts.entries())
  measured.push(await measure(accounts, index === counts.length - 1 ? Number(options.minutes) : 0));
const [least, most] = [measured[0], measured.at(-1)];
if (least !== undefined && most !== undefined && most.accounts > least.accounts) {
  const per = (count: number) => ({
    rss: ((most.usage.rssMb - least.usage.rssMb) * 1024) / count,
    heap: ((most.heapMb - least.heapMb) * 1024) / count,
  });
  const account = per(most.accounts - least.accounts);
  const quota = per(most.quotas - least.quotas);
  console.log(
    `per account: RSS ${account.rss.toFixed(0)} KB, heap ${account.heap.toFixed(0)} KB; ` +
      `per quota: RSS ${quota.rss.toFixed(0)} KB, heap ${quota.heap.toFixed(0)} KB`,
  );
}
