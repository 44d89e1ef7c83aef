/** One window, sliding stretch or balance as it really was. Times in unix seconds. */
export interface Period {
  readonly start: number;
  readonly end: number;
  /** Undefined: it lasted. */
  readonly exhaustedAt: number | undefined;
  /** What was asked for, as a share of the limit. */
  readonly usedShare: number;
}

/** From one top-up to the next. */
export interface BalancePeriod extends Period {
  /** When it would run dry if nobody topped it up. */
  readonly dryAt: number;
}

/** What the one who asks was told, or was not: an outage leaves readings out. */
export interface Told {
  readonly t: number;
  readonly limit: number | null;
  readonly remaining: number;
  readonly reset_at: number | null;
}

interface CommonQuota {
  readonly id: string;
  readonly scenario: string;
  readonly group: string;
  readonly trace: string;
  readonly family: string;
  readonly unit: "requests" | "tokens" | "usd" | "ratio";
  readonly pollSeconds: number;
  /** A page is due this long before the quota runs out. */
  readonly leadSeconds: number;
  readonly told: readonly Told[];
}

export interface WindowQuota extends CommonQuota {
  readonly kind: "calendar" | "session" | "sliding";
  readonly windowSeconds: number;
  /** There is only one period: otherwise the first is for warming up. */
  readonly scoresFirst: boolean;
  readonly periods: readonly Period[];
}

export interface CreditsQuota extends CommonQuota {
  readonly kind: "credits";
  /** How long a top-up lasts at the mean use of the trace. */
  readonly nominalSeconds: number;
  readonly periods: readonly BalancePeriod[];
}

export type SimulatedQuota = WindowQuota | CreditsQuota;

/** What the provider's own meter says. */
export type MeterReading =
  | { readonly limit: number; readonly used: number; readonly resetAt: number | undefined }
  | { readonly balance: number };

/** Asked at instants that never go back; undefined once the story is over. */
export type Meter = (time: number) => MeterReading | undefined;

export interface Truth<P extends Period> {
  readonly periods: readonly P[];
  readonly meter: Meter;
}
