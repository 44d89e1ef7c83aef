import type { QuotaOverride } from "../quota/account.ts";
import { ratioOf, remainingOf } from "../quota/amounts.ts";
import type { Reading } from "../quota/reading.ts";
import { atMost, type Severity, type State } from "../quota/state.ts";
import type { QuotaAlert } from "./alerts.ts";
import type { Outlook } from "./forecast.ts";
import { type Meter, type MeterEvent, recentRate } from "./meter.ts";
import type { QuotaMemory } from "./quota-memory.ts";
import type { EngineSettings } from "./settings.ts";

/** What the verdict on a quota depends on beyond its own readings. */
export interface Surroundings {
  readonly override: QuotaOverride | undefined;
  /** Another balance of the same account still has something. */
  readonly hasOtherBalance: boolean;
}

interface Case {
  readonly memory: QuotaMemory;
  readonly reading: Reading;
  readonly meter: Meter;
  readonly outlook: Outlook;
  readonly event: MeterEvent;
  readonly around: Surroundings;
  readonly settings: EngineSettings;
}

interface Judgement {
  readonly state: State;
  readonly severity: Severity;
}

const OK: Judgement = { state: "ok", severity: "none" };

/** Moves the state of a quota on by one good reading. Nothing else moves it, but the passing of a hold. */
export function judge(memory: QuotaMemory, event: MeterEvent, around: Surroundings, settings: EngineSettings): void {
  const { good: reading, meter, outlook } = memory;
  if (reading === undefined) return;
  if (reading.unlimited === true) return enter(memory, { state: "unlimited", severity: "none" }, meter);
  if (meter === undefined || outlook === undefined || event === "repeated") return;
  const current: Case = { memory, reading, meter, outlook, event, around, settings };
  if (event === "reset" || event === "topup") newCycle(memory);

  if (reading.kind === "rate_limit") return enter(memory, bucketState(current), meter);
  const empty = judgeEmpty(current);
  if (empty !== undefined) {
    if (empty !== "hold") enter(memory, empty, meter);
    return;
  }
  // While a reading is doubted, or the reset is due and not yet seen, nothing begins and nothing ends.
  const isDue = meter.resetAt !== undefined && meter.at >= meter.resetAt;
  if (event === "doubtful" || isDue) {
    if (memory.state === "unknown") enter(memory, OK, meter);
    return;
  }
  settle(current, wantedState(current));
}

function newCycle(memory: QuotaMemory): void {
  memory.reminded = false;
  memory.clearing = 0;
  memory.wanted = undefined;
  memory.state = "ok";
  memory.severity = "none";
}

function enter(memory: QuotaMemory, next: Judgement, meter: Meter | undefined): void {
  if (next.state !== memory.state) memory.clearing = 0;
  memory.wanted = undefined;
  memory.state = next.state;
  memory.severity = next.severity;
  setFiring(memory, meter?.at ?? memory.firstAt);
}

// --- Nothing left ---

/** The verdict on a quota with nothing left, `hold` while that waits to be confirmed, undefined when there is something left. */
function judgeEmpty(current: Case): Judgement | "hold" | undefined {
  const { memory, reading, meter, around, settings } = current;
  const remaining = remainingOf(reading);
  const isEmpty = (remaining !== undefined && remaining <= 0) || reading.refused === true;
  if (!isEmpty) {
    memory.emptyReadings = 0;
    return memory.state === "exhausted" && !isBack(current) ? "hold" : undefined;
  }
  memory.emptyReadings++;
  if (reading.kind === "credits" && !memory.seenAbove && reading.refused !== true)
    return { state: "unknown", severity: "none" };
  if (reading.enforcement === "soft") return undefined;
  if (around.hasOtherBalance) return memory.state === "topup" ? "hold" : undefined;
  if (memory.state === "exhausted") return "hold";
  if (memory.emptyReadings < settings.confirm_readings && !explainsEmptiness(current)) return "hold";
  const timeLeft = meter.resetAt === undefined ? Infinity : meter.resetAt - meter.at;
  memory.ranOutLate = timeLeft < leastDrySpell(reading, settings);
  return { state: "exhausted", severity: severityOf(memory.ranOutLate ? "warning" : "critical", reading, around) };
}

/** What was left at the reading before could have been used since. */
function explainsEmptiness({ memory, meter, event }: Case): boolean {
  if (event !== "use" || memory.emptyReadings !== 1) return false;
  const before = meter.previousRemaining;
  if (before === undefined || before <= 0) return false;
  const expected = recentRate(meter) * (meter.cadence ?? 0);
  return before <= Math.max(3 * expected, 2 * (meter.step ?? 0));
}

