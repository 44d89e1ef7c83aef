import type { QuotaOverride } from "../quota/account.ts";
import { ratioOf } from "../quota/amounts.ts";
import type { Reading } from "../quota/reading.ts";
import { atMost, type Severity, type State } from "../quota/state.ts";
import type { Meter, MeterEvent } from "./meter.ts";
import type { Outlook } from "./outlook.ts";
import type { QuotaMemory } from "./quota-memory.ts";
import type { EngineSettings } from "./settings.ts";

/** What the verdict on a quota depends on beyond its own readings. */
export interface Surroundings {
  readonly override: QuotaOverride | undefined;
  /** Another balance of the same account still has something. */
  readonly hasOtherBalance: boolean;
}

/** One good reading, and all that its verdict takes into account. */
export interface Case {
  readonly memory: QuotaMemory;
  readonly reading: Reading;
  /** When it was read, in seconds. */
  readonly at: number;
  readonly meter: Meter;
  readonly outlook: Outlook;
  readonly event: MeterEvent;
  readonly around: Surroundings;
  readonly settings: EngineSettings;
}

export interface Judgement {
  readonly state: State;
  readonly severity: Severity;
}

export const OK: Judgement = { state: "ok", severity: "none" };

/** The severity that the config sets, else what the state deserves; buckets and partial quotas never page by themselves. */
export function severityOf(base: Severity, reading: Reading, around: Surroundings): Severity {
  if (around.override?.severity !== undefined) return around.override.severity;
  const isMinor = reading.kind === "rate_limit" || reading.partial === true || around.hasOtherBalance;
  return isMinor ? atMost(base, "warning") : base;
}

/** What this reading alone speaks for, with the hysteresis of the present state; patience is the caller's. */
export function wantedState(current: Case): Judgement {
  const { reading, around } = current;
  const judged = (state: State, base: Severity): Judgement => ({ state, severity: severityOf(base, reading, around) });
  const isBalance = reading.kind === "credits";
  if (reading.enforcement === "hard" && isBalance) {
    const topup = wantsTopup(current);
    if (topup !== undefined) return judged("topup", topup);
  }
  if (reading.enforcement === "hard" && !isBalance && wantsPage(current)) return judged("critical", "critical");
  // A soft balance alerts nobody, and one without a limit is judged by its runway alone.
  const isWatchable = !isBalance || (reading.limit !== undefined && reading.enforcement === "hard");
  if (isWatchable && wantsWatch(current)) return judged("watch", "warning");
  return wantsReminder(current) ? judged("use_or_lose", "info") : OK;
}

/**
 * Patience: with plenty of time a page needs a large overshoot, since most bursts end by themselves; near the last
 * useful moment any overshoot pages. Once it pages, it goes on until the forecast is well clear.
 */
function wantsPage({ memory, reading, meter, outlook, settings }: Case): boolean {
  const { burn, runway, timeLeft } = outlook;
  // Too little evidence to forecast is no sign of recovery.
  if (memory.state === "critical")
    return burn === undefined || (burn >= settings.clear_burn && measuredBurn(outlook) >= settings.idle_burn);
  if (burn === undefined || timeLeft === undefined) return false;
  if (runway === undefined || timeLeft <= 2 * (meter.cadence ?? 0)) return false;
  if (timeLeft - runway < leastDrySpell(reading, settings)) return false;
  if (measuredBurn(outlook) < settings.watch_burn) return false;
  if (isBurst(meter, outlook, settings)) return true;
  const period = reading.periodSeconds ?? timeLeft;
  const lead = Math.max(settings.min_lead, settings.lead_share * period);
  const share = Math.min(1, Math.max(0, (runway - settings.near_leads * lead) / (settings.far_leads * lead)));
  return burn >= settings.page_burn + share * (settings.patience - settings.page_burn);
}

/** Without the habit that the forecast blends in: a morning's use that has ended pages nobody. */
const measuredBurn = ({ measured }: Outlook): number => measured ?? Infinity;

/** So fast that it is over before patience is: the long window need only agree that it runs out. */
function isBurst({ remaining }: Meter, { short, long }: Outlook, settings: EngineSettings): boolean {
  if (remaining === undefined || short.perSecond === undefined) return false;
  if ((long.burn ?? 0) < settings.page_burn || (short.burn ?? 0) < settings.burst_burn) return false;
  return remaining / short.perSecond <= settings.burst_runway;
}

/** Seconds without the quota that are worth a page. */
export function leastDrySpell(reading: Reading, settings: EngineSettings): number {
  const period = reading.periodSeconds;
  return period === undefined
    ? settings.min_dry_spell
    : Math.min(settings.min_dry_spell, settings.dry_spell_share * period);
}

