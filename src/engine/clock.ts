export interface Clock {
  /** Seconds since the epoch. */
  readonly now: number;
  /** When the daemon started: nothing is called stale before it had the time to read. */
  readonly startedAt: number;
}