/** An exhausted quota is back after a reset or top-up, with a clear share left, or when several readings agree. */
function isBack({ memory, reading, event, settings }: Case): boolean {
  if (event === "doubtful") return false;
  memory.clearing++;
  const ratio = ratioOf(reading);
  return (ratio !== undefined && ratio > settings.exhausted_leave) || memory.clearing >= settings.clear_readings;
}

// --- Per-minute buckets ---

function bucketState({ memory, reading, meter, settings, around }: Case): Judgement {
  const ratio = ratioOf(reading);
  if (ratio !== undefined) memory.bucket.push({ at: meter.at, low: ratio < settings.rate_limit_below });
  const from = meter.at - settings.rate_limit_window;
  memory.bucket = memory.bucket.filter((point) => point.at > from && point.at <= meter.at);
  const low = memory.bucket.filter((point) => point.low).length;
  if (memory.bucket.length < settings.min_readings || low * 2 <= memory.bucket.length) return OK;
  return { state: "watch", severity: severityOf("warning", reading, around) };
}

// --- Forecasts and levels ---

function wantedState(current: Case): Judgement {
  const { reading, around } = current;
  const severity = (base: Severity) => severityOf(base, reading, around);
  const isBalance = reading.kind === "credits";
  if (reading.enforcement === "hard") {
    if (isBalance) {
      const topup = wantsTopup(current);
      if (topup !== undefined) return { state: "topup", severity: severity(topup) };
    } else if (wantsPage(current)) return { state: "critical", severity: severity("critical") };
  }
  // A soft balance alerts nobody; a hard one has its runway.
  if (!isBalance || reading.limit !== undefined) {
    if (!(isBalance && reading.enforcement === "soft") && wantsWatch(current))
      return { state: "watch", severity: severity("warning") };
  }
  return wantsReminder(current) ? { state: "use_or_lose", severity: severity("info") } : OK;
}

/**
 * Patience: with plenty of time a page needs a large overshoot, since most bursts end by themselves; near the last
 * useful moment any overshoot pages. Once it pages, it goes on until the forecast is well clear.
 */
function wantsPage({ memory, reading, meter, outlook, settings }: Case): boolean {
  const { burn, runway, timeLeft } = outlook;
  // Too little evidence to forecast is no sign of recovery.
  if (memory.state === "critical") return burn === undefined || burn >= settings.clear_burn;
  if (burn === undefined || timeLeft === undefined) return false;
  if (runway === undefined || timeLeft <= 2 * (meter.cadence ?? 0)) return false;
  if (timeLeft - runway < leastDrySpell(reading, settings)) return false;
  const period = reading.periodSeconds ?? timeLeft;
  const lead = Math.max(settings.min_lead, settings.lead_share * period);
  const share = Math.min(1, Math.max(0, (runway - settings.near_leads * lead) / (settings.far_leads * lead)));
  return burn >= settings.page_burn + share * (settings.patience - settings.page_burn);
}

export function leastDrySpell(reading: Reading, settings: EngineSettings): number {
  const period = reading.periodSeconds;
  return period === undefined
    ? settings.min_dry_spell
    : Math.min(settings.min_dry_spell, settings.dry_spell_share * period);
}

function wantsTopup({ memory, outlook, settings }: Case): "warning" | "critical" | undefined {
  const { runway, timeLeft } = outlook;
  if (runway === undefined) return undefined;
  // What lapses before it runs out needs no top-up.
  if (timeLeft !== undefined && runway >= timeLeft) return undefined;
  const isLow = memory.state === "topup";
  const below = (limit: number, holds: boolean) => runway < limit * (holds ? settings.topup_leave : 1);
  if (below(settings.topup_critical, isLow && memory.severity === "critical")) return "critical";
  return below(settings.topup_warning, isLow) ? "warning" : undefined;
}

function wantsWatch({ memory, reading, meter, outlook, settings }: Case): boolean {
  const isWatched = memory.state === "watch" || memory.state === "critical";
  if (outlook.burn !== undefined) {
    if (isWatched) return outlook.burn >= settings.watch_clear_burn;
    return outlook.burn >= settings.watch_burn && (outlook.timeLeft ?? 0) > 2 * (meter.cadence ?? 0);
  }
  if (outlook.forecast !== undefined) return false;
  const ratio = ratioOf(reading);
  return ratio !== undefined && ratio < (memory.state === "watch" ? settings.watch_above : settings.watch_below);
}

