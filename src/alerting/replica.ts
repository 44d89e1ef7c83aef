import type { Sent } from "./alertmanager.ts";
import type { ToldAlert } from "./ledger.ts";
import type { WireAlert } from "./wire.ts";

/** What is counted of one Alertmanager. */
export interface ReplicaReport {
  /** A call ended: so many alerts were taken. */
  readonly sent: (alerts: number) => void;
  readonly failed: (alerts: number, problem: string) => void;
  /** Given up: refused one by one, or pushed out of a full queue. */
  readonly dropped: (alerts: number) => void;
  /** It answers, but has refused every single alert of a batch. */
  readonly noneTaken: () => void;
  /** Refused by itself, and why. Told again only when the reason changes. */
  readonly refused: (alert: ToldAlert, problem: string) => void;
  readonly queued: (length: number) => void;
  readonly called: (seconds: number) => void;
  readonly clockAhead: (seconds: number) => void;
  /** A fault of ours; what was to be told by it is given up. */
  readonly bug: (error: unknown) => void;
}

interface ReplicaOptions {
  readonly send: (alerts: readonly WireAlert[], stopping: AbortSignal) => Promise<Sent>;
  /** The alert with the numbers of this moment. */
  readonly toWire: (alert: ToldAlert) => WireAlert;
  readonly report: ReplicaReport;
}

/** Somebody who is told alerts. */
export interface Outlet {
  /** Of each alert only what was offered last is told. */
  offer(alerts: readonly ToldAlert[]): void;
  /** What still waits of this alert is told no more. */
  withdraw(fingerprint: string): void;
  /** Tells what is still waiting, as far as that goes within these milliseconds. */
  stop(graceMs: number): Promise<void>;
}

/** An alert as it is sent now. */
interface Rendered {
  readonly alert: ToldAlert;
  readonly wire: WireAlert;
}

/** As Prometheus has it. */
export const QUEUE_CAPACITY = 10_000;
const BATCH = 256;
/** After a failure the next attempt waits this long, then twice as long, and so on. */
const RETRY_MS = { first: 1000, most: 30_000 };

/** One Alertmanager with a queue of its own: a slow or dead one delays no other. */
export function createReplica({ send, toWire, report }: ReplicaOptions): Outlet {
  const queue = new Map<string, ToldAlert>();
  const refusals = new Map<string, string>();
  /** While they are on their way, and until they are offered anew. */
  const withdrawn = new Set<string>();
  const abort = new AbortController();
  let isStopping = false;
  let isGivenUp = false;
  let taken = 0;
  let retryMs = RETRY_MS.first;
  let retry: NodeJS.Timeout | undefined;
  let working: Promise<void> | undefined;

  const call = async (batch: readonly Rendered[]): Promise<Sent["result"]> => {
    const begun = performance.now();
    const { result, clockAhead } = await send(
      batch.map(({ wire }) => wire),
      abort.signal,
    );
    report.called((performance.now() - begun) / 1000);
    if (clockAhead !== undefined) report.clockAhead(clockAhead);
    if (result.how !== "accepted") return result;
    report.sent(batch.length);
    taken += batch.length;
    for (const { alert } of batch) refusals.delete(alert.fingerprint);
    return result;
  };
  /** Gives what has to be tried again. One bad alert must not hold back the good ones of its batch. */
  const deliver = async (batch: readonly Rendered[]): Promise<readonly Rendered[]> => {
    const result = await call(batch);
    if (result.how === "accepted") return [];
    if (result.how === "failed") {
      report.failed(batch.length, result.problem);
      return batch;
    }
    const [first] = batch;
    if (batch.length === 1 && first !== undefined) {
      quarantine(first.alert, result.problem);
      return [];
    }
    const middle = Math.ceil(batch.length / 2);
    const left = await deliver(batch.slice(0, middle));
    const right = batch.slice(middle);
    // It does not answer any more: each further part would wait for as long again.
    return left.length > 0 ? [...left, ...right] : deliver(right);
  };
  const quarantine = (alert: ToldAlert, problem: string) => {
    report.dropped(1);
    if (refusals.get(alert.fingerprint) !== problem) report.refused(alert, problem);
    refusals.set(alert.fingerprint, problem);
  };

  const enqueue = (alerts: readonly ToldAlert[]) => {
    for (const alert of alerts) {
      if (withdrawn.has(alert.fingerprint)) continue;
      queue.delete(alert.fingerprint);
      queue.set(alert.fingerprint, alert);
    }
    const tooMany = Math.max(0, queue.size - QUEUE_CAPACITY);
    for (const fingerprint of [...queue.keys()].slice(0, tooMany)) queue.delete(fingerprint);
    if (tooMany > 0) report.dropped(tooMany);
    report.queued(queue.size);
  };
  const takeBatch = (): readonly ToldAlert[] => {
    const batch = [...queue.values()].slice(0, BATCH);
    for (const { fingerprint } of batch) queue.delete(fingerprint);
    report.queued(queue.size);
    return batch;
  };
  /** A fault in one alert must not hold back the good ones either. */
  const render = (alert: ToldAlert): readonly Rendered[] => {
    try {
      return [{ alert, wire: toWire(alert) }];
    } catch (error) {
      report.bug(error);
      report.dropped(1);
      return [];
    }
  };
  /** What was offered meanwhile is newer and stays. */
  const putBack = (batch: readonly Rendered[]) => {
    const newer = [...queue.values()];
    queue.clear();
    enqueue([...batch.map(({ alert }) => alert), ...newer]);
  };
  const work = async (): Promise<void> => {
    while (queue.size > 0) {
      const batch = takeBatch().flatMap(render);
      const takenBefore = taken;
      withdrawn.clear();
      const again = batch.length === 0 ? [] : await deliver(batch);
      if (again.length === 0) {
        if (batch.length > 0 && taken === takenBefore) report.noneTaken();
        retryMs = RETRY_MS.first;
        continue;
      }
      putBack(again);
      return waitForRetry();
    }
  };
  const waitForRetry = () => {
    isGivenUp = isStopping;
    if (isGivenUp) return;
    retry = setTimeout(begin, retryMs);
    retryMs = Math.min(2 * retryMs, RETRY_MS.most);
  };
  const begin = () => {
    retry = undefined;
    working ??= work()
      .catch((error: unknown) => {
        if (!abort.signal.aborted) report.bug(error);
      })
      .finally(() => {
        working = undefined;
        // Offered after the last look, or left behind by a fault.
        const mayGoOn = retry === undefined && !isGivenUp && !abort.signal.aborted;
        if (queue.size > 0 && mayGoOn) begin();
      });
  };

  return {
    withdraw(fingerprint) {
      if (queue.delete(fingerprint)) report.queued(queue.size);
      withdrawn.add(fingerprint);
    },
    offer(alerts) {
      for (const { fingerprint } of alerts) withdrawn.delete(fingerprint);
      enqueue(alerts);
      if (retry === undefined && queue.size > 0) begin();
    },
    async stop(graceMs) {
      clearTimeout(retry);
      retry = undefined;
      if (queue.size > 0 && !isStopping) begin();
      isStopping = true;
      const deadline = setTimeout(() => abort.abort(new Error("the daemon is stopping")), graceMs);
      while (working !== undefined) await working;
      clearTimeout(deadline);
    },
  };
}
