import type { AccountSnapshot, QuotaSnapshot } from "../engine/snapshot.ts";
import type { ReadOutcome } from "../quota/account.ts";
import { remainingOf } from "../quota/amounts.ts";
import type { FailureReason } from "../quota/failure.ts";

/** What decides when an account is read again. Times in seconds. */
export interface NextRead {
  readonly intervalSeconds: number;
  readonly floorSeconds: number;
  readonly outcome: ReadOutcome;
  readonly account: AccountSnapshot;
  /** Failures in a row that call for backing off, this one included. */
  readonly refusals: number;
  readonly now: Date;
  /** Evenly spread in [0, 1). */
  readonly random: number;
}

const HOUR = 3600;
const DAY = 86_400;
const MOST_BACK_OFF = HOUR;
/** A provider that asks for a longer silence than this is asked again all the same. */
const MOST_RETRY_AFTER = DAY;
const JITTER = 0.1;
const AFTER_RESET = { least: 5, most: 30 };
/** Soon enough to confirm a surprise, late enough not to be told the same cached answer. */
const CONFIRM_AFTER = 5;
/** The same after a read that failed: a provider in trouble is not pressed. */
const CONFIRM_AFTER_FAILURE = 30;
const EXPIRING = { within: 14 * DAY, interval: 15 * 60 };
/** Six more readings before the quota runs out, but none more often than this. */
const NEAR_EXHAUSTION = { share: 1 / 6, least: 15 };

/** Failures that more calls would only make worse. */
const BACK_OFF: ReadonlySet<FailureReason> = new Set(["rate_limited", "auth", "not_entitled"]);
/** A credential that is past its own expiry was shown to nobody: to look at its file again costs nothing. */
export const callsForBackOff = (outcome: ReadOutcome) =>
  !outcome.ok && BACK_OFF.has(outcome.reason) && outcome.expired !== true;

/** Seconds from now until the account is read again: never under the floor, never against a Retry-After. */
export function secondsToNextRead(next: NextRead): number {
  const sooner = next.refusals > 0 ? 0 : Math.min(jittered(next), extra(next));
  return Math.max(sooner, secondsClosed(next));
}

/**
 * Seconds from the end of an outcome that was taken from the peer, `now` being that end, until it is one's own turn: later
 * than the peer can come, so that one of the two reads the account and the other follows. Without extra reads that is 1.2
 * intervals, which is how late a follower notices that the other one has died.
 */
export function secondsToFollow(next: Omit<NextRead, "random">): number {
  const latest = secondsToNextRead({ ...next, random: 1 });
  return latest + JITTER * secondsToNextRead({ ...next, random: 0.5 }) + next.outcome.seconds;
}

type Closing = Omit<NextRead, "account" | "now">;

/** Seconds from now in which no read may begin, whoever asks for one: the floor, a Retry-After, the back-off. */
export function secondsClosed(next: Closing): number {
  const { outcome, refusals, floorSeconds } = next;
  const backOff = refusals > 0 ? backedOff(jittered(next), next) : 0;
  const { retryAfterSeconds = 0 } = outcome.ok ? outcome.answer : outcome;
  const asked = Math.min(retryAfterSeconds, MOST_RETRY_AFTER);
  return Math.max(backOff, asked, floorSeconds);
}

const jittered = ({ intervalSeconds, random }: Closing) => intervalSeconds * (1 + JITTER * (2 * random - 1));

function backedOff(interval: number, { refusals, intervalSeconds, outcome }: Closing): number {
  // A rejected credential pages once it is confirmed, which must not take twice as long as anything else.
  const doublings = !outcome.ok && outcome.reason === "auth" ? refusals - 1 : refusals;
  return Math.min(interval * 2 ** Math.min(doublings, 20), Math.max(MOST_BACK_OFF, intervalSeconds));
}

/** The soonest of the reasons to read before the interval is over. */
function extra(next: NextRead): number {
  return Math.min(
    ...next.account.quotas.filter((quota) => !quota.gone).flatMap((quota) => reasons(quota, next)),
    Infinity,
  );
}

function reasons(quota: QuotaSnapshot, { now, random, intervalSeconds, outcome }: NextRead): number[] {
  const until = (at: Date | undefined) => (at === undefined ? Infinity : (at.getTime() - now.getTime()) / 1000);
  const { reading } = quota;
  const found: number[] = [];
  if (quota.doubtful) found.push(Math.min(outcome.ok ? CONFIRM_AFTER : CONFIRM_AFTER_FAILURE, intervalSeconds));
  const reset = until(reading.resetAt);
  if (reset > 0) found.push(reset + AFTER_RESET.least + random * (AFTER_RESET.most - AFTER_RESET.least));
  const expiry = until(reading.expiresAt);
  if (expiry > 0 && expiry <= EXPIRING.within) found.push(EXPIRING.interval);
  const exhaustion = until(quota.forecast?.likely);
  if (exhaustion > 0 && (remainingOf(reading) ?? 0) > 0)
    found.push(Math.max(exhaustion * NEAR_EXHAUSTION.share, NEAR_EXHAUSTION.least));
  return found;
}

/** Where in the first seconds an account is read first: the same place at every start, another for each account. */
export function firstReadDelay(account: { provider: string; account: string }, spreadSeconds: number): number {
  let hash = 0x811c9dc5;
  for (const char of `${account.provider}/${account.account}`)
    hash = Math.imul(hash ^ (char.codePointAt(0) ?? 0), 0x01000193);
  // Names that differ in their last character only would stay close together without this.
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35);
  return (((hash ^ (hash >>> 16)) >>> 0) / 2 ** 32) * spreadSeconds;
}
