import { hasAmounts } from "../quota/amounts.ts";
import type { Reading } from "../quota/reading.ts";
import type { State } from "../quota/state.ts";
import { exhaustedNow, isDue, judgeEmpty } from "./emptiness.ts";
import { setFiring } from "./firing.ts";
import type { MeterEvent } from "./meter.ts";
import type { QuotaMemory } from "./quota-memory.ts";
import type { EngineSettings } from "./settings.ts";
import { bucketState, type Case, type Judgement, OK, type Surroundings, wantedState } from "./verdict.ts";

/** Moves the state of a quota on by one good reading. Nothing else moves it, but the passing of a hold. */
export function judge(memory: QuotaMemory, event: MeterEvent, around: Surroundings, settings: EngineSettings): void {
  const { good: reading, meter, outlook } = memory;
  if (reading === undefined) return;
  const at = reading.readAt.getTime() / 1000;
  if (reading.unlimited === true) {
    enter(memory, { state: "unlimited", severity: "none" }, at);
    return;
  }
  if (reading.kind === "rate_limit") {
    if (event !== "repeated" && event !== "stale")
      enter(memory, bucketState({ memory, reading, at, settings, around }), at);
    return;
  }
  if (!hasAmounts(reading)) {
    if (event !== "repeated") judgeWord(memory, reading, around, settings);
    return;
  }
  if (meter === undefined || outlook === undefined || event === "repeated" || event === "stale") return;
  const current: Case = { memory, reading, at, meter, outlook, event, around, settings };
  turnEpisode(current);
  const empty = judgeEmpty(current);
  if (empty === undefined) judgeFilled(current);
  else if (empty !== "hold") enter(memory, empty, at);
  else if (memory.state === "unknown") enter(memory, OK, at);
}

/** Where no amount is told, only whether calls are refused for want of it or served. */
function judgeWord(memory: QuotaMemory, reading: Reading, around: Surroundings, settings: EngineSettings): void {
  const at = reading.readAt.getTime() / 1000;
  if (reading.refused === true) {
    memory.clearing = 0;
    memory.emptyReadings++;
    const isConfirmed = memory.emptyReadings >= settings.confirm_readings || memory.state === "exhausted";
    if (reading.enforcement === "hard" && isConfirmed)
      enter(memory, exhaustedNow(reading, memory.meter, around, settings), at);
    else if (memory.state === "unknown") enter(memory, OK, at);
    return;
  }
  memory.emptyReadings = 0;
  memory.clearing++;
  const isBack = memory.state === "unknown" || memory.clearing >= settings.confirm_readings;
  if (memory.state === "unknown" || (memory.state === "exhausted" && isBack)) enter(memory, OK, at);
}

/** The verdict on a quota with something left. */
function judgeFilled(current: Case): void {
  const { memory, event, at } = current;
  // While a reading is doubted, or the reset is due and not yet seen, nothing begins and nothing ends.
  if (event === "doubtful" || isDue(current)) {
    if (memory.state === "unknown") enter(memory, OK, at);
    return;
  }
  const want = wantedState(current);
  // A top-up that is too small ends nothing.
  if (event === "topup" && want.state === "topup" && memory.firing.LLMQuotaCreditsLow !== undefined)
    enter(memory, want, at);
  else {
    if (event === "topup") setFiring(memory, at);
    settle(current, want);
  }
}

/** A reset or top-up ends the episode; if it turns out to be a lie, the episode goes on as if nothing had been. */
function turnEpisode({ memory, meter, event, at }: Case): void {
  if (event === "resumed" && memory.replaced !== undefined) {
    Object.assign(memory, memory.replaced);
    memory.wanted = undefined;
    memory.clearing = 0;
  }
  const { state, severity, reminded, firing } = memory;
  if (meter.replaced === undefined) memory.replaced = undefined;
  else memory.replaced ??= { state, severity, reminded, firing: { ...firing } };
  if (event !== "reset" && event !== "topup") return;
  memory.reminded = false;
  memory.clearing = 0;
  memory.wanted = undefined;
  memory.state = "ok";
  memory.severity = "none";
  if (event === "reset") setFiring(memory, at);
}

function enter(memory: QuotaMemory, next: Judgement, at: number): void {
  if (next.state !== memory.state) memory.clearing = 0;
  if (next.state === "use_or_lose") memory.reminded = true;
  memory.wanted = undefined;
  memory.state = next.state;
  memory.severity = next.severity;
  setFiring(memory, at);
}

/** Enters a more urgent state when enough readings in a row want it, leaves one when enough in a row do not. */
function settle(current: Case, want: Judgement): void {
  const { memory, at } = current;
  if (memory.state === "exhausted") enter(memory, isForetold(memory, want) ? want : OK, at);
  else if (memory.state === want.state && memory.severity === want.severity) {
    memory.clearing = 0;
    memory.wanted = undefined;
    setFiring(memory, at);
  } else if (isWorse(want, memory)) worsen(current, want);
  else {
    memory.wanted = undefined;
    if (memory.clearing === 0) memory.clearingSince = at;
    memory.clearing++;
    if (memory.state === "unknown" || hasCleared(current)) enter(memory, want, at);
  }
}

/** A page that ends only for a moment has not ended. */
function hasCleared({ memory, reading, at, settings }: Case): boolean {
  if (memory.clearing < settings.clear_readings) return false;
  if (memory.state !== "critical") return true;
  const least = Math.min(settings.clear_share * (reading.periodSeconds ?? 0), settings.clear_most);
  return at - memory.clearingSince >= least;
}

/** The alert that announced the exhaustion goes on after it. */
const isForetold = ({ firing }: QuotaMemory, { state }: Judgement) =>
  (state === "critical" && firing.LLMQuotaWillExhaust !== undefined) ||
  (state === "topup" && firing.LLMQuotaCreditsLow !== undefined);

/** Readings that want different worse states agree on the milder one. */
function worsen({ memory, at, settings }: Case, want: Judgement): void {
  const before = memory.wanted;
  const goesOn = before !== undefined && (before.state === want.state || !isReminder(before, want));
  const agreed = goesOn && isWorse(want, before) ? before : want;
  const readings = goesOn ? before.readings + 1 : 1;
  if (readings < settings.confirm_readings) {
    if (memory.state === "unknown") enter(memory, OK, at);
    memory.wanted = { state: agreed.state, severity: agreed.severity, readings };
    return;
  }
  enter(memory, { state: agreed.state, severity: agreed.severity }, at);
  if (agreed !== want) memory.wanted = { ...want, readings: 1 };
}

/** That capacity lapses unused is no milder form of running out. */
const isReminder = (...judgements: readonly Judgement[]) => judgements.some(({ state }) => state === "use_or_lose");

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
