import { keyOf } from "../quota/account.ts";
import type { AccountKey } from "../store/store.ts";

/** What calls of one model have used. */
export interface Tally {
  readonly requests: number;
  readonly inputTokens: number;
  readonly outputTokens: number;
}

/** Counts of our own, per account and model. */
export interface Counts {
  /** Counts a served call. One that lies further back than anything is counted over is left out; the result tells. */
  add(account: AccountKey, at: Date, model: string | undefined, tally: Tally): boolean;
  /** Since process start, by model; "" stands for calls that named none. */
  totals(account: AccountKey): ReadonlyMap<string, Tally>;
}

export function createCounts(): Counts {
  const totals = new Map<string, Map<string, Tally>>();
  return {
    add(account, _at, model = "", { requests, inputTokens, outputTokens }) {
      const ofAccount = totals.get(keyOf(account)) ?? new Map<string, Tally>();
      totals.set(keyOf(account), ofAccount);
      const before = ofAccount.get(model) ?? { requests: 0, inputTokens: 0, outputTokens: 0 };
      ofAccount.set(model, {
        requests: before.requests + requests,
        inputTokens: before.inputTokens + inputTokens,
        outputTokens: before.outputTokens + outputTokens,
      });
      return true;
    },
    totals: (account) => totals.get(keyOf(account)) ?? new Map(),
  };
}
