import { AsyncTask, SimpleIntervalJob, type ToadScheduler } from "toad-scheduler";
import type { AccountSnapshot } from "../engine/snapshot.ts";
import type { Account, ReadOutcome } from "../quota/account.ts";
import type { OnDemandRead, PollLog } from "../quota/poll-log.ts";
import { callsForBackOff, secondsClosed, secondsToNextRead } from "./next-read.ts";
import { createPollRing } from "./poll-ring.ts";

type LoopedAccount = Pick<Account, "intervalSeconds"> & {
  readonly floorSeconds: number;
  /** What is read and by which credential: what another one has told says nothing about it. */
  readonly definition: string;
};

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
   * From now on it reads the account as it is defined here. Another address or credential gives up the read that is under
   * way and ends a back-off: it is read as soon as the floor and a Retry-After allow.
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
  let givingUp: AbortController | undefined;

  const readOnce = async (): Promise<void> => {
    const asked = account;
    // Should anything below throw, the next read still waits as long as usual.
    timer.milliseconds = toMilliseconds(Math.max(asked.intervalSeconds, asked.floorSeconds));
    givingUp = new AbortController();
    const outcome = await options.read(asked, AbortSignal.any([stopping, givingUp.signal]));
    const { intervalSeconds, floorSeconds, definition } = account;
    if (outcome === undefined || definition !== asked.definition) timer.milliseconds = toMilliseconds(floorSeconds);
    if (outcome === undefined || definition !== asked.definition || stopping.aborted) return;
    refusals = callsForBackOff(outcome) ? refusals + 1 : 0;
    const next = { intervalSeconds, floorSeconds, outcome, refusals, random: options.random() };
    last = { outcome, endedAt: monotonicSeconds() };
    closedUntil = last.endedAt + secondsClosed(next);
    ring.add(outcome);
    const known = options.finished(account, outcome);
    timer.milliseconds = toMilliseconds(secondsToNextRead({ ...next, account: known, now: now() }));
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
      const isAnother = next.definition !== account.definition;
      account = next;
      if (isAnother) {
        refusals = 0;
        givingUp?.abort(new Error("the account is defined anew"));
      }
      // One that was not read yet has its turn soon, and one that is being read plans its next read then.
      if (last === undefined || running !== undefined || nextPollAt === undefined) return;
      const { intervalSeconds, floorSeconds } = account;
      const closing = { intervalSeconds, floorSeconds, outcome: last.outcome, refusals, random: options.random() };
      if (isAnother) closedUntil = last.endedAt + secondsClosed(closing);
      const planned = (nextPollAt.getTime() - now().getTime()) / 1000;
      const wanted = isAnother ? 0 : Math.min(planned, intervalSeconds);
      timer.milliseconds = toMilliseconds(Math.max(closedUntil - monotonicSeconds(), wanted));
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
      const before = last;
      await run();
      return answer(last === before ? "held" : "read");
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
