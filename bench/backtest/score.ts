import { type Counts, noCounts } from "./counts.ts";
import type { Verdicts } from "./forecaster.ts";
import { firstIndex, itemOf } from "./numbers.ts";
import { CREDITS_PAGE } from "./scenarios.ts";
import type { BalancePeriod, CreditsQuota, Period, SimulatedQuota, WindowQuota } from "./simulated-quota.ts";

/** How many times the lead an early page comes ahead. */
const EARLY = 4;
const NEAR_MISS = 0.95;
/** After a reset a page may stand for so many polls, or for this share of the window. */
const GRACE_POLLS = 2;
const GRACE_SHARE = 0.02;

/** How well one quota was watched. */
export function scoreOf(quota: SimulatedQuota, verdicts: Verdicts): Counts {
  const counts = scoreWith(quota, verdicts);
  const { truePages, missed, falsePages } = scoreWith({ ...quota, leadSeconds: EARLY * quota.leadSeconds }, verdicts);
  return { ...counts, early: { truePages, missed, falsePages } };
}

function scoreWith(quota: SimulatedQuota, verdicts: Verdicts): Counts {
  const counts = noCounts();
  const seen = seenOf(quota, verdicts);
  if (quota.kind === "credits") for (const period of quota.periods) scoreBalance(quota, period, seen, counts);
  else if (quota.kind === "sliding") scoreSliding(quota, seen, counts);
  else scoreWindows(quota, seen, counts);
  return counts;
}

/** A page that stood from one reading up to, but without, another. */
type Page = readonly [from: number, to: number];

/** The readings of a quota and what was said at each. */
interface Seen {
  timeAt(index: number): number;
  /** Undefined: no exhaustion was foreseen. */
  foreseenAt(index: number): number | undefined;
  /** The first reading at or after an instant. */
  from(time: number): number;
  /** The last reading at or before an instant; -1 without one. */
  upTo(time: number): number;
  pagesIn(from: number, to: number): Page[];
}

function seenOf({ told }: SimulatedQuota, { exhaustAt, page }: Verdicts): Seen {
  const timeAt = (index: number) => itemOf(told, index).t;
  const from = (time: number) => firstIndex(told.length, (index) => timeAt(index) >= time);
  return {
    timeAt,
    from,
    foreseenAt(index) {
      const at = itemOf(exhaustAt, index);
      return Number.isNaN(at) ? undefined : at;
    },
    upTo: (time) => from(time + 1e-9) - 1,
    pagesIn(first, end) {
      const pages: Page[] = [];
      for (let index = first; index < end; index++) {
        if (page[index] !== 1) continue;
        const start = index;
        while (index < end && page[index] === 1) index++;
        pages.push([start, index]);
      }
      return pages;
    },
  };
}

/** Each page that begins and ends is two changes of mind too many, except for the one that is there at the end, or the first beginning. */
function flapsOf(pages: readonly Page[], end: number): number {
  return Math.max(0, 2 * pages.length - (pages.at(-1)?.[1] === end ? 2 : 1));
}

function scoreWindows(quota: WindowQuota, seen: Seen, counts: Counts): void {
  const grace = Math.max(GRACE_POLLS * quota.pollSeconds, GRACE_SHARE * quota.windowSeconds);
  for (const [index, period] of quota.periods.entries()) {
    if (index === 0 && !quota.scoresFirst) continue;
    const begun = period.start + grace;
    if (isTooSoon(period.exhaustedAt, begun, quota)) {
      counts.unwinnable++;
      continue;
    }
    counts.periods++;
    const first = seen.from(begun);
    const end = seen.from(period.exhaustedAt ?? period.end);
    const pages = seen.pagesIn(first, end);
    counts.flaps += flapsOf(pages, end);
    if (period.exhaustedAt === undefined) scoreLasting(pages, period, counts);
    else
      scoreExhausted(
        quota,
        { ...period, exhaustedAt: period.exhaustedAt },
        { seen, pages, endOf: () => period.end },
        counts,
      );
    scoreCall(quota, period, { seen, first }, counts);
  }
}

/** So soon after `begun` that nobody could have paged in time. */
const isTooSoon = (exhaustedAt: number | undefined, begun: number, { leadSeconds, pollSeconds }: SimulatedQuota) =>
  exhaustedAt !== undefined && exhaustedAt < begun + leadSeconds + 2 * pollSeconds;

function scoreLasting(pages: readonly Page[], { usedShare }: Period, counts: Counts): void {
  counts.falseStarts += pages.length;
  if (pages.length === 0) return;
  counts.falsePages++;
  if (usedShare >= NEAR_MISS) counts.nearMisses++;
}