/** Capacity that lapses unused, said once a cycle. An idle quota burns nothing: that is the case this is for. */
function wantsReminder({ memory, reading, meter, outlook, settings }: Case): boolean {
  const expires = reading.kind === "credits" && reading.expiresAt !== undefined;
  const end = outlook.timeLeft;
  if (end === undefined || meter.remaining === undefined) return false;
  const length = reading.periodSeconds ?? meter.at + end - (meter.cycleStartedAt ?? memory.firstAt);
  if (!expires && (reading.kind === "credits" || length < settings.use_or_lose_period)) return false;
  const size = meter.limit ?? meter.remainingAtStart;
  if (size === undefined || size <= 0 || memory.reminded) return memory.state === "use_or_lose" && memory.reminded;
  const lead = Math.min(settings.use_or_lose_lead_share * length, settings.use_or_lose_lead);
  if (end > lead || end < settings.use_or_lose_floor) return false;
  const rate =
    outlook.forecast === undefined ? (outlook.long.perSecond ?? 0) : meter.remaining / (outlook.runway ?? Infinity);
  const unused = (meter.remaining - rate * end) / size;
  return meter.remaining / size >= settings.use_or_lose_left && unused >= settings.use_or_lose_unused;
}

/** Enters a more urgent state when enough readings in a row want it, leaves one when enough in a row do not. */
function settle(current: Case, want: Judgement): void {
  const { memory, meter, settings } = current;
  if (memory.state === "exhausted") {
    const goesOn = want.state === "critical" && memory.firing.LLMQuotaWillExhaust !== undefined;
    return enter(memory, goesOn ? want : OK, meter);
  }
  if (memory.state === want.state && memory.severity === want.severity) {
    memory.clearing = 0;
    memory.wanted = undefined;
    setFiring(memory, meter.at);
    return;
  }
  if (isWorse(want, memory)) {
    const readings = memory.wanted?.state === want.state ? memory.wanted.readings + 1 : 1;
    memory.wanted = { ...want, readings };
    if (readings >= settings.confirm_readings) {
      if (want.state === "use_or_lose") memory.reminded = true;
      enter(memory, want, meter);
    } else if (memory.state === "unknown") enter(memory, OK, meter);
    return;
  }
  memory.wanted = undefined;
  memory.clearing++;
  if (memory.state === "unknown" || memory.clearing >= settings.clear_readings) enter(memory, want, meter);
}

const RANK: Readonly<Record<State, number>> = {
  unknown: 0,
  ok: 0,
  unlimited: 0,
  use_or_lose: 1,
  watch: 2,
  topup: 3,
  critical: 4,
  exhausted: 5,
};

const isWorse = (want: Judgement, now: Judgement) =>
  RANK[want.state] > RANK[now.state] ||
  (want.state === now.state && want.severity === "critical" && now.severity !== "critical");

/** The severity that the config sets, else what the state deserves; buckets and partial quotas never page by themselves. */
export function severityOf(base: Severity, reading: Reading, around: Surroundings): Severity {
  if (around.override?.severity !== undefined) return around.override.severity;
  const isMinor = reading.kind === "rate_limit" || reading.partial === true || around.hasOtherBalance;
  return isMinor ? atMost(base, "warning") : base;
}

// --- Alerts ---

/** The alerts that the state of a quota fires. What announced an exhaustion goes on while exhausted, but never starts there. */
function setFiring(memory: QuotaMemory, at: number): void {
  const { state, firing } = memory;
  const isBucket = memory.good?.kind === "rate_limit";
  const wanted: Partial<Record<QuotaAlert, boolean>> = {
    LLMQuotaExhausted: state === "exhausted",
    LLMQuotaWillExhaust: state === "critical" || (state === "exhausted" && firing.LLMQuotaWillExhaust !== undefined),
    LLMQuotaCreditsLow: state === "topup" || (state === "exhausted" && firing.LLMQuotaCreditsLow !== undefined),
    LLMQuotaWatch: state === "watch" && !isBucket,
    LLMQuotaRateLimited: state === "watch" && isBucket,
    LLMQuotaUseOrLose: state === "use_or_lose",
  };
  for (const [name, fires] of Object.entries(wanted) as [QuotaAlert, boolean][]) {
    if (!fires) delete firing[name];
    else {
      const goesOn = state === "exhausted" && name !== "LLMQuotaExhausted";
      const before = firing[name];
      firing[name] = { since: before?.since ?? at, severity: goesOn && before ? before.severity : memory.severity };
    }
  }
}

/** Ends everything that the state of a quota fires. */
export function release(memory: QuotaMemory, state: State): void {
  memory.state = state;
  memory.severity = "none";
  memory.wanted = undefined;
  memory.clearing = 0;
  memory.emptyReadings = 0;
  memory.firing = {};
}
