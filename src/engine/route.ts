import { type Judged, judgeAccount } from "./route-account.ts";
import type { Snapshot } from "./snapshot.ts";

export interface RouteQuestion {
  readonly model: string;
  /** Accounts of this provider only. */
  readonly provider?: string | undefined;
}

/** Which accounts may serve a model, and which would but cannot now. */
export interface Route {
  /** The best first. */
  readonly candidates: readonly Judged[];
  /** The one that comes back first is the first; those of which that is not known come last. */
  readonly out: readonly Judged[];
  /** Accounts that are known not to serve the model. */
  readonly others: number;
}

/** The order is the same whatever the order of the accounts is. */
export function routeOf({ accounts }: Snapshot, { model, provider }: RouteQuestion, now: Date): Route {
  const candidates: Judged[] = [];
  const out: Judged[] = [];
  let others = 0;
  for (const account of accounts) {
    if (provider !== undefined && account.provider !== provider) continue;
    const judged = judgeAccount(account, model, now.getTime() / 1000);
    if (judged === undefined) others++;
    else (judged.gates.length === 0 ? candidates : out).push(judged);
  }
  candidates.sort((one, other) => other.score - one.score || byName(one, other));
  out.sort((one, other) => ascending(backAt(one), backAt(other)) || byName(one, other));
  return { candidates, out, others };
}

/** When nothing is in the way any more, in seconds since the epoch; Infinity where that is not known. */
export const backAt = ({ gates }: Judged): number => gates.reduce((last, { until }) => Math.max(last, until), 0);

/** Nobody need ask more often than each second, and what nobody foresees is seen within a minute. */
const SOONEST = 1;
const LATEST = 60;

/** Seconds until something that is foreseen changes what was said of this account: a read, a reset, an exhaustion. */
export function secondsToChange({ account, quotas, gates }: Judged, now: Date): number {
  const at = now.getTime();
  const { lastPollAt, intervalSeconds, answer } = account;
  const moments = [
    lastPollAt && lastPollAt.getTime() + intervalSeconds * 1000,
    answer?.credentialExpiresAt?.getTime(),
    ...gates.map(({ until }) => until * 1000),
    ...quotas.flatMap(({ reading, forecast }) => [reading.resetAt?.getTime(), forecast?.likely?.getTime()]),
  ];
  const next = moments.filter((moment) => moment !== undefined && moment > at);
  const seconds = Math.ceil((Math.min(...next.map(Number), Infinity) - at) / 1000);
  return Math.min(LATEST, Math.max(SOONEST, seconds));
}

function byName({ account: one }: Judged, { account: other }: Judged): number {
  return compare(one.provider, other.provider) || compare(one.account, other.account);
}

const compare = (one: string, other: string) => (one < other ? -1 : one > other ? 1 : 0);
/** Also right for two that are infinite. */
const ascending = (one: number, other: number) => (one === other ? 0 : one - other);