interface Watched {
  readonly seen: Seen;
  readonly pages: readonly Page[];
  /** The end of what a forecast made at a time looks at: "will last" is a forecast of this. */
  readonly endOf: (time: number) => number;
}

function scoreExhausted(
  { leadSeconds, windowSeconds }: WindowQuota,
  period: Period & { readonly exhaustedAt: number },
  watched: Watched,
  counts: Counts,
): void {
  const { seen, pages } = watched;
  const standing = pageAt(pages, seen.upTo(period.exhaustedAt - leadSeconds));
  if (standing === undefined) counts.missed++;
  else {
    counts.truePages++;
    counts.leads.push((period.exhaustedAt - seen.timeAt(standing[0])) / windowSeconds);
  }
  scoreForecasts(period.start, period.exhaustedAt, windowSeconds, watched, counts);
}

const pageAt = (pages: readonly Page[], index: number) => pages.find(([from, to]) => from <= index && index < to);

/** How far off the named instant was, on the way from `start` to the true one. */
function scoreForecasts(start: number, truth: number, scale: number, { seen, endOf }: Watched, counts: Counts): void {
  for (const [place, share] of [0.25, 0.5, 0.75].entries()) {
    const index = seen.upTo(start + share * (truth - start));
    if (index < 0 || seen.timeAt(index) < start) continue;
    const end = endOf(seen.timeAt(index));
    const error = Math.abs(Math.min(seen.foreseenAt(index) ?? end, end) - truth) / scale;
    counts.errors[place]?.push(Math.min(1, error));
  }
}

/** At half of the window: does it say rightly whether the quota will last? */
function scoreCall(
  { windowSeconds }: WindowQuota,
  { start, end, exhaustedAt }: Period,
  { seen, first }: { readonly seen: Seen; readonly first: number },
  counts: Counts,
): void {
  const half = start + 0.5 * windowSeconds;
  if (exhaustedAt !== undefined && exhaustedAt <= half) return;
  const index = seen.upTo(half);
  if (index < first) return;
  counts.calls++;
  const foreseen = seen.foreseenAt(index);
  const isForeseen = foreseen !== undefined && foreseen < end;
  if (isForeseen === (exhaustedAt !== undefined)) counts.callsRight++;
}

/** An exhaustion is a period, with the window before it; stretches without one are cut into windows. */
function scoreSliding(quota: WindowQuota, seen: Seen, counts: Counts): void {
  const warm = seen.timeAt(0) + quota.windowSeconds;
  for (const period of quota.periods) {
    if (period.start < warm) continue;
    const { start, exhaustedAt } = period;
    if (isTooSoon(exhaustedAt, start, quota)) {
      counts.unwinnable++;
      continue;
    }
    counts.periods++;
    const end = seen.from(exhaustedAt ?? period.end);
    const pages = seen.pagesIn(seen.from(start), end);
    if (exhaustedAt === undefined) {
      scoreLasting(pages, period, counts);
      counts.flaps += Math.max(0, 2 * pages.length - 2);
    } else {
      counts.flaps += flapsOf(pages, end);
      const endOf = (now: number) => now + quota.windowSeconds;
      scoreExhausted(quota, { ...period, exhaustedAt }, { seen, pages, endOf }, counts);
    }
  }
}

/**
 * Measured against the moment at which the balance would run dry without a further top-up. A balance that is topped up long
 * before must stay quiet; one that is topped up while a page would be of use does not count.
 */
function scoreBalance(quota: CreditsQuota, period: BalancePeriod, seen: Seen, counts: Counts): void {
  const { dryAt } = period;
  const due = dryAt - quota.leadSeconds;
  const earliest = dryAt - CREDITS_PAGE.earliest;
  const begun = period.start + GRACE_POLLS * quota.pollSeconds;
  const end = seen.from(Math.min(period.end, dryAt));
  const pages = seen.pagesIn(seen.from(begun), end);
  const tooEarly = pages.filter(([from]) => seen.timeAt(from) < earliest).length;
  const isNeeded = period.end > due;
  if (!isNeeded && period.end > earliest && tooEarly === 0) return;
  if (isNeeded && isTooSoon(dryAt, begun, quota)) {
    counts.unwinnable++;
    return;
  }
  counts.periods++;
  counts.falseStarts += tooEarly;
  counts.flaps += flapsOf(pages, end);
  if (tooEarly > 0) counts.falsePages++;
  if (!isNeeded) return;
  const standing = pageAt(pages, seen.upTo(due));
  if (standing === undefined) counts.missed++;
  else {
    counts.truePages++;
    counts.leads.push((dryAt - seen.timeAt(standing[0])) / quota.nominalSeconds);
  }
  if (period.exhaustedAt === undefined) return;
  scoreForecasts(period.start, dryAt, quota.nominalSeconds, { seen, pages, endOf: () => Infinity }, counts);
}
