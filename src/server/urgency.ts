import { shown } from "../engine/shown.ts";
import type { AccountSnapshot, QuotaSnapshot } from "../engine/snapshot.ts";
import { type Severity, STATES, type State } from "../quota/state.ts";

/** What decides who comes first. The three numbers are compared in order, smallest first. */
type Urgency = readonly [state: number, exhaustsAt: number, ratio: number];

/** An alert about a whole account weighs as much as a quota in this state. */
const WEIGHT: Readonly<Record<Severity, State>> = {
  critical: "critical",
  warning: "watch",
  info: "use_or_lose",
  none: "ok",
};

/**
 * Accounts and, within them, the quotas they still have: most urgent first, by state, then earliest exhaustion, then
 * least left.
 */
export function byUrgency(accounts: readonly AccountSnapshot[]): readonly AccountSnapshot[] {
  return sorted(
    accounts.map((account) => {
      const quotas = account.quotas.filter((quota) => !quota.gone);
      return { ...account, quotas: sorted(quotas, urgencyOfQuota) };
    }),
    urgencyOfAccount,
  );
}

function sorted<T>(items: readonly T[], urgencyOf: (item: T) => Urgency): T[] {
  return items
    .map((item) => ({ item, urgency: urgencyOf(item) }))
    .sort((a, b) => compare(a.urgency, b.urgency))
    .map(({ item }) => item);
}

function compare(a: Urgency, b: Urgency): number {
  // Infinity stands for "never" and minus itself is NaN, hence no subtraction.
  const order = (x: number, y: number) => (x < y ? -1 : x > y ? 1 : 0);
  return order(a[0], b[0]) || order(a[1], b[1]) || order(a[2], b[2]);
}

function urgencyOfQuota(quota: QuotaSnapshot): Urgency {
  const { forecast, ratio } = shown(quota);
  return [STATES.indexOf(quota.state), forecast?.likely?.getTime() ?? Infinity, ratio ?? Infinity];
}

function urgencyOfAccount(account: AccountSnapshot): Urgency {
  const candidates: Urgency[] = [
    ...account.quotas.map(urgencyOfQuota),
    ...account.alerts.map((alert) => rank(WEIGHT[alert.severity])),
    // An account that cannot be read is unknown; a readable one without any quota comes last.
    rank(account.up ? undefined : "unknown"),
  ];
  return candidates.reduce((most, next) => (compare(next, most) < 0 ? next : most));
}

/** The state that an account as a whole is coloured by: that of what is most urgent about it. */
export function accountLook(account: AccountSnapshot): State {
  const quotas = account.quotas.filter((quota) => !quota.gone);
  return STATES[urgencyOfAccount({ ...account, quotas })[0]] ?? "ok";
}

function rank(state: State | undefined): Urgency {
  return [state === undefined ? STATES.length : STATES.indexOf(state), Infinity, Infinity];
}
