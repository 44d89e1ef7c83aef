import { itemOf } from "./numbers.ts";
import { DAY, HOUR } from "./scenarios.ts";
import type { SeededRandom } from "./seeded-random.ts";
import type { BalancePeriod, Meter, Truth } from "./simulated-quota.ts";
import type { Trace } from "./trace.ts";

/** What a top-up costs: balances are told in dollars. */
const PACK_USD = 50;

interface Balance extends BalancePeriod {
  /** Units at the start. */
  readonly units: number;
}

/** A prepaid balance. Half of the top-ups come well in time, half only after nothing was left. */
export function creditsTruth(
  trace: Trace,
  { packDays, end, random }: { readonly packDays: number; readonly end: number; readonly random: SeededRandom },
): Truth<BalancePeriod> | undefined {
  const pack = (trace.between(trace.start, end) / ((end - trace.start) / DAY)) * packDays;
  if (!(pack > 0)) return undefined;
  const balances: Balance[] = [];
  let start = trace.start;
  let units = pack;
  while (start < end) {
    const spent = trace.until(start);
    const dryAt = trace.timeOf(spent + units);
    if (dryAt === undefined || dryAt >= end) break;
    const topUp = random.chance(0.5)
      ? dryAt + random.range(2 * HOUR, 10 * HOUR)
      : trace.timeOf(spent + units * random.range(0.3, 0.75));
    if (topUp === undefined || topUp >= end) break;
    const exhaustedAt = dryAt < topUp ? dryAt : undefined;
    balances.push({ start, end: topUp, units, dryAt, exhaustedAt, usedShare: 1 });
    units = Math.max(0, units - trace.between(start, topUp)) + pack;
    start = topUp;
  }
  return { periods: balances, meter: meterOf(balances, trace, PACK_USD / pack) };
}

function meterOf(balances: readonly Balance[], trace: Trace, usdPerUnit: number): Meter {
  let current = 0;
  return (time) => {
    while (current < balances.length && time >= itemOf(balances, current).end) current++;
    const balance = balances[current];
    if (balance === undefined) return undefined;
    return { balance: Math.max(0, balance.units - trace.between(balance.start, time)) * usdPerUnit };
  };
}
