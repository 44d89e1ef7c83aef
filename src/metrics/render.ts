import type { AccountSnapshot, QuotaSnapshot, Snapshot } from "../engine/snapshot.ts";
import { ACCOUNT_FAMILIES } from "./account-families.ts";
import type { Family, Write } from "./family.ts";
import { FORECAST_FAMILIES } from "./forecast-families.ts";
import { QUOTA_FAMILIES } from "./quota-families.ts";

/** Every family that is rendered from a snapshot, in the order of the page. */
export const families: readonly Family[] = [...QUOTA_FAMILIES, ...FORECAST_FAMILIES, ...ACCOUNT_FAMILIES];

/** An account or quota with its identity labels as text, written once per render instead of once per sample. */
interface Subject<T> {
  readonly of: T;
  readonly labels: string;
}
interface AccountSubject extends Subject<AccountSnapshot> {
  readonly quotas: readonly Subject<QuotaSnapshot>[];
}

/**
 * The quota and account part of `/metrics` in text format 0.0.4. Prometheus refuses a whole scrape over one series that
 * is there twice, so of two subjects with the same identity the first is kept; `onDropped` hears of the others.
 */
export function renderFamilies(snapshot: Snapshot, now: Date, onDropped?: (provider: string) => void): string {
  const accounts = subjectsOf(snapshot, onDropped);
  return families.map((family) => linesOf(family, accounts, now).join("")).join("");
}

function linesOf(family: Family, accounts: readonly AccountSubject[], now: Date): string[] {
  const { name, labels, type } = family;
  const lines = [`# HELP ${name} ${family.help}\n# TYPE ${name} ${type}\n`];
  let identity = "";
  let seen: string[] = [];
  const write: Write = (value, ...labelValues) => {
    if (value === undefined || !Number.isFinite(value)) return;
    let own = "";
    for (let index = 0; index < labels.length; index++)
      own += `,${label(labels[index] ?? "", labelValues[index] ?? "")}`;
    if (seen.includes(own)) return;
    seen.push(own);
    lines.push(`${name}{${identity}${own}} ${value}\n`);
  };
  for (const account of accounts) {
    identity = family.quota === undefined ? account.labels : `${account.labels},quota=""`;
    seen = [];
    family.account?.(account.of, write, now);
    if (family.quota === undefined) continue;
    for (const quota of account.quotas) {
      // Counters must not vanish while the process lives, even those of a quota that no longer exists.
      if (quota.of.gone && type !== "counter") continue;
      identity = quota.labels;
      seen = [];
      family.quota(quota.of, write, now);
    }
  }
  return lines;
}

function subjectsOf(snapshot: Snapshot, onDropped?: (provider: string) => void): AccountSubject[] {
  const accounts = new Map<string, AccountSubject>();
  for (const account of snapshot.accounts) {
    const identity = `${label("provider", account.provider)},${label("account", account.account)}`;
    if (accounts.has(identity)) {
      onDropped?.(account.provider);
      continue;
    }
    const configured = Object.entries(account.labels).map(([name, value]) => `,${label(name, value)}`);
    const labels = identity + configured.join("");
    const quotas = new Map<string, Subject<QuotaSnapshot>>();
    for (const quota of account.quotas) {
      if (quotas.has(quota.quota)) onDropped?.(account.provider);
      else quotas.set(quota.quota, { of: quota, labels: `${labels},${label("quota", quota.quota)}` });
    }
    accounts.set(identity, { of: account, labels, quotas: [...quotas.values()] });
  }
  return [...accounts.values()];
}

function label(name: string, value: string): string {
  return `${name}="${escapeLabel(value)}"`;
}

/** Prometheus' parser takes a NUL byte for the end of the page, so none may pass. */
function escapeLabel(value: string): string {
  if (!/[\\"\n\0]/.test(value)) return value;
  return value.replaceAll("\\", "\\\\").replaceAll('"', '\\"').replaceAll("\n", "\\n").replaceAll("\0", "\uFFFD");
}
