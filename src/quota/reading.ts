/** `calendar`: fixed boundary. `rolling`: N hours from first use, or sliding. `credits`: only top-ups refill. `rate_limit`: refills before a person could act. */
export const KINDS = ["calendar", "rolling", "credits", "rate_limit"] as const;
export type Kind = (typeof KINDS)[number];

/** What is counted. With `ratio` the provider tells only a share: the limit is 1 and `remaining` is the share left. */
export const UNITS = [
  "requests",
  "tokens",
  "input_tokens",
  "output_tokens",
  "images",
  "credits",
  "usd",
  "cny",
  "characters",
  "seconds",
  "ratio",
] as const;
export type Unit = (typeof UNITS)[number];

/** `hard`: requests are refused at zero. `soft`: informational, or it spills over into something else. */
export const ENFORCEMENTS = ["hard", "soft"] as const;
export type Enforcement = (typeof ENFORCEMENTS)[number];

export type Source = "api" | "headers" | "probe" | "count" | "declared";

/** `degraded`: the provider flags its own answer as uncertain; such a reading carries neither limit nor remaining. */
export type Confidence = "reported" | "estimated" | "degraded";

export type Subscription = "active" | "grace" | "inactive";

/** One quota as seen at one time. What the provider did not say is absent, never 0. */
export interface Reading {
  /** Stable id, unique within the account, lower snake case. It is a label: it never carries a date or a key. */
  readonly quota: string;
  readonly kind: Kind;
  readonly unit: Unit;
  readonly readAt: Date;
  readonly limit?: number;
  /** May be negative (overdrawn). */
  readonly remaining?: number;
  /** Only where the provider gives no `remaining`, or no limit to derive it from. */
  readonly used?: number;
  /** The provider says that there is no cap. */
  readonly unlimited?: true;
  readonly resetAt?: Date;
  readonly periodSeconds?: number;
  readonly expiresAt?: Date;
  /** A rolling window that use leaves piece by piece. */
  readonly sliding?: true;
  /** A bucket that regenerates continuously, in units per second. */
  readonly refillPerSecond?: number;
  readonly enforcement: Enforcement;
  readonly source: Source;
  readonly confidence: Confidence;
  /** It binds these models only. */
  readonly models?: readonly string[];
  /** It binds only some models or one feature. */
  readonly partial?: true;
  /** The provider itself says that calls are refused for want of this quota, whatever the numbers are. */
  readonly refused?: true;
  /** The provider has served a call that needs this quota: something is left, however little. Only where no amount is told. */
  readonly served?: true;
}

/** What nobody asks for comes when it comes: it holds as long as its window does. */
export const isPassing = ({ source }: Reading): boolean => source === "headers" || source === "count";

/** When the window of a passing reading ends, in seconds; undefined where it has no known end. */
function windowEnd({ resetAt, readAt, periodSeconds }: Reading): number | undefined {
  if (resetAt !== undefined) return resetAt.getTime() / 1000;
  return periodSeconds === undefined ? undefined : readAt.getTime() / 1000 + periodSeconds;
}

/** Whether a good reading still tells the truth at `now`, in seconds. */
export function holds(reading: Reading, staleAfterSeconds: number, now: number): boolean {
  const end = isPassing(reading) ? windowEnd(reading) : undefined;
  return end === undefined ? now - reading.readAt.getTime() / 1000 <= staleAfterSeconds : now < end;
}

/** Everything that one read of an account told. */
export interface AccountReading {
  readonly readings: readonly Reading[];
  /** False: this provider has no quota at all. */
  readonly metered: boolean;
  readonly plan?: string;
  readonly subscription?: Subscription;
  readonly models?: readonly string[];
  readonly credentialExpiresAt?: Date;
  readonly probe?: {
    readonly model: string;
    readonly inputTokens: number;
    readonly outputTokens: number;
    readonly latencyMs: number;
  };
  /** What a refused call asked for, where the numbers of its refusal are the answer. */
  readonly retryAfterSeconds?: number;
  /** Readings beyond what is kept per account (see `keepTightest`). */
  readonly dropped?: number;
}
