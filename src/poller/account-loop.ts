import { AsyncTask, SimpleIntervalJob, type ToadScheduler } from "toad-scheduler";
import type { AccountSnapshot } from "../engine/snapshot.ts";
import type { Account, ReadOutcome } from "../quota/account.ts";
import type { OnDemandRead, PollLog } from "../quota/poll-log.ts";
import { callsForBackOff, secondsClosed, secondsToNextRead } from "./next-read.ts";
import { createPollRing } from "./poll-ring.ts";

interface LoopOptions {
  readonly id: string;
  readonly account: Pick<Account, "intervalSeconds"> & { readonly floorSeconds: number };
  readonly scheduler: ToadScheduler;
  readonly firstDelaySeconds: number;
  /** One read in its turn; undefined when the daemon is stopping. */
  readonly read: () => Promise<ReadOutcome | undefined>;
  /** Takes an outcome, and says what is now known of the account. */
  readonly finished: (outcome: ReadOutcome) => AccountSnapshot;
  readonly stopping: AbortSignal;
  readonly now: () => Date;
  readonly random: () => number;
  readonly onBug: (error: unknown) => void;
}

export interface AccountLoop {
  /** Reads again and again from now on. */
  start(): void;
  /** What is known within a minute, else a read if one may begin. Never rejects. */
  readNow(): Promise<OnDemandRead>;
  log(): PollLog;
  hasRead(): boolean;
  /** The read that is under way. */
  running(): Promise<void> | undefined;
}

/** So old an outcome is as good as a new one to those who ask for a read. */
const CACHE_SECONDS = 60;
/** A single long timer of the scheduler may not exceed 24.8 days; a day is far below it. */
const MOST_DELAY = 86_400;

/** Reads one account on schedule and on demand, one read at a time. */
export function createAccountLoop(options: LoopOptions): AccountLoop {
  const { id, account, scheduler, stopping, now } = options;
  const timer = { milliseconds: toMilliseconds(options.firstDelaySeconds) };
  const ring = createPollRing();
  let refusals = 0;
  let started = false;
  let running: Promise<void> | undefined;
  let nextPollAt: Date | undefined;
  let last: { readonly outcome: ReadOutcome; readonly endedAt: number } | undefined;
  let closedUntil = Number.NEGATIVE_INFINITY;

  const readOnce = async (): Promise<void> => {
    const { intervalSeconds, floorSeconds } = account;
    // Should anything below throw, the next read still waits as long as usual.
    timer.milliseconds = toMilliseconds(Math.min(Math.max(intervalSeconds, floorSeconds), MOST_DELAY));
    const outcome = await options.read();
    if (outcome === undefined || stopping.aborted) return;
    refusals = callsForBackOff(outcome) ? refusals + 1 : 0;
    const next = { intervalSeconds, floorSeconds, outcome, refusals, random: options.random() };
    last = { outcome, endedAt: monotonicSeconds() };
    closedUntil = last.endedAt + secondsClosed(next);
    ring.add(outcome);
    const known = options.finished(outcome);
    timer.milliseconds = toMilliseconds(
      Math.min(secondsToNextRead({ ...next, account: known, now: now() }), MOST_DELAY),
    );
  };

  const restart = () => {
    nextPollAt = new Date(now().getTime() + timer.milliseconds);
    scheduler.startById(id);
  };
  // The timer rests during a read, whoever asked for it, and starts anew, with the delay then known, after it.
  const readAndReschedule = async (): Promise<void> => {
    scheduler.stopById(id);
    nextPollAt = undefined;
    try {
      await readOnce();
    } catch (error) {
      options.onBug(error);
    } finally {
      running = undefined;
      if (!stopping.aborted) restart();
    }
  };
  const run = (): Promise<void> => {
    running ??= readAndReschedule();
    return running;
  };

  const answer = (how: OnDemandRead["how"]): OnDemandRead => ({ how, outcome: last?.outcome });
  return {
    start() {
      // The scheduler wedges for ever on a handler that throws synchronously or never settles: `run` does neither.
      const job = new SimpleIntervalJob(timer, new AsyncTask(id, run, options.onBug), { id, preventOverrun: true });
      nextPollAt = new Date(now().getTime() + timer.milliseconds);
      started = true;
      scheduler.addSimpleIntervalJob(job);
    },
    async readNow() {
      if (!started || stopping.aborted) return answer("held");
      if (running === undefined && last !== undefined) {
        const at = monotonicSeconds();
        if (at - last.endedAt < CACHE_SECONDS) return answer("cached");
        if (at < closedUntil) return answer("held");
      }
      await run();
      return answer("read");
    },
    log: () => ({ polls: ring.polls(), nextPollAt }),
    hasRead: () => last !== undefined,
    running: () => running,
  };
}

/** The scheduler takes 0 for a busy loop. */
const toMilliseconds = (seconds: number) => Math.max(1, Math.round(seconds * 1000));

/** A wall clock that is set back an hour must not forbid reads for an hour. */
const monotonicSeconds = () => performance.now() / 1000;
