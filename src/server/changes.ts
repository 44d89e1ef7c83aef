import type { AccountSnapshot, ActiveAlert, QuotaSnapshot, Snapshot } from "../engine/snapshot.ts";
import { keyOf } from "../quota/account.ts";
import type {
  AccountEvent,
  AccountStanding,
  AlertEvent,
  ConfigEvent,
  QuotaEvent,
  QuotaStanding,
} from "./schemas/events.ts";

/** One difference between two snapshots, as it is told. */
export type Change =
  | { readonly event: "quota"; readonly data: QuotaEvent }
  | { readonly event: "account"; readonly data: AccountEvent }
  | { readonly event: "alert"; readonly data: AlertEvent };

/** What is told to those who follow. */
export type Told = Change | { readonly event: "config"; readonly data: ConfigEvent };

/** All differences that matter to people: applied in order, they lead from the one snapshot to the next. */
export function changesBetween(before: Snapshot, after: Snapshot): Change[] {
  const at = after.at.toISOString();
  const known = byKey(before.accounts);
  const now = byKey(after.accounts);
  const changes: Change[] = [];
  for (const [key, account] of known) if (!now.has(key)) changes.push(...changesOf(at, account, undefined));
  for (const [key, account] of now) {
    const earlier = known.get(key);
    // An account that nothing was read of since is the same object. Every 15 s all are others, and few tell anything.
    if (earlier !== account && !isAlike(earlier, account)) changes.push(...changesOf(at, earlier, account));
  }
  return changes;
}

const byKey = (accounts: readonly AccountSnapshot[]) => new Map(accounts.map((account) => [keyOf(account), account]));

/** Whether two states of an account tell the same, as is mostly so, without the trouble to find out how they differ. */
function isAlike(before: AccountSnapshot | undefined, after: AccountSnapshot): boolean {
  if (before === undefined || before.quotas.length !== after.quotas.length) return false;
  if (before.up !== after.up || before.error?.reason !== after.error?.reason) return false;
  if (!areAlike(before.alerts, after.alerts)) return false;
  return before.quotas.every((was, index) => {
    const is = after.quotas[index];
    if (is === undefined || was.quota !== is.quota || was.gone !== is.gone) return false;
    return isSameStanding(was, is) && areAlike(was.alerts, is.alerts);
  });
}

function areAlike(before: readonly ActiveAlert[], after: readonly ActiveAlert[]): boolean {
  if (before.length !== after.length) return false;
  return before.every((was, index) => {
    const is = after[index];
    return is !== undefined && nameOf(was) === nameOf(is);
  });
}

const isSameStanding = (one: QuotaStanding | null, other: QuotaStanding | null): boolean =>
  one?.state === other?.state && one?.severity === other?.severity && one?.binding === other?.binding;

/** The same alert of a later time, or of another severity, is another one. */
const nameOf = ({ alert, quota, severity, since }: ActiveAlert) => `${alert} ${quota} ${severity} ${since.getTime()}`;

function changesOf(at: string, before: AccountSnapshot | undefined, after: AccountSnapshot | undefined): Change[] {
  const named = after ?? before;
  if (named === undefined) return [];
  const who = { at, provider: named.provider, account: named.account };
  return [
    ...accountChanges(who, before, after),
    ...quotaChanges(who, before, after),
    ...alertChanges(who, before, after),
  ];
}

interface Who {
  readonly at: string;
  readonly provider: string;
  readonly account: string;
}

type Differences = (who: Who, before: AccountSnapshot | undefined, after: AccountSnapshot | undefined) => Change[];

const accountChanges: Differences = (who, before, after) => {
  const [was, is] = [accountStanding(before), accountStanding(after)];
  if (was?.up === is?.up && was?.reason === is?.reason) return [];
  return [{ event: "account", data: { ...who, before: was, after: is } }];
};

function accountStanding(account: AccountSnapshot | undefined): AccountStanding | null {
  return account === undefined ? null : { up: account.up, reason: account.error?.reason ?? null };
}

const quotaChanges: Differences = (who, before, after) => {
  const [were, are] = [standingsOf(before), standingsOf(after)];
  return [...new Set([...were.keys(), ...are.keys()])].flatMap((quota): Change[] => {
    const [was, is] = [were.get(quota) ?? null, are.get(quota) ?? null];
    return isSameStanding(was, is) ? [] : [{ event: "quota", data: { ...who, quota, before: was, after: is } }];
  });
};

function standingsOf(account: AccountSnapshot | undefined): ReadonlyMap<string, QuotaStanding> {
  const quotas = (account?.quotas ?? []).filter(({ gone }) => !gone);
  return new Map(quotas.map((quota: QuotaSnapshot) => [quota.quota, standingOf(quota)]));
}

const standingOf = ({ state, severity, binding }: QuotaSnapshot): QuotaStanding => ({ state, severity, binding });

const alertChanges: Differences = (who, before, after) => {
  const [were, are] = [alertsOf(before), alertsOf(after)];
  const told = (alert: ActiveAlert, change: "began" | "ended"): Change => ({
    event: "alert",
    data: {
      ...who,
      quota: alert.quota === "" ? null : alert.quota,
      alert: alert.alert,
      severity: alert.severity,
      change,
      since: alert.since.toISOString(),
    },
  });
  return [
    ...[...were].filter(([key]) => !are.has(key)).map(([, alert]) => told(alert, "ended")),
    ...[...are].filter(([key]) => !were.has(key)).map(([, alert]) => told(alert, "began")),
  ];
};

function alertsOf(account: AccountSnapshot | undefined): ReadonlyMap<string, ActiveAlert> {
  const alerts = [...(account?.alerts ?? []), ...(account?.quotas ?? []).flatMap((quota) => quota.alerts)];
  return new Map(alerts.map((alert) => [nameOf(alert), alert]));
}
