import type { Response } from "express";
import type { Snapshot } from "../engine/snapshot.ts";
import type { AccountKey } from "../store/store.ts";
import { providersOf } from "./filter.ts";
import { hintOf, nearTo } from "./near.ts";
import { sendError, sendNotFound } from "./respond.ts";
import type { NotFound } from "./schemas/problem.ts";

/** What is wrong with what a query asks for: too much of it, or it does not exist. */
type Problem = string | NotFound;

/** Of all accounts those that a query asks for. */
export type Choice = { readonly matches: (account: AccountKey) => boolean } | { readonly problem: Problem };

/** `account` and `provider` in a query; without them all accounts. */
export function chosenAccounts(query: URLSearchParams, snapshot: Snapshot): Choice {
  const [account = null, ...accounts] = query.getAll("account");
  const [provider = null, ...others] = query.getAll("provider");
  // To answer with one of them would pass for all that was asked.
  if (accounts.length > 0 || others.length > 0) return { problem: "name one account and one provider at most" };
  if (account !== null && !snapshot.accounts.some((one) => one.account === account))
    return { problem: unknownAccount(account, snapshot) };
  const providers = providersOf(snapshot.accounts);
  if (provider !== null && !providers.includes(provider)) return { problem: unknown("provider", provider, providers) };
  return {
    matches: (one) => (account === null || one.account === account) && (provider === null || one.provider === provider),
  };
}

export function sendProblem(response: Response, problem: Problem): void {
  if (typeof problem === "string") sendError(response, 400, problem);
  else sendNotFound(response, problem);
}

export function unknownAccount(name: string, { accounts }: Snapshot): NotFound {
  return unknown(
    "account",
    name,
    accounts.map(({ account }) => account),
  );
}

/** Of more names, somebody who sees none that is near finds the others in the list of all accounts. */
const MOST_TOLD = 20;

/** Why a name leads nowhere. What was asked for is not repeated: it may be a URL with a password in it. */
export function unknown(what: string, name: string, names: readonly string[]): NotFound {
  if (names.length === 0) return { error: `no ${what} has this name; none is configured`, near: [] };
  const near = nearTo(name, names);
  return { error: `no ${what} has this name, ${hintOf(near) ?? knownHere(names)}`, near };
}

function knownHere(names: readonly string[]): string {
  const told = names.toSorted().slice(0, MOST_TOLD).join(", ");
  return `known here: ${told}${names.length > MOST_TOLD ? ` and ${names.length - MOST_TOLD} more` : ""}`;
}
