/** What one served call cost. What was not told is absent, never 0. */
export interface Usage {
  readonly inputTokens?: number;
  readonly outputTokens?: number;
}

/** What one call of live traffic told of the account that it went to. It carries no request and no answer. */
export interface Observation {
  /** When the answer came. */
  readonly at: Date;
  /** Of the answer; absent where only the cost of a call is known, as in the log of a coding tool. */
  readonly status?: number;
  /** Of the answer, by name in lower case: those that tell a limit, and no others. */
  readonly headers: Readonly<Record<string, string>>;
  readonly model?: string;
  readonly usage?: Usage;
  /** Nothing of its cost is counted: no call of a model, or one whose cost another observation tells when its answer ends. */
  readonly uncounted?: true;
  /** The JSON body of a refused call. It is looked at once and kept nowhere. */
  readonly error?: unknown;
}

/**
 * Why a call was not served. `quota`: what the plan or window grants is used up. `spend_cap`: the money is, or a cap on
 * it is reached. `throttled`: too much at once, which passes within minutes. `overloaded`: the provider is busy, whoever
 * asks. `auth`: the credential is refused. `not_entitled`: no plan that covers the call. `other`: nothing of a quota.
 */
export const REFUSALS = ["quota", "spend_cap", "throttled", "overloaded", "auth", "not_entitled", "other"] as const;
export type Refusal = (typeof REFUSALS)[number];
