import { createWatch } from "../alerting/watch.ts";
import type { EngineSettings } from "../engine/settings.ts";
import type { QuotaSnapshot } from "../engine/snapshot.ts";
import type { Account, ReadOutcome } from "../quota/account.ts";
import { remainingOf } from "../quota/amounts.ts";
import type { Enforcement, Unit } from "../quota/reading.ts";
import { createMemoryStore } from "../store/memory-store.ts";

/**
 * What a page was good for. `in_time`: it ran out while the page was on. `late`: it had run out already. `early`: the page
 * ended, and it ran out later in the same period. `false`: nothing ran out. `open`: the history ends before that is known.
 */
export type Worth = "in_time" | "late" | "early" | "false" | "open";

export interface Page {
  readonly begin: Date;
  /** Undefined while it is on at the end of the history. */
  readonly end: Date | undefined;
  readonly worth: Worth;
  readonly exhaustedAt: Date | undefined;
}

export interface Point {
  readonly at: Date;
  readonly remaining: number;
}

/** One quota over the whole history. */
export interface Track {
  readonly provider: string;
  readonly account: string;
  readonly quota: string;
  readonly unit: Unit;
  readonly enforcement: Enforcement;
  /** As last read. */
  readonly limit: number | undefined;
  readonly readings: number;
  /** Windows, or times between two top-ups, that the history touches. */
  readonly periods: number;
  /** When a reading showed nothing left after one that showed something. */
  readonly exhaustions: readonly Date[];
  readonly pages: readonly Page[];
  readonly points: readonly Point[];
}

interface Event {
  readonly at: Date;
  readonly period: number;
}

/** A track in the making. */
interface Tracked {
  last: QuotaSnapshot;
  readings: number;
  period: number;
  readonly points: Point[];
  readonly exhaustions: Event[];
  readonly pages: { readonly begin: Event; readonly wasEmpty: boolean; end: Date | undefined }[];
}

/** Lives through the outcomes of one account, oldest first, by the code of the daemon. */
export function trackAccount(account: Account, outcomes: readonly ReadOutcome[], settings: EngineSettings): Track[] {
  const startedAt = outcomes[0]?.at ?? new Date(0);
  const store = { ...createMemoryStore(), append: () => undefined };
  const watch = createWatch({ accounts: [account], store, settings, startedAt });
  const tracked = new Map<string, Tracked>();
  for (const outcome of outcomes) {
    for (const quota of watch.take(account, outcome).quotas) {
      const one = tracked.get(quota.quota) ?? begun(quota);
      tracked.set(quota.quota, one);
      notePage(one, quota, outcome.at);
      noteReading(one, quota);
    }
  }
  return [...tracked].map(([quota, one]) => toTrack(account, quota, one));
}

const begun = (quota: QuotaSnapshot): Tracked => ({
  last: quota,
  readings: 0,
  period: 1,
  points: [],
  exhaustions: [],
  pages: [],
});

function noteReading(one: Tracked, quota: QuotaSnapshot): void {
  const before = one.points.at(-1);
  one.last = quota;
  const remaining = remainingOf(quota.reading);
  const at = quota.lastGoodAt;
  if (at === undefined || remaining === undefined || (before !== undefined && at <= before.at)) return;
  one.readings++;
  one.points.push({ at, remaining });
  if (before !== undefined && before.remaining > 0 && remaining <= 0) one.exhaustions.push({ at, period: one.period });
}

function notePage(one: Tracked, { severity, resetsTotal, topupsTotal, reading }: QuotaSnapshot, at: Date): void {
  one.period = 1 + resetsTotal + topupsTotal;
  const open = one.pages.at(-1);
  const isOn = open !== undefined && open.end === undefined;
  if (severity === "critical" && !isOn) {
    const isEmpty = (remainingOf(reading) ?? 1) <= 0;
    one.pages.push({ begin: { at, period: one.period }, wasEmpty: isEmpty, end: undefined });
  }
  if (severity !== "critical" && isOn) open.end = at;
}

function toTrack({ provider, account }: Account, quota: string, one: Tracked): Track {
  const { unit, enforcement, limit } = one.last.reading;
  return {
    ...{ provider, account, quota, unit, enforcement, limit },
    readings: one.readings,
    periods: one.period,
    exhaustions: one.exhaustions.map(({ at }) => at),
    pages: one.pages.map((page) => toPage(page, one.exhaustions)),
    points: one.points,
  };
}

function toPage({ begin, wasEmpty, end }: Tracked["pages"][number], exhaustions: readonly Event[]): Page {
  const said = (worth: Worth, exhaustedAt?: Date): Page => ({ begin: begin.at, end, worth, exhaustedAt });
  if (wasEmpty) return said("late", exhaustions.findLast(({ at }) => at <= begin.at)?.at);
  const next = exhaustions.find(({ at }) => at > begin.at);
  if (next !== undefined && (end === undefined || next.at <= end)) return said("in_time", next.at);
  if (end === undefined) return said("open");
  return next?.period === begin.period ? said("early", next.at) : said("false");
}
