import { ratioOf, remainingOf, usedOf } from "../quota/amounts.ts";
import { formatAge, formatDuration, formatNumber, formatShare, secondsBetween, unitWord } from "../quota/format.ts";
import type { Reading } from "../quota/reading.ts";
import type { EngineSettings } from "./settings.ts";
import type { QuotaSnapshot } from "./snapshot.ts";

/** What an explanation draws on, at one time. */
export interface Told {
  readonly quota: QuotaSnapshot;
  readonly settings: EngineSettings;
  readonly now: Date;
}

/** `31 % left, 4 h 10 m to the reset`. */
export function standing(told: Told): string | undefined {
  const parts = [leftOf(told.quota.reading), timeLeft(told)].filter((part) => part !== undefined);
  return parts.length === 0 ? undefined : parts.join(", ");
}

/** `31 %`, `$7.42`, `12 requests used`; undefined where no amount is known. */
export function leftOf(reading: Reading): string | undefined {
  const ratio = ratioOf(reading);
  if (ratio !== undefined) return `${formatShare(ratio)} left`;
  const remaining = remainingOf(reading);
  if (remaining !== undefined) return `${amount(remaining, reading)} left`;
  const used = usedOf(reading);
  return used === undefined ? undefined : `${amount(used, reading)} used`;
}

const amount = (value: number, { unit }: Reading) => `${formatNumber(value, unit)} ${unitWord(unit)}`.trimEnd();

interface End {
  readonly at: Date;
  readonly name: "the reset" | "it expires";
}

/** What ends the worry, while it is still to come. */
export function endOf({ quota, now }: Told): End | undefined {
  const { resetAt, expiresAt } = quota.reading;
  if (resetAt !== undefined && resetAt > now) return { at: resetAt, name: "the reset" };
  if (expiresAt !== undefined && expiresAt > now) return { at: expiresAt, name: "it expires" };
  return undefined;
}

function timeLeft(told: Told): string | undefined {
  const end = endOf(told);
  if (end === undefined) return undefined;
  const left = formatDuration(secondsBetween(told.now, end.at));
  return end.name === "the reset" ? `${left} to the reset` : `${left} until it expires`;
}

export function comeback(told: Told): string | undefined {
  const end = endOf(told);
  return end?.name === "the reset" ? `it resets in ${formatDuration(secondsBetween(told.now, end.at))}` : undefined;
}

/** Between a passed reset and the next reading nothing begins and nothing ends. */
export function pendingReset({ quota, now }: Told): string | undefined {
  const { resetAt } = quota.reading;
  if (resetAt === undefined || resetAt > now) return undefined;
  return `the reset was due ${formatAge(resetAt, now)}, and nothing is judged before it is read`;
}

/** `at the present 2.1 % per 10 min it is gone in 2 h 25 m, 1 h 45 m before the reset`; undefined where it is to last. */
export function exhaustion(told: Told): string | undefined {
  const likely = told.quota.forecast?.likely;
  if (likely === undefined) return undefined;
  const end = endOf(told);
  const early = end === undefined ? 0 : secondsBetween(likely, end.at);
  const margin = end === undefined || early <= 0 ? "" : `, ${formatDuration(early)} before ${end.name}`;
  const gone = likely <= told.now ? "is about gone" : `is gone in ${formatDuration(secondsBetween(told.now, likely))}`;
  return paced(told, `it ${gone}${margin}`);
}

/** How long, or with how much left, it lasts; undefined where nothing is forecast. */
export function lasting(told: Told): string | undefined {
  const { forecast, reading } = told.quota;
  if (forecast === undefined) return undefined;
  const { early, likely, projectedUsedRatio, runwaySeconds } = forecast;
  const end = endOf(told);
  if (runwaySeconds === undefined) return "nothing is being used";
  if (likely !== undefined || end === undefined) return paced(told, `it lasts ${formatDuration(runwaySeconds)}`);
  const isShare = projectedUsedRatio !== undefined && projectedUsedRatio <= 1 && ratioOf(reading) !== undefined;
  const rest = isShare ? ` with ${formatShare(1 - projectedUsedRatio)} to spare` : "";
  const worst =
    early === undefined || early <= told.now ? "" : `, at worst ${formatDuration(secondsBetween(told.now, early))}`;
  return paced(told, `it lasts until ${end.name}${rest}${worst}`);
}

export function lapsing(told: Told): string | undefined {
  const forecast = told.quota.forecast;
  if (forecast === undefined) return "part of it lapses unused";
  const { projectedUsedRatio, runwaySeconds } = forecast;
  const isShare = projectedUsedRatio !== undefined && projectedUsedRatio >= 0 && projectedUsedRatio < 1;
  const lapses = `${isShare ? formatShare(1 - projectedUsedRatio) : "part of it"} lapses unused`;
  return runwaySeconds === undefined ? `nothing is being used: ${lapses}` : paced(told, lapses);
}

const MINUTE = 60;
const HOUR = 3600;
const DAY = 86_400;
/** Up to a period of so many seconds, a rate is told per so many. */
const SPANS = [
  { upTo: 2 * HOUR, seconds: MINUTE, name: "per min" },
  { upTo: DAY, seconds: 10 * MINUTE, name: "per 10 min" },
  { upTo: 8 * DAY, seconds: HOUR, name: "per hour" },
] as const;
const PER_DAY = { seconds: DAY, name: "per day" } as const;
/** Rates that differ by less than this factor are the same to a reader. */
const SAME_RATE = 1.05;

/** The words, after the rate that they follow from; the rate of late too where another is expected. */
function paced({ quota }: Told, words: string): string {
  const { reading, forecast } = quota;
  const remaining = remainingOf(reading);
  const runway = forecast?.runwaySeconds;
  if (remaining === undefined || remaining <= 0 || runway === undefined || runway <= 0) return words;
  const period = reading.periodSeconds ?? Infinity;
  const { seconds, name } = SPANS.find(({ upTo }) => period <= upTo) ?? PER_DAY;
  const limit = reading.limit ?? 0;
  const show = (rate: number) => (limit > 0 ? formatShare((rate * seconds) / limit) : amount(rate * seconds, reading));
  const expected = remaining / runway;
  const recent = quota.short.perSecond ?? quota.long.perSecond;
  if (recent === undefined) return `at the expected ${show(expected)} ${name} ${words}`;
  const isSame = recent > 0 && Math.max(recent / expected, expected / recent) < SAME_RATE;
  if (isSame) return `at the present ${show(expected)} ${name} ${words}`;
  return `at the expected ${show(expected)} ${name} (${show(recent)} of late) ${words}`;
}
