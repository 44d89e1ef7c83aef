import { type Shown, shown } from "../engine/shown.ts";
import type { AccountSnapshot, QuotaSnapshot } from "../engine/snapshot.ts";
import type { FailureReason } from "../quota/failure.ts";
import { formatAge, formatDuration, formatNumber, secondsBetween, unitWord } from "../quota/format.ts";
import type { Reading } from "../quota/reading.ts";

/** What is left of a quota in words: `47.5 M of 60 M input tokens`, `$7.42`, `no cap`, `unknown`. */
export function leftInWords(quota: QuotaSnapshot): string {
  const { reading } = quota;
  if (!quota.valid) return "unknown";
  if (reading.unlimited === true) return "no cap";
  return amountInWords(reading, shown(quota)) ?? "unknown";
}

/** What was left when a quota was last read well, for one whose data is too old to be the truth. */
export function lastKnownInWords(quota: QuotaSnapshot, now: Date): string | undefined {
  if (quota.valid || quota.lastGoodAt === undefined) return undefined;
  const amount = amountInWords(quota.reading, shown({ ...quota, valid: true }));
  return `${amount === undefined ? "last read" : `was ${amount}`} ${formatAge(quota.lastGoodAt, now)}`;
}

function amountInWords({ unit }: Reading, { limit, remaining, used }: Shown): string | undefined {
  const word = unitWord(unit);
  const counted = (text: string) => (word === "" ? text : `${text} ${word}`);
  if (remaining !== undefined) {
    const left = formatNumber(remaining, unit);
    // The limit of a share is 1 by definition: "29 % of 100 %" says nothing more.
    return counted(limit === undefined || unit === "ratio" ? left : `${left} of ${formatNumber(limit, unit)}`);
  }
  return used === undefined ? undefined : `${counted(formatNumber(used, unit))} used`;
}

/** When the window starts again or the credits lapse; undefined where the provider tells neither. */
export function resetInWords({ reading, valid }: QuotaSnapshot, now: Date): string | undefined {
  const { resetAt, expiresAt } = reading;
  if (resetAt !== undefined) {
    if (resetAt > now) return `resets in ${formatDuration(secondsBetween(now, resetAt))}`;
    return `reset was due ${formatAge(resetAt, now)}${valid ? ", next reading pending" : ""}`;
  }
  if (expiresAt === undefined) return undefined;
  if (expiresAt > now) return `expires in ${formatDuration(secondsBetween(now, expiresAt))}`;
  return `expired ${formatAge(expiresAt, now)}`;
}

/** `runs out in 2 h 25 m, 40 min before the reset`, `lasts until the reset`, or why there is no forecast. */
export function forecastInWords(quota: QuotaSnapshot, now: Date): string {
  const { reading } = quota;
  if (!quota.valid) return "no forecast without a current reading";
  if (reading.unlimited === true) return "never runs out";
  if (quota.state === "exhausted") return "nothing left";
  if (reading.kind === "rate_limit") return "refills by itself within minutes";
  const { forecast } = shown(quota);
  if (forecast === undefined) return "no forecast yet";
  if (forecast.likely !== undefined) return runsOut(forecast.likely, reading, now);
  const until = end(reading, now);
  const lasts = until === undefined ? "lasts at this rate" : `lasts until ${until.name}`;
  if (forecast.early === undefined) return lasts;
  return `likely ${lasts}; at worst gone in ${formatDuration(secondsBetween(now, forecast.early))}`;
}

function runsOut(likely: Date, reading: Reading, now: Date): string {
  if (likely <= now) return "is running out now";
  const until = end(reading, now);
  const early = until === undefined ? 0 : secondsBetween(likely, until.at);
  const margin = until === undefined || early <= 0 ? "" : `, ${formatDuration(early)} before ${until.name}`;
  return `runs out in ${formatDuration(secondsBetween(now, likely))}${margin}`;
}

function end({ resetAt, expiresAt }: Reading, now: Date): { at: Date; name: string } | undefined {
  if (resetAt !== undefined && resetAt > now) return { at: resetAt, name: "the reset" };
  if (expiresAt !== undefined && expiresAt > now) return { at: expiresAt, name: "it expires" };
  return undefined;
}

const REASONS: Readonly<Record<FailureReason, string>> = {
  auth: "The credential was rejected",
  not_entitled: "The credential is valid, but its plan does not include this",
  rate_limited: "The provider asks to be read less often",
  server: "The provider has a fault",
  client: "The provider did not accept the request",
  network: "The provider cannot be reached",
  timeout: "The provider did not answer in time",
  malformed: "The provider's answer could not be understood",
  bug: "The exporter has a fault",
};

/** Why an account cannot be read, as a sentence; undefined while it can. */
export function errorInWords({ error }: Pick<AccountSnapshot, "error">): string | undefined {
  return error && `${REASONS[error.reason]}: ${error.message}.`;
}

/** `read 2 s ago`, or since when it cannot be read. */
export function lastReadInWords({ up, lastPollAt, lastSuccessAt }: AccountSnapshot, now: Date): string {
  if (lastPollAt === undefined) return "not read yet";
  if (up) return `read ${formatAge(lastSuccessAt ?? lastPollAt, now)}`;
  const tried = `tried ${formatAge(lastPollAt, now)}`;
  return `${tried}, ${lastSuccessAt === undefined ? "never read" : `last read ${formatAge(lastSuccessAt, now)}`}`;
}