function wantsTopup(current: Case): "warning" | "critical" | undefined {
  const { memory, outlook, settings } = current;
  const { runway, timeLeft } = outlook;
  if (runway === undefined) return undefined;
  // What lapses before it runs out needs no top-up.
  if (timeLeft !== undefined && runway >= timeLeft) return undefined;
  const isLow = memory.state === "topup";
  const below = (limit: number, holds: boolean) => runway < limit * (holds ? settings.topup_leave : 1);
  if (isLow && memory.severity === "critical" && below(settings.topup_critical, true)) return "critical";
  if (runway * doubtOf(current) < settings.topup_critical) return "critical";
  return below(settings.topup_warning, isLow) ? "warning" : undefined;
}

/**
 * By which factor the runway of a balance must be shorter to page: 1 where its use is steady and long known. A burst
 * passes, and a few days do not tell what a week is like.
 */
function doubtOf({ memory, at, outlook, settings }: Case): number {
  const known = Math.min(1, (at - memory.firstAt) / settings.topup_known);
  return (outlook.disagreement ?? 1) * (1 + settings.topup_margin * (1 - known));
}

function wantsWatch({ memory, reading, meter, outlook, settings }: Case): boolean {
  if (outlook.burn !== undefined) {
    const isWatched = memory.state === "watch" || memory.state === "critical";
    if (isWatched) return outlook.burn >= settings.watch_clear_burn && measuredBurn(outlook) >= settings.idle_burn;
    if (measuredBurn(outlook) < settings.watch_burn) return false;
    return outlook.burn >= settings.watch_burn && (outlook.timeLeft ?? 0) > 2 * (meter.cadence ?? 0);
  }
  if (outlook.forecast !== undefined) return false;
  const ratio = ratioOf(reading);
  return ratio !== undefined && ratio < (memory.state === "watch" ? settings.watch_above : settings.watch_below);
}

/** Capacity that lapses unused, said once a cycle. An idle quota burns nothing: that is the case this is for. */
function wantsReminder({ memory, reading, at, meter, outlook, settings }: Case): boolean {
  // A limit that we declared is a cap on what is paid as it is used, as the spend of a month: nobody loses the rest of it.
  if (reading.confidence === "estimated") return false;
  const end = outlook.timeLeft;
  const size = meter.limit ?? meter.remainingAtStart;
  if (end === undefined || end <= 0 || meter.remaining === undefined || size === undefined || size <= 0) return false;
  // Idle is a rate of 0 that was measured; without any rate nothing is known to lapse.
  const rate = outlook.forecast === undefined ? outlook.long.perSecond : meter.remaining / (outlook.runway ?? Infinity);
  if (rate === undefined) return memory.state === "use_or_lose";
  const unused = (meter.remaining - rate * end) / size;
  if (memory.state === "use_or_lose") return unused > 0;
  if (memory.reminded || end < settings.use_or_lose_floor) return false;
  const started = meter.cycleStartedAt ?? memory.firstAt;
  const lead = reminderLead(reading, reading.periodSeconds ?? at + end - started, settings);
  return end <= lead && meter.remaining / size >= settings.use_or_lose_left && unused >= settings.use_or_lose_unused;
}

/** How long before the end, in seconds, a reminder may come; 0 for what is not worth one. When credits were granted is not told. */
function reminderLead(reading: Reading, length: number, settings: EngineSettings): number {
  if (reading.kind === "credits") return reading.expiresAt === undefined ? 0 : settings.use_or_lose_lead;
  if (reading.sliding === true || reading.refillPerSecond !== undefined) return 0;
  if (length < settings.use_or_lose_period) return 0;
  return Math.min(settings.use_or_lose_lead_share * length, settings.use_or_lose_lead);
}

/**
 * A per-minute bucket: what a person can act on is that it is low again and again, or that calls are refused in several
 * minutes.
 */
export function bucketState(bucket: Pick<Case, "memory" | "reading" | "at" | "settings" | "around">): Judgement {
  const { memory, reading, at, settings, around } = bucket;
  const ratio = ratioOf(reading);
  if (reading.refused === true) memory.refusedAt.push(at);
  const from = at - settings.rate_limit_window;
  const points = memory.bucket.filter((point) => point.at > from && point.at <= at);
  const isApart = at - (points.at(-1)?.at ?? -Infinity) >= settings.rate_limit_window / MOST_POINTS;
  if (ratio !== undefined && isApart) points.push({ at, low: ratio < settings.rate_limit_below });
  memory.bucket = points;
  memory.refusedAt = oncePerMinute(memory.refusedAt.filter((when) => when > from && when <= at));
  const low = memory.bucket.filter((point) => point.low).length;
  const isLow = low >= settings.min_readings && low * 2 > memory.bucket.length;
  if (!isLow && memory.refusedAt.length < settings.rate_limit_refusals) return OK;
  return { state: "watch", severity: severityOf("warning", reading, around) };
}

/** Live traffic tells of a bucket twice a second: all of it would be most of what is kept of an account. */
const MOST_POINTS = 300;

function oncePerMinute(times: readonly number[]): number[] {
  const minutes = new Map(times.map((when) => [Math.floor(when / 60), when]));
  return [...minutes.values()];
}
