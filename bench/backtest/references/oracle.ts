import type { Forecaster } from "../forecaster.ts";
import { CREDITS_PAGE, DAY } from "../scenarios.ts";
import type { BalancePeriod, Period, SimulatedQuota } from "../simulated-quota.ts";

/** Knows the truth: shows what a perfect answer looks like, and that the rules of scoring can be met. */
export function oracle(quotas: readonly SimulatedQuota[]): Forecaster {
  const truths = new Map(quotas.map((quota) => [quota.id, truthOf(quota)]));
  return ({ quota_id, t }) => truths.get(quota_id)?.(t) ?? { exhaust_at: null, page: false };
}

/** Asked at instants that never go back. */
function truthOf(quota: SimulatedQuota) {
  return quota.kind === "credits" ? walk(quota.periods, ofBalance) : walk(quota.periods, ofPeriod);
}

function walk<P extends Period>(periods: readonly P[], tell: (period: P, now: number) => ReturnType<Forecaster>) {
  const sorted = periods.toSorted((a, b) => a.start - b.start);
  let current = 0;
  return (now: number) => {
    while (now >= (sorted[current]?.end ?? Infinity)) current++;
    const period = sorted[current];
    return period === undefined || now < period.start ? undefined : tell(period, now);
  };
}

const ofPeriod = ({ exhaustedAt }: Period) => ({ exhaust_at: exhaustedAt ?? null, page: exhaustedAt !== undefined });

const ofBalance = ({ dryAt, end }: BalancePeriod, now: number) => ({
  exhaust_at: dryAt,
  page: end > dryAt - CREDITS_PAGE.latest && now >= dryAt - DAY,
});
