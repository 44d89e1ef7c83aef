/** What calls have used, added up. */
export interface Tally {
  readonly requests: number;
  readonly inputTokens: number;
  readonly outputTokens: number;
}

export const NOTHING_USED: Tally = { requests: 0, inputTokens: 0, outputTokens: 0 };

export const added = (one: Tally, other: Tally): Tally => ({
  requests: one.requests + other.requests,
  inputTokens: one.inputTokens + other.inputTokens,
  outputTokens: one.outputTokens + other.outputTokens,
});
