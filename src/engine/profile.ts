import type { EngineSettings } from "./settings.ts";
import { eachSlot } from "./slots.ts";

/**
 * What is used at each hour of the day (UTC), of which the older days count less and less. Only time in which something
 * could be used counts: what is refused at an empty quota is unknown, not quiet. Plain data, 24 numbers each.
 */
export interface Profile {
  readonly firstAt: number;
  readonly use: number[];
  /** Seconds. */
  readonly active: number[];
  /** Days since 1970 on which the hour was last seen. */
  readonly day: number[];
}

const HOUR = 3600;
const HOURS = 24;
const DAY = HOURS * HOUR;
/** Use over a longer silence belongs to nobody knows which hour. */
const LONGEST_GAP = 6 * HOUR;
/** So many seconds at the mean rate stand in for an hour of which nothing is known yet. */
const STAND_IN = 600;

export const newProfile = (at: number): Profile => ({
  firstAt: at,
  use: Array<number>(HOURS).fill(0),
  active: Array<number>(HOURS).fill(0),
  day: Array<number>(HOURS).fill(-1),
});

const ofDay = (hour: number) => ((hour % HOURS) + HOURS) % HOURS;

/** Takes what was used in the `seconds` before `at`, in all of which something could be used. */
export function learnHours(
  profile: Profile,
  at: number,
  used: number,
  seconds: number,
  settings: EngineSettings,
): void {
  if (seconds <= 0 || seconds > LONGEST_GAP) return;
  const { use, active, day } = profile;
  eachSlot(HOUR, { from: at - seconds, to: at }, (hour, part) => {
    const index = ofDay(hour);
    const today = Math.floor(hour / HOURS);
    const last = day[index] ?? -1;
    const fade = last === today ? 1 : settings.profile_decay ** Math.min(HOURS, Math.max(1, today - last));
    use[index] = (use[index] ?? 0) * fade + (used * part) / seconds;
    active[index] = (active[index] ?? 0) * fade + part;
    day[index] = today;
  });
}

const sumOf = (values: readonly number[]) => values.reduce((sum, value) => sum + value, 0);

/** Units per second at each hour of the day; undefined while too few days are known. */
export function hourlyRates(profile: Profile, at: number, settings: EngineSettings): readonly number[] | undefined {
  const active = sumOf(profile.active);
  if (at - profile.firstAt < settings.profile_after || active <= 0) return undefined;
  const mean = sumOf(profile.use) / active;
  return profile.use.map((used, hour) => (used + STAND_IN * mean) / ((profile.active[hour] ?? 0) + STAND_IN));
}

/** What those hours usually use. */
export function usualUse(rates: readonly number[], from: number, to: number): number {
  let used = 0;
  eachSlot(HOUR, { from, to }, (hour, seconds) => {
    used += (rates[ofDay(hour)] ?? 0) * seconds;
  });
  return used;
}

/** How much of the present level is still felt, from its full weight on. */
const LEAST_WEIGHT = 0.01;

/**
 * What will be used until then if the hours go on as usual, `level` times as much now and less and less off the usual
 * later.
 */
export function useToCome(
  rates: readonly number[],
  { level, at, until }: { readonly level: number; readonly at: number; readonly until: number },
  settings: EngineSettings,
): number {
  const felt = -Math.log(LEAST_WEIGHT) * settings.level_fade;
  const turn = Math.min(until, at + felt);
  let used = 0;
  eachSlot(HOUR, { from: at, to: turn }, (hour, seconds) => {
    const middle = Math.max(at, hour * HOUR) + seconds / 2;
    const factor = 1 + (level - 1) * Math.exp(-(middle - at) / settings.level_fade);
    used += (rates[ofDay(hour)] ?? 0) * factor * seconds;
  });
  const days = Math.floor((until - turn) / DAY);
  return used + days * sumOf(rates) * HOUR + usualUse(rates, turn + days * DAY, until);
}
