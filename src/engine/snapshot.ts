import type { Account } from "../quota/account.ts";
import type { FailureReason } from "../quota/failure.ts";
import type { AccountReading, Reading } from "../quota/reading.ts";
import type { Severity, State } from "../quota/state.ts";
import type { AlertName } from "./alerts.ts";

/** The alert is firing. `quota` is empty for alerts about a whole account. */
export interface ActiveAlert {
  readonly alert: AlertName;
  readonly severity: Severity;
  readonly quota: string;
  readonly since: Date;
}

/** One of the two windows over which consumption is measured. */
export interface Rate {
  /** Nominal length of the window in seconds. */
  readonly windowSeconds: number;
  /** Units per second; undefined while the evidence is too thin. */
  readonly perSecond: number | undefined;
  /** Rate × time left until reset or expiry ÷ remaining: above 1 it runs out first. */
  readonly burn: number | undefined;
}

/** When a quota runs out if this goes on. An instant is absent when the quota will last until its reset or expiry. */
export interface Forecast {
  readonly early: Date | undefined;
  readonly likely: Date | undefined;
  readonly late: Date | undefined;
  /** 0 to 1, that it runs out before reset or expiry; undefined where there is neither. */
  readonly probability: number | undefined;
  /** Share of the limit used at the reset if this goes on; not clamped. */
  readonly projectedUsedRatio: number | undefined;
  /** Seconds from the reading until nothing is left at the forecast rate, whatever the reset; undefined at rate 0. */
  readonly runwaySeconds: number | undefined;
}

export interface QuotaSnapshot {
  readonly quota: string;
  /** The last good reading, else the last one: shown as the truth only while `valid`. */
  readonly reading: Reading;
  /** When this quota was last read well. */
  readonly lastGoodAt: Date | undefined;
  readonly valid: boolean;
  /** False when the last good answer of the account did not contain it. */
  readonly present: boolean;
  /** The provider has dropped it for good: only its counters are still shown. */
  readonly gone: boolean;
  /** The last reading surprises and waits for another that confirms it. */
  readonly doubtful: boolean;
  readonly state: State;
  readonly severity: Severity;
  readonly binding: boolean;
  readonly short: Rate;
  readonly long: Rate;
  readonly forecast: Forecast | undefined;
  readonly alerts: readonly ActiveAlert[];
  /** Since process start, like every counter; undefined until a restored quota was read again. */
  readonly consumedTotal: number | undefined;
  readonly resetsTotal: number;
  readonly topupsTotal: number;
  readonly limitChangesTotal: number;
  readonly unusedAtResetRatio: number | undefined;
  /** By how much our count is above what the provider tells of the same window, as a share of the limit. */
  readonly driftRatio?: number | undefined;
}

export interface AccountSnapshot extends Pick<Account, "provider" | "account" | "labels" | "intervalSeconds"> {
  /** The last read worked. False before the first. */
  readonly up: boolean;
  readonly error: { readonly reason: FailureReason; readonly message: string } | undefined;
  /** From the last good answer; undefined before the first. */
  readonly answer: Omit<AccountReading, "readings"> | undefined;
  readonly lastSuccessAt: Date | undefined;
  readonly lastPollAt: Date | undefined;
  readonly pollsTotal: number;
  readonly failuresTotal: Readonly<Record<FailureReason, number>>;
  /** What opt-in probes have cost since process start. */
  readonly probeTokensTotal: { readonly input: number; readonly output: number };
  readonly quotas: readonly QuotaSnapshot[];
  readonly alerts: readonly ActiveAlert[];
}

/** Everything that metrics, API, page and alerts show, at one instant: they read the same one, so they cannot disagree. */
export interface Snapshot {
  readonly at: Date;
  readonly accounts: readonly AccountSnapshot[];
}
