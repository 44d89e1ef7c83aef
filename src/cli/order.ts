import { STATES } from "../quota/state.ts";
import type { QuotasAnswer } from "./quotas-answer.ts";

export const SORTS = ["urgency", "account", "provider", "left", "runs-out", "resets"] as const;
export type Sort = (typeof SORTS)[number];

export type AccountEntry = QuotasAnswer["accounts"][number];
export type QuotaEntry = AccountEntry["quotas"][number];

/** A line of the table: a quota, or an account that has none. */
export interface Entry {
  readonly account: AccountEntry;
  readonly quota: QuotaEntry | undefined;
}

/** Compared in order, smallest first; all of one kind have the same length. Infinity stands for what is unknown or never comes, which is last. */
type Rank = readonly number[];

/** The lines in the order asked for. Equals stay as they came. */
export function inOrder(accounts: readonly AccountEntry[], sort: Sort): readonly Entry[] {
  if (sort === "urgency") return byUrgency(accounts);
  const entries = accounts.flatMap(entriesOf);
  if (sort === "account" || sort === "provider") return entries.toSorted(byName(sort));
  const rankOf = RANKS[sort];
  const ranked = entries.map((entry) => ({
    entry,
    rank: entry.quota === undefined ? [1, 0] : [0, rankOf(entry.quota)],
  }));
  return ranked.toSorted((one, other) => compare(one.rank, other.rank)).map(({ entry }) => entry);
}

function entriesOf(account: AccountEntry): readonly Entry[] {
  if (account.quotas.length === 0) return [{ account, quota: undefined }];
  return account.quotas.map((quota) => ({ account, quota }));
}

/** The order of the status page: accounts by their most urgent quota, and the quotas of each the same way. */
function byUrgency(accounts: readonly AccountEntry[]): readonly Entry[] {
  return accounts
    .map((account) => {
      const quotas = account.quotas
        .map((quota) => ({ quota, rank: urgencyOf(quota) }))
        .toSorted((one, other) => compare(one.rank, other.rank));
      // What cannot be read is unknown; what is read and has no quota comes last.
      const own = account.up ? NOTHING : rankOfState("unknown");
      const first = quotas[0]?.rank ?? own;
      const sorted = { ...account, quotas: quotas.map(({ quota }) => quota) };
      return { account: sorted, rank: compare(first, own) < 0 ? first : own };
    })
    .toSorted((one, other) => compare(one.rank, other.rank))
    .flatMap(({ account }) => entriesOf(account));
}

const NOTHING: Rank = [Infinity, Infinity, Infinity];
const rankOfState = (state: QuotaEntry["state"]): Rank => [STATES.indexOf(state), Infinity, Infinity];
const timeOf = (time: string | null) => (time === null ? Infinity : Date.parse(time));

const urgencyOf = ({ state, exhausts_at, remaining_ratio }: QuotaEntry): Rank => [
  STATES.indexOf(state),
  timeOf(exhausts_at),
  remaining_ratio ?? Infinity,
];

const RANKS: Readonly<Record<Exclude<Sort, "urgency" | "account" | "provider">, (quota: QuotaEntry) => number>> = {
  left: ({ remaining_ratio }) => remaining_ratio ?? Infinity,
  "runs-out": ({ exhausts_at }) => timeOf(exhausts_at),
  resets: ({ reset_at, expires_at }) => timeOf(reset_at ?? expires_at),
};

function compare(one: Rank, other: Rank): number {
  const at = one.findIndex((value, index) => value !== other[index]);
  if (at === -1) return 0;
  return (one[at] ?? 0) < (other[at] ?? 0) ? -1 : 1;
}

function byName(first: "account" | "provider") {
  const second = first === "account" ? "provider" : "account";
  const order = (one: string, other: string) => (one < other ? -1 : one > other ? 1 : 0);
  return (one: Entry, other: Entry) =>
    order(one.account[first], other.account[first]) || order(one.account[second], other.account[second]);
}
