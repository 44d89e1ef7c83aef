import { keyOf } from "../quota/account.ts";
import { REFUSALS, type Refusal } from "../quota/observation.ts";
import type { AccountKey } from "../store/store.ts";

/** How often calls of live traffic were refused, since process start. */
export interface Refusals {
  /** Of every call, also of one that was served. */
  heard(account: AccountKey, refusal: Refusal | undefined): void;
  /** All of them from 0; undefined for an account without traffic. */
  totals(account: AccountKey): Readonly<Record<Refusal, number>> | undefined;
}

export function createRefusals(): Refusals {
  const totals = new Map<string, Record<Refusal, number>>();
  return {
    heard(account, refusal) {
      const key = keyOf(account);
      const counts = totals.get(key) ?? noRefusals();
      totals.set(key, counts);
      if (refusal !== undefined) counts[refusal]++;
    },
    totals: (account) => totals.get(keyOf(account)),
  };
}

const noRefusals = () => Object.fromEntries(REFUSALS.map((refusal) => [refusal, 0])) as Record<Refusal, number>;
