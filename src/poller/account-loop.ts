import { AsyncTask, SimpleIntervalJob, type ToadScheduler } from "toad-scheduler";
import type { AccountSnapshot } from "../engine/snapshot.ts";
import type { Account, ReadOutcome } from "../quota/account.ts";
import type { OnDemandRead, PollLog } from "../quota/poll-log.ts";
import { callsForBackOff, secondsClosed, secondsToNextRead } from "./next-read.ts";
import { createPollRing } from "./poll-ring.ts";

type LoopedAccount = Pick<Account, "intervalSeconds"> & { readonly floorSeconds: number };

interface LoopOptions<T extends LoopedAccount> {
  /** Its own in the scheduler. */
  readonly id: string;
  readonly account: T;
  readonly scheduler: ToadScheduler;
  readonly firstDelaySeconds: number;
  /** One read in its turn; undefined when it was stopped. */
  readonly read: (account: T, stopped: AbortSignal) => Promise<ReadOutcome | undefined>;
  /** Takes an outcome, and says what is now known of the account. */
  readonly finished: (account: T, outcome: ReadOutcome) => AccountSnapshot;
  readonly now: () => Date;
  readonly random: () => number;
  readonly onBug: (account: T, error: unknown) => void;
}

export interface AccountLoop<T> {
  /** Reads again and again from now on. */
  start(): void;
  /**
   * From now on it reads the account as it is defined here. After a failure the next read comes as soon as the floor and
   * a Retry-After allow, since somebody may just have mended what was wrong.
   */
  redefine(account: T): void;
  /** What is known within a minute, else a read if one may begin. Never rejects. */
  readNow(): Promise<OnDemandRead>;
  log(): PollLog;
  hasRead(): boolean;
  /** Aborts the read that is under way and waits for it; never reads again. */
  stop(): Promise<void>;
}

/** So old an outcome is as good as a new one to those who ask for a read. */
const CACHE_SECONDS = 60;
/** A single long timer of the scheduler may not exceed 24.8 days; a day is far below it. */
const MOST_DELAY = 86_400;

/** Reads one account on schedule and on demand, one read at a time. */
export function createAccountLoop<T extends LoopedAccount>(options: LoopOptions<T>): AccountLoop<T> {
  const { id, scheduler, now } = options;
  const abort = new AbortController();
  const stopping = abort.signal;
  let { account } = options;
  const timer = { milliseconds: toMilliseconds(options.firstDelaySeconds) };
  const ring = createPollRing();
  let refusals = 0;
  let started = false;
  let running: Promise<void> | undefined;
  let nextPollAt: Date | undefined;
  let last: { readonly outcome: ReadOutcome; readonly endedAt: number } | undefined;
  let closedUntil = Number.NEGATIVE_INFINITY;

  const readOnce = async (): Promise<void> => {
    const asked = account;
    // Should anything below throw, the next read still waits as long as usual.
    timer.milliseconds = toMilliseconds(Math.max(asked.intervalSeconds, asked.floorSeconds));
    const outcome = await options.read(asked, stopping);
    if (outcome === undefined || stopping.aborted) return;
    // How a definition failed that is no longer used says nothing about the new one.
    refusals = callsForBackOff(outcome) && asked === account ? refusals + 1 : 0;
    const { intervalSeconds, floorSeconds } = account;
    const next = { intervalSeconds, floorSeconds, outcome, refusals, random: options.random() };
    last = { outcome, endedAt: monotonicSeconds() };
    closedUntil = last.endedAt + secondsClosed(next);
    ring.add(outcome);
    const known = options.finished(account, outcome);
    const isAnswered = outcome.ok || asked === account;
    timer.milliseconds = toMilliseconds(
      isAnswered ? secondsToNextRead({ ...next, account: known, now: now() }) : secondsClosed(next),
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
      options.onBug(account, error);
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
      const task = new AsyncTask(id, run, (error) => options.onBug(account, error));
      const job = new SimpleIntervalJob(timer, task, { id, preventOverrun: true });
      nextPollAt = new Date(now().getTime() + timer.milliseconds);
      started = true;
      scheduler.addSimpleIntervalJob(job);
    },
    redefine(next) {
      account = next;
      refusals = 0;
      // One that was not read yet has its turn soon, and one that is being read tells then.
      if (last === undefined || running !== undefined || nextPollAt === undefined) return;
      const { outcome, endedAt } = last;
      const { intervalSeconds, floorSeconds } = account;
      const closed = secondsClosed({ intervalSeconds, floorSeconds, outcome, refusals, random: options.random() });
      closedUntil = endedAt + closed;
      const wait = closedUntil - monotonicSeconds();
      const planned = (nextPollAt.getTime() - now().getTime()) / 1000;
      timer.milliseconds = toMilliseconds(Math.max(wait, outcome.ok ? Math.min(planned, intervalSeconds) : 0));
      scheduler.stopById(id);
      restart();
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
    async stop() {
      abort.abort(new Error("the account is no longer read"));
      if (started) scheduler.removeById(id);
      await running;
    },
  };
}

/** The scheduler takes 0 for a busy loop. */
const toMilliseconds = (seconds: number) => Math.max(1, Math.round(Math.min(seconds, MOST_DELAY) * 1000));

/** A wall clock that is set back an hour must not forbid reads for an hour. */
const monotonicSeconds = () => performance.now() / 1000;
