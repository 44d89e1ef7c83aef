import type { Snapshot } from "../engine/snapshot.ts";
import { renderFamilies } from "../metrics/render.ts";
import type { OnDemand, OnDemandRead, PollLog } from "../quota/poll-log.ts";

/** What the routes that read on demand need of the poller. */
export interface OnDemandReads {
  /** Never reads against a poll floor, a Retry-After or a back-off, and shares what is under way or a minute old. */
  readonly readNow: (account: string) => Promise<OnDemandRead>;
  readonly log: (account: string) => PollLog | undefined;
}

/** However many accounts there are, and however slow: whoever refreshes hears of it in this time. */
const REFRESH_SECONDS = 10;

/** Reads these accounts and waits, but not for ever: what takes longer goes on by itself. */
export async function refresh(reads: OnDemandReads, accounts: readonly string[]): Promise<OnDemand | "pending"> {
  const all = await within(REFRESH_SECONDS, Promise.all(accounts.map((account) => reads.readNow(account))));
  return all === undefined ? "pending" : (all[0]?.how ?? "read");
}

interface ProbeDeps {
  readonly reads: OnDemandReads;
  readonly snapshot: () => Snapshot;
  readonly now: () => Date;
}

const WHAT_IT_FOUND: Readonly<Record<OnDemand | "pending", string>> = {
  read: "read on demand",
  cached: "read less than a minute ago",
  held: "not read: the poll floor, a Retry-After or a back-off forbids it, so this is what the last read found",
  pending: "the read is still under way: this is what was known before it",
};

/** The body of `/probe`: the families of one account and how its read went, nothing of the exporter itself. */
export async function probe({ reads, snapshot, now }: ProbeDeps, target: string, seconds: number): Promise<string> {
  const startedAt = performance.now();
  const found = await within(seconds, reads.readNow(target));
  const { at, accounts } = snapshot();
  const families = renderFamilies({ at, accounts: accounts.filter(({ account }) => account === target) }, now());
  return `# ${WHAT_IT_FOUND[found?.how ?? "pending"]}
# HELP probe_success Whether the account could be read (1) or not (0), by its last read where none was allowed now.
# TYPE probe_success gauge
probe_success ${found?.outcome?.ok === true ? 1 : 0}
# HELP probe_duration_seconds How long this probe took.
# TYPE probe_duration_seconds gauge
probe_duration_seconds ${(performance.now() - startedAt) / 1000}
${families}`;
}

/** Prometheus' own default, for who does not say how long it waits. */
const DEFAULT_TIMEOUT = 10;
const LONGEST_TIMEOUT = 120;
/** Half a second for the way back, as blackbox_exporter leaves it, and a little for writing the answer. */
const OFFSET = 0.5 + 0.05;

/** How long a probe may wait, from the header `X-Prometheus-Scrape-Timeout-Seconds`. */
export function probeSeconds(header: string | undefined): number {
  const told = Number(header ?? "");
  const timeout = Number.isFinite(told) && told > 0 ? Math.min(told, LONGEST_TIMEOUT) : DEFAULT_TIMEOUT;
  return Math.max(0, timeout - OFFSET);
}

/** What the work gives, or undefined when that takes longer. The work goes on. */
function within<T>(seconds: number, work: Promise<T>): Promise<T | undefined> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => resolve(undefined), seconds * 1000);
    work.then(resolve, reject).finally(() => clearTimeout(timer));
  });
}
