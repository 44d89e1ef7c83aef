import type { AccountSnapshot, Snapshot } from "../engine/snapshot.ts";
import { nearest, suggestion } from "../quota/near-names.ts";
import { providersOf } from "./filter.ts";
import type { NotFound } from "./schemas/problem.ts";

type Named = Pick<AccountSnapshot, "provider" | "account">;

/** Of all accounts those that a query asks for, or what it asks for and does not exist. */
export type Choice = { readonly matches: (account: Named) => boolean } | { readonly problem: NotFound };

/** `account` and `provider` in a query; without them all accounts. */
export function chosenAccounts(query: URLSearchParams, snapshot: Snapshot): Choice {
  const account = query.get("account");
  const provider = query.get("provider");
  if (account !== null && !snapshot.accounts.some((one) => one.account === account))
    return { problem: unknownAccount(account, snapshot) };
  const providers = providersOf(snapshot.accounts);
  if (provider !== null && !providers.includes(provider)) return { problem: unknown("provider", provider, providers) };
  return {
    matches: (one) => (account === null || one.account === account) && (provider === null || one.provider === provider),
  };
}

export function unknownAccount(name: string, { accounts }: Snapshot): NotFound {
  return unknown(
    "account",
    name,
    accounts.map(({ account }) => account),
  );
}

/** No name is longer: to compare more, letter by letter, would only cost time. */
const LONGEST_NAME = 200;
const MOST_NEAR = 3;

/** Why a name leads nowhere. What was asked for is not repeated: it may be a URL with a password in it. */
export function unknown(what: string, name: string, names: readonly string[]): NotFound {
  if (names.length === 0) return { error: `no ${what} has this name; none is configured`, near: [] };
  const asked = name.slice(0, LONGEST_NAME);
  return {
    error: `no ${what} has this name, ${suggestion(asked, names)}`,
    near: nearest(asked, names).slice(0, MOST_NEAR),
  };
}
