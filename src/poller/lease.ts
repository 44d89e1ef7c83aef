import type { ReadOutcome } from "../quota/account.ts";
import type { PeerOutcome } from "./peer-outcome.ts";

/** What an outcome of the peer has to be to spare a read of one's own. */
export interface Wanted {
  /** Since the read began whose outcome is the last one here; infinite where there is none. */
  readonly lastAgeSeconds: number;
  /** The time that the peer gave to the outcome that was last taken from it: the same one is no news. */
  readonly lastToldAt: Date | undefined;
  /** Half of the wait that was planned, or what whoever asks for a read takes for new. */
  readonly mostAgeSeconds: number;
}

/**
 * Whether an outcome of the peer stands for a read of one's own. A refusal for too many calls is that of the account, so
 * that one more call would only make it worse; whatever else the peer failed at may be its own network or its own key.
 */
export function isWorthTaking({ ageSeconds, outcome }: PeerOutcome, wanted: Wanted): boolean {
  if (!outcome.ok && outcome.reason !== "rate_limited") return false;
  if (outcome.at.getTime() === wanted.lastToldAt?.getTime()) return false;
  return ageSeconds <= wanted.mostAgeSeconds && ageSeconds < wanted.lastAgeSeconds;
}

/** The outcome of the peer as if the read had begun here, at that time of the clock here. */
export function asReadHere(outcome: ReadOutcome, at: Date): ReadOutcome {
  if (!outcome.ok) return { ...outcome, at };
  const readings = outcome.answer.readings.map((reading) => ({ ...reading, readAt: at }));
  return { ...outcome, at, answer: { ...outcome.answer, readings } };
}
