import { AsyncTask, SimpleIntervalJob, type ToadScheduler } from "toad-scheduler";
import type { AccountSnapshot } from "../engine/snapshot.ts";
import type { Account, ReadOutcome } from "../quota/account.ts";
import type { OnDemandRead, PollLog } from "../quota/poll-log.ts";
import { asReadHere, isWorthTaking, type Wanted } from "./lease.ts";
import { callsForBackOff, secondsClosed, secondsToFollow, secondsToNextRead } from "./next-read.ts";
import type { PeerOutcome } from "./peer-outcome.ts";
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
  /** What another daemon has read of the account, if that is wanted; undefined to read it here. Never rejects. */
  readonly askPeer: (
    account: T,
    isWanted: (told: PeerOutcome) => boolean,
    stopped: AbortSignal,
  ) => Promise<PeerOutcome | undefined>;
  /** When it was last read before this process began, by the clock; undefined for never. */
  readonly lastReadAt: (account: T) => Date | undefined;
  /** Takes an outcome, which is some time ago where it comes from the peer, and says what is now known of the account. */
  readonly finished: (account: T, outcome: ReadOutcome, fromPeer: boolean) => AccountSnapshot;
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
  /** The last outcome by this definition, if it was read here: what came from a peer must not go back to it as news. */
  ownOutcome(definition: string): PeerOutcome | undefined;
  hasRead(): boolean;
  /** Aborts the read that is under way and waits for it; never reads again. */
  stop(): Promise<void>;
}

/** An outcome and where it came from. */
interface Found {
  readonly outcome: ReadOutcome;
  /** By the stopwatch of this process. */
  readonly endedAt: number;
  /** What the peer takes for the time of its read; undefined for a read of one's own. */
  readonly toldAt: Date | undefined;
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
  let last: (Found & { readonly definition: string }) | undefined;
  /** From the end of the last outcome to the next read, as planned. */
  let waitSeconds = account.intervalSeconds;
  let closedUntil = Number.NEGATIVE_INFINITY;
  let givingUp: AbortController | undefined;

  const lastAgeSeconds = (): number => {
    if (last !== undefined) return monotonicSeconds() - last.endedAt + last.outcome.seconds;
    return (now().getTime() - (options.lastReadAt(account)?.getTime() ?? Number.NEGATIVE_INFINITY)) / 1000;
  };
  const wanted = (onDemand: boolean): Wanted => ({
    lastAgeSeconds: lastAgeSeconds(),
    lastToldAt: last?.toldAt,
    mostAgeSeconds: Math.min(waitSeconds / 2, onDemand ? CACHE_SECONDS : Infinity),
  });
  const takeFromPeer = async (asked: T, stopped: AbortSignal, onDemand: boolean): Promise<Found | undefined> => {
    const want = wanted(onDemand);
    // From the time of asking on, so that what is told never passes for newer than it is.
    const at = now().getTime();
    const clock = monotonicSeconds();
    const told = await options.askPeer(asked, (one) => isWorthTaking(one, want), stopped);
    if (told === undefined) return undefined;
    const outcome = asReadHere(told.outcome, new Date(at - told.ageSeconds * 1000));
    return { outcome, endedAt: clock - told.ageSeconds + outcome.seconds, toldAt: told.outcome.at };
  };
  const readHere = async (asked: T, stopped: AbortSignal): Promise<Found | undefined> => {
    const outcome = await options.read(asked, stopped);
    return outcome && { outcome, endedAt: monotonicSeconds(), toldAt: undefined };
  };

  const readOnce = async (onDemand: boolean): Promise<void> => {
    const asked = account;
    // Should anything below throw, the next read still waits as long as usual.
    timer.milliseconds = toMilliseconds(Math.max(asked.intervalSeconds, asked.floorSeconds));
    givingUp = new AbortController();
    const stopped = AbortSignal.any([stopping, givingUp.signal]);
    const found = (await takeFromPeer(asked, stopped, onDemand)) ?? (await readHere(asked, stopped));
    const { intervalSeconds, floorSeconds, definition } = account;
    if (found === undefined || definition !== asked.definition) timer.milliseconds = toMilliseconds(floorSeconds);
    if (found === undefined || definition !== asked.definition || stopping.aborted) return;
    const { outcome, toldAt } = found;
    refusals = callsForBackOff(outcome) ? refusals + 1 : 0;
    const next = { intervalSeconds, floorSeconds, outcome, refusals, random: options.random() };
    last = { ...found, definition };
    closedUntil = last.endedAt + secondsClosed(next);
    ring.add(outcome);
    const known = options.finished(account, outcome, toldAt !== undefined);
    waitSeconds =
      toldAt === undefined
        ? secondsToNextRead({ ...next, account: known, now: now() })
        : secondsToFollow({ ...next, account: known, now: endOf(outcome) });
    timer.milliseconds = toMilliseconds(waitSeconds - (monotonicSeconds() - last.endedAt));
  };

  const restart = () => {
    nextPollAt = new Date(now().getTime() + timer.milliseconds);
    scheduler.startById(id);
  };
  // The timer rests during a read, whoever asked for it, and starts anew, with the delay then known, after it.
  const readAndReschedule = async (onDemand: boolean): Promise<void> => {
    scheduler.stopById(id);
    nextPollAt = undefined;
    try {
      await readOnce(onDemand);
    } catch (error) {
      options.onBug(account, error);
    } finally {
      running = undefined;
      if (!stopping.aborted) restart();
    }
  };
  const run = (onDemand: boolean): Promise<void> => {
    running ??= readAndReschedule(onDemand);
    return running;
  };

  const answer = (how: OnDemandRead["how"]): OnDemandRead => ({ how, outcome: last?.outcome });
  return {
    start() {
      // The scheduler wedges for ever on a handler that throws synchronously or never settles: `run` does neither.
      const turn = () => run(false);
      const task = new AsyncTask(id, turn, (error) => options.onBug(account, error));
      const job = new SimpleIntervalJob(timer, task, { id, preventOverrun: true });
      nextPollAt = new Date(now().getTime() + timer.milliseconds);
      started = true;
      scheduler.addSimpleIntervalJob(job);
    },
    redefine(next) {
      const isAnother = next.definition !== account.definition;
      const isQuicker = next.intervalSeconds < account.intervalSeconds;
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
      const due = isAnother ? 0 : isQuicker ? Math.min(planned, intervalSeconds) : planned;
      if (isQuicker) waitSeconds = Math.min(waitSeconds, intervalSeconds);
      timer.milliseconds = toMilliseconds(Math.max(closedUntil - monotonicSeconds(), due));
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
      await run(true);
      return answer(last === before ? "held" : "read");
    },
    log: () => ({ polls: ring.polls(), nextPollAt }),
    ownOutcome(definition) {
      if (last === undefined || last.toldAt !== undefined) return undefined;
      if (last.definition !== definition || account.definition !== definition) return undefined;
      const { outcome, endedAt } = last;
      // The stopwatch rests while the host sleeps and the clock may be set back: the larger of the two is no younger.
      const byClock = (now().getTime() - outcome.at.getTime()) / 1000;
      return { ageSeconds: Math.max(monotonicSeconds() - endedAt + outcome.seconds, byClock), outcome };
    },
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

const endOf = ({ at, seconds }: ReadOutcome) => new Date(at.getTime() + seconds * 1000);

/** A wall clock that is set back an hour must not forbid reads for an hour. */
const monotonicSeconds = () => performance.now() / 1000;
