import { shown } from "../engine/shown.ts";
import type { AccountSnapshot, Snapshot } from "../engine/snapshot.ts";
import { ACCOUNT_FAMILIES } from "./account-families.ts";
import type { Family, QuotaSubject } from "./family.ts";
import { FORECAST_FAMILIES } from "./forecast-families.ts";
import { createLines, joined, type Lines, label } from "./lines.ts";
import { OBSERVED_FAMILIES } from "./observed-families.ts";
import type { ObservedUse, ObservedUseOf } from "./observed-use.ts";
import { QUOTA_FAMILIES } from "./quota-families.ts";

/** Every family about accounts and their quotas, in the order of the page. */
export const families: readonly Family[] = [
  ...QUOTA_FAMILIES,
  ...FORECAST_FAMILIES,
  ...ACCOUNT_FAMILIES,
  ...OBSERVED_FAMILIES,
];

/** An account or quota with its identity labels as text, written once per render instead of once per sample. */
interface Subject<T> {
  readonly of: T;
  readonly labels: string;
}
interface AccountSubject extends Subject<AccountSnapshot> {
  /** The labels of what a family about quotas says of the account as a whole. */
  readonly labelsWithoutQuota: string;
  readonly observed: ObservedUse | undefined;
  readonly quotas: readonly Subject<QuotaSubject>[];
}

/** What is known beside the snapshot. */
interface RenderOptions {
  /** Hears of what is left out. */
  readonly onDropped?: (provider: string) => void;
  /** What live traffic has used; without it there is none. */
  readonly observed?: ObservedUseOf;
}

/** Samples of a piece, give or take one account. Longer texts are slower to put together than many short ones. */
const PIECE_SAMPLES = 50;

/**
 * The quota and account part of `/metrics` in text format 0.0.4. Prometheus refuses a whole scrape over one series that
 * is there twice, so of two subjects with the same identity the first is kept; `onDropped` hears of the others.
 */
export function renderFamilies(snapshot: Snapshot, now: Date, options?: RenderOptions): string {
  return [...renderPieces(snapshot, now, options)].join("");
}

/** The same text piece by piece, so that whoever has other things to do can do them in between. */
export function* renderPieces(
  snapshot: Snapshot,
  now: Date,
  options: RenderOptions = {},
): Generator<string, void, undefined> {
  const accounts = subjectsOf(snapshot, now, options);
  for (const family of families) yield* piecesOf(family, accounts);
}

function* piecesOf(family: Family, accounts: readonly AccountSubject[]): Generator<string, void, undefined> {
  const lines = createLines(family);
  for (const account of accounts) {
    writeAccount(family, account, lines);
    if (lines.count() >= PIECE_SAMPLES) yield lines.take();
  }
  yield lines.take();
}

function writeAccount(family: Family, account: AccountSubject, lines: Lines): void {
  if (family.account !== undefined) {
    lines.about(family.quota === undefined ? account.labels : account.labelsWithoutQuota);
    family.account(account.of, lines.write);
  }
  if (family.observed !== undefined && account.observed !== undefined) {
    lines.about(account.labels);
    family.observed(account.observed, lines.write);
  }
  if (family.quota === undefined) return;
  for (const { of, labels } of account.quotas) {
    // Counters must not vanish while the process lives, even those of a quota that no longer exists.
    if (of.quota.gone && family.type !== "counter") continue;
    lines.about(labels);
    family.quota(of, lines.write);
  }
}

function subjectsOf(snapshot: Snapshot, now: Date, { onDropped, observed }: RenderOptions): AccountSubject[] {
  const accounts = new Map<string, AccountSubject>();
  for (const account of snapshot.accounts) {
    const identity = `${label("provider", account.provider)},${label("account", account.account)}`;
    if (accounts.has(identity)) {
      onDropped?.(account.provider);
      continue;
    }
    const configured = Object.entries(account.labels).map(([name, value]) => `,${label(name, value)}`);
    const labels = joined("{", identity, ...configured);
    const quotas = new Map<string, Subject<QuotaSubject>>();
    for (const quota of account.quotas) {
      if (quotas.has(quota.quota)) onDropped?.(account.provider);
      else {
        const of = { quota, shown: shown(quota), now };
        quotas.set(quota.quota, { of, labels: joined(labels, ",", label("quota", quota.quota)) });
      }
    }
    const labelsWithoutQuota = joined(labels, ",", label("quota", ""));
    accounts.set(identity, {
      ...{ of: account, labels, labelsWithoutQuota, quotas: [...quotas.values()] },
      observed: observed?.(account),
    });
  }
  return [...accounts.values()];
}
