import type { AccountSnapshot } from "../engine/snapshot.ts";
import { suggestion } from "../quota/near-names.ts";
import { STATES } from "../quota/state.ts";

/** What of all accounts the overview shows. */
export interface Filter {
  readonly provider?: string;
  readonly state?: string;
  /** From 1; what is beyond the last page is the last page. */
  readonly page: number;
}

/** Beside the states: accounts whose last read has failed. */
export const UNREADABLE = "unreadable";
const STATE_VALUES: readonly string[] = [...STATES, UNREADABLE];

interface Asked {
  readonly filter: Filter;
  /** What was asked for and does not exist, each as a sentence that does not repeat it. */
  readonly notices: readonly string[];
}

/** No name is longer: to compare more, letter by letter, would only cost time. */
const LONGEST_VALUE = 100;

/** The filter of a query. What cannot be understood filters nothing, and is told. */
export function filterOf(query: URLSearchParams, accounts: readonly AccountSnapshot[]): Asked {
  const notices: string[] = [];
  const known = (name: string, values: readonly string[]) => {
    const value = query.get(name) ?? "";
    if (value === "" || values.includes(value)) return value;
    const near = values.length === 0 ? "" : `, ${suggestion(value.slice(0, LONGEST_VALUE), values)}`;
    notices.push(`No ${name} has this name${near}${near.endsWith("?") ? "" : "."} All are shown.`);
    return "";
  };
  const provider = known("provider", providersOf(accounts));
  const state = known("state", STATE_VALUES);
  const page = Math.max(1, Math.floor(Number(query.get("page") ?? "1")) || 1);
  return { filter: { ...(provider !== "" && { provider }), ...(state !== "" && { state }), page }, notices };
}

export const providersOf = (accounts: readonly AccountSnapshot[]): string[] =>
  [...new Set(accounts.map(({ provider }) => provider))].toSorted();

export function matches({ provider, state }: Omit<Filter, "page">, account: AccountSnapshot): boolean {
  if (provider !== undefined && account.provider !== provider) return false;
  if (state === undefined) return true;
  if (state === UNREADABLE) return account.error !== undefined;
  // Of an account that was never read well, nothing is known at all.
  if (state === "unknown" && account.answer === undefined) return true;
  return account.quotas.some((quota) => !quota.gone && quota.state === state);
}

/** The address of the overview under this filter. */
export function hrefOf({ provider, state, page = 1 }: Partial<Filter>): string {
  const query = new URLSearchParams({
    ...(provider !== undefined && { provider }),
    ...(state !== undefined && { state }),
    ...(page > 1 && { page: String(page) }),
  }).toString();
  return query === "" ? "/" : `/?${query}`;
}
