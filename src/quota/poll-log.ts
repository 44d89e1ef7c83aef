import type { ReadOutcome } from "./account.ts";
import type { FailureReason } from "./failure.ts";

/** How one read of an account ended, without what it read. */
export interface PollRecord {
  readonly at: Date;
  readonly seconds: number;
  readonly failure: { readonly reason: FailureReason; readonly message: string } | undefined;
  /** How many quotas the answer told of; undefined after a failure. */
  readonly readings: number | undefined;
}

/** What the poller remembers of one account. */
export interface PollLog {
  /** The newest first. */
  readonly polls: readonly PollRecord[];
  /** When the account is read next by itself; undefined while it is being read. */
  readonly nextPollAt: Date | undefined;
}

/**
 * How a read on demand was answered. `read`: a provider was asked, for this demand or for an earlier one that was still
 * under way. `cached`: the last outcome is young enough. `held`: the poll floor, a Retry-After or a back-off forbids a
 * read now, or the daemon is not polling; the last outcome stands.
 */
export type OnDemand = "read" | "cached" | "held";

export interface OnDemandRead {
  readonly how: OnDemand;
  /** Undefined as long as no read has ended. */
  readonly outcome: ReadOutcome | undefined;
}
