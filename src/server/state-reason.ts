import type { QuotaSnapshot } from "../engine/snapshot.ts";
import { shown } from "../metrics/shown.ts";
import { remainingOf } from "../quota/amounts.ts";
import type { State } from "../quota/state.ts";
import { formatAge, formatDuration, formatNumber, formatShare, secondsBetween } from "./format.ts";
import { forecastInWords, leftInWords, resetInWords } from "./sentences.ts";

/** Why a quota is in its state: one sentence, with the numbers behind it. */
export function stateReason(quota: QuotaSnapshot, now: Date): string {
  if (!quota.valid && quota.state !== "unknown") return `${kept(quota, now)}.`;
  const missing = quota.present ? "" : "; the last good answer left it out";
  return `${REASONS[quota.state](quota, now)}${missing}.`;
}

/** The state of data that is too old stands only because something fires. */
function kept(quota: QuotaSnapshot, now: Date): string {
  const told = amounts({ ...quota, valid: true });
  const age = quota.lastGoodAt === undefined ? "" : `, ${formatAge(quota.lastGoodAt, now)},`;
  const last = told === undefined ? "No current reading is at hand" : `The last good reading${age} told ${told}`;
  return `${last}; its state is kept, since what cannot be read has not recovered`;
}

const REASONS: Readonly<Record<State, (quota: QuotaSnapshot, now: Date) => string>> = {
  exhausted,
  critical(quota, now) {
    if (shown(quota).forecast?.likely !== undefined) return withAmount(`It ${forecastInWords(quota, now)}`, quota);
    return (
      pendingReset(quota, now) ??
      withAmount("It was about to run out, and readings do not yet agree that it is not", quota)
    );
  },
  topup: (quota) =>
    runwayInWords(quota) ?? withAmount("It was running low, and readings do not yet agree that it is not", quota),
  watch,
  use_or_lose(quota, now) {
    const projected = shown(quota).forecast?.projectedUsedRatio;
    const share = projected === undefined || projected >= 1 ? "part" : formatShare(1 - Math.max(0, projected));
    return [withAmount(`If use goes on like this, ${share} of it lapses unused`, quota), resetInWords(quota, now)]
      .filter((part) => part !== undefined)
      .join("; it ");
  },
  unknown,
  ok,
  unlimited: () => "The provider says that there is no cap",
};

function exhausted(quota: QuotaSnapshot, now: Date): string {
  const { reading, alerts } = quota;
  const since = alerts.find(({ alert }) => alert === "LLMQuotaExhausted")?.since;
  const known = since === undefined ? "" : `, for ${formatDuration(secondsBetween(since, now))}`;
  const reset = resetInWords(quota, now);
  const back = reset === undefined ? "" : `; ${reset.startsWith("reset was") ? "its" : "it"} ${reset}`;
  if (reading.refused === true)
    return `${withAmount("The provider refuses calls for want of it", quota)}${known}${back}`;
  if ((remainingOf(reading) ?? 0) <= 0) return `${withAmount("Nothing is left", quota)}${known}${back}`;
  return withAmount("It ran out, and readings do not yet agree that it is back", quota);
}

function watch(quota: QuotaSnapshot, now: Date): string {
  const { reading } = quota;
  const { forecast, ratio } = shown(quota);
  if (reading.kind === "rate_limit") return withAmount("It was low in over half of the recent readings", quota);
  if (reading.refused === true) return "The provider refuses calls for want of it, but another balance is left";
  if (forecast?.likely !== undefined) {
    const but = reading.enforcement === "soft" ? "but it is soft and refuses nothing" : "which is not yet worth a page";
    return withAmount(`It ${forecastInWords(quota, now)}, ${but}`, quota);
  }
  const due = pendingReset(quota, now);
  if (due !== undefined) return due;
  if (forecast === undefined && ratio !== undefined)
    return withAmount(`Only ${formatShare(ratio)} is left, and there is no forecast`, quota);
  return withAmount("It was to run out, and readings do not yet agree that it will last", quota);
}

