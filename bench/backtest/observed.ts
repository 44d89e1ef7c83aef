import { itemOf } from "./numbers.ts";
import type { Profile } from "./scenarios.ts";
import type { SeededRandom } from "./seeded-random.ts";
import type { MeterReading, Period, Told, Truth } from "./simulated-quota.ts";

/** A stale answer is one of so many last ones. */
const CACHED = 4;
/** A poll comes up to this many seconds late. */
const LATEST_POLL = 5;

interface Asked {
  readonly start: number;
  readonly end: number;
  readonly pollSeconds: number;
  readonly windowSeconds: number | undefined;
  readonly isPercent: boolean;
}

/** What the one who polls gets to see of the truth. */
export function observed(truth: Truth<Period>, asked: Asked, profile: Profile, random: SeededRandom): Told[] {
  const { pollSeconds } = asked;
  const isOut = outagesOf(profile, asked, random);
  const last = truth.periods.reduce((latest, period) => Math.max(latest, period.end), -Infinity);
  const end = Math.min(asked.end, last);
  const told: Told[] = [];
  const recent: Told[] = [];
  for (let grid = asked.start; grid < end; grid += pollSeconds) {
    const t = Math.round(grid + random.next() * Math.min(LATEST_POLL, pollSeconds / 10));
    const metered = truth.meter(t);
    if (metered === undefined) break;
    const isMissing = isOut(t);
    const reading = { t, ...report(metered, asked, profile, random) };
    recent.push(reading);
    if (recent.length > CACHED) recent.shift();
    if (isMissing || random.chance(profile.missing)) continue;
    const shown = random.chance(profile.stale) ? itemOf(recent, Math.floor(random.next() * recent.length)) : reading;
    told.push({ ...shown, t });
    if (random.chance(profile.repeated)) told.push({ ...shown, t });
  }
  return told;
}

/** Whether nothing is told at an instant: an outage begins by chance, and lasts. */
function outagesOf({ outage }: Profile, { pollSeconds, windowSeconds }: Asked, random: SeededRandom) {
  if (outage === undefined) return () => false;
  const longest = Math.min(outage.longest, windowSeconds === undefined ? Infinity : 0.1 * windowSeconds);
  let until = -Infinity;
  return (time: number) => {
    if (random.chance(pollSeconds / outage.every)) until = time + random.range(0.2, 1) * longest;
    return time < until;
  };
}

function report(metered: MeterReading, asked: Asked, profile: Profile, random: SeededRandom): Omit<Told, "t"> {
  if ("balance" in metered) return { limit: null, remaining: Math.round(metered.balance * 100) / 100, reset_at: null };
  const { limit, used, resetAt } = metered;
  const mostJitter = Math.min(profile.resetJitter, 0.02 * (asked.windowSeconds ?? 0));
  const jittered =
    resetAt === undefined || profile.resetJitter === 0
      ? resetAt
      : Math.round(resetAt + random.range(-1, 1) * mostJitter);
  const reset_at = jittered === undefined ? null : Math.round(jittered);
  if (asked.isPercent) return { limit: 1, remaining: (100 - Math.round((100 * used) / limit)) / 100, reset_at };
  return { limit, remaining: Math.floor(limit - used + 1e-6), reset_at };
}