function unknown(quota: QuotaSnapshot, now: Date): string {
  const { reading, lastGoodAt, valid } = quota;
  if (lastGoodAt === undefined)
    return reading.confidence === "degraded"
      ? "The provider calls its own answer uncertain, and no certain one was read yet"
      : "The provider has told no number yet";
  if (!valid) {
    const told = amounts({ ...quota, valid: true });
    const was = told === undefined ? "" : ` (${told})`;
    return `The last good reading${was} was ${formatAge(lastGoodAt, now)}, too long ago to judge by`;
  }
  if (reading.kind === "credits" && remainingOf(reading) === 0)
    return "The balance is 0 and was never seen above 0: it may be one that nobody uses";
  return withAmount("No reading has led to a verdict yet", quota);
}

function ok(quota: QuotaSnapshot, now: Date): string {
  const { reading, doubtful } = quota;
  const { forecast } = shown(quota);
  if (doubtful) return withAmount("A surprise waits for another reading that confirms it", quota);
  if (reading.kind === "rate_limit") return withAmount("It refills by itself within minutes", quota);
  if ((remainingOf(reading) ?? 1) <= 0) return emptyButOk(quota, now);
  const due = pendingReset(quota, now);
  if (due !== undefined) return due;
  if (forecast === undefined)
    return withAmount("Nothing is wrong, and there are too few readings for a forecast", quota);
  if (reading.kind === "credits") return runwayInWords(quota) ?? withAmount(`It ${forecastInWords(quota, now)}`, quota);
  if (forecast.likely === undefined) return withAmount(`It ${forecastInWords(quota, now)}`, quota);
  const outlook = forecastInWords(quota, now).replace(/^runs out/, "would run out");
  return withAmount(`It ${outlook}, but that is not yet clear enough to say so`, quota);
}

function emptyButOk(quota: QuotaSnapshot, now: Date): string {
  const { reading } = quota;
  if (reading.enforcement === "soft") return withAmount("Nothing is left, but it is soft and refuses nothing", quota);
  if (reading.kind === "credits") return withAmount("Nothing is left, but another balance is", quota);
  return pendingReset(quota, now) ?? withAmount("Nothing is left, which waits to be confirmed", quota);
}

/** Between a passed reset and the next reading nothing begins and nothing ends. */
function pendingReset(quota: QuotaSnapshot, now: Date): string | undefined {
  const { resetAt } = quota.reading;
  if (resetAt === undefined || resetAt > now) return undefined;
  return withAmount(`The reset was due ${formatAge(resetAt, now)}, and nothing is judged before it is read`, quota);
}

function runwayInWords(quota: QuotaSnapshot): string | undefined {
  const { forecast } = shown(quota);
  if (forecast?.runwaySeconds === undefined) return undefined;
  const soft = quota.reading.enforcement === "soft" ? ", and it is soft and refuses nothing" : "";
  return withAmount(`What is left lasts ${formatDuration(forecast.runwaySeconds)} as it is being used${soft}`, quota);
}

/** The words, then the numbers as far as they are known. */
function withAmount(words: string, quota: QuotaSnapshot): string {
  const told = [amounts(quota), pace(quota)].filter((part) => part !== undefined);
  return told.length === 0 ? words : `${words}: ${told.join(", ")}`;
}

/** `29 of 100 requests left`, `12 requests used`. */
function amounts(quota: QuotaSnapshot): string | undefined {
  const words = leftInWords(quota);
  if (words === "unknown") return undefined;
  return shown(quota).remaining === undefined ? words : `${words} left`;
}

function pace(quota: QuotaSnapshot): string | undefined {
  const { longBurn, shortBurn } = shown(quota);
  const burn = longBurn ?? shortBurn;
  return burn === undefined ? undefined : `used ${formatNumber(burn, "requests")} times as fast as would last`;
}
