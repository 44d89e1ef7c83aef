import { hasAmounts, ratioOf, remainingOf } from "../quota/amounts.ts";
import { formatAge, formatDuration, formatShare, secondsBetween } from "../quota/format.ts";
import type { State } from "../quota/state.ts";
import { comeback, exhaustion, lapsing, lasting, leftOf, pendingReset, standing, type Told } from "./forecast-words.ts";
import { heldBack, severityNote, softNote } from "./held-back.ts";
import type { EngineSettings } from "./settings.ts";
import type { QuotaSnapshot } from "./snapshot.ts";

/** What is said one after the other; what is not known is not said. */
type Clauses = readonly (string | undefined)[];

/** Why a quota is in its state: plain text, with the numbers that led there. */
export function explain(quota: QuotaSnapshot, settings: EngineSettings, now: Date): string {
  const told = { quota, settings, now };
  const isKept = !quota.valid && quota.state !== "unknown";
  const clauses = isKept ? kept(told) : [...REASONS[quota.state](told), quota.present ? undefined : LEFT_OUT];
  const text = clauses.filter((clause) => clause !== undefined).join("; ");
  return `${text.charAt(0).toUpperCase()}${text.slice(1)}.`;
}

const LEFT_OUT = "the last good answer left it out";
const UNSETTLED = "readings do not yet agree for long enough that it is not";

const REASONS: Readonly<Record<State, (told: Told) => Clauses>> = {
  exhausted,
  critical: (told) => [
    standing(told),
    pendingReset(told) ?? exhaustion(told) ?? `it was about to run out, and ${UNSETTLED}`,
    severityNote(told),
  ],
  topup: (told) => [standing(told), lasting(told) ?? `it was running low, and ${UNSETTLED}`, topupNote(told)],
  watch,
  use_or_lose: (told) => [standing(told), pendingReset(told) ?? lapsing(told)],
  unlimited: () => ["the provider says that there is no cap"],
  unknown,
  ok,
};

/** The state of data that is too old stands only because something fires. */
function kept({ quota, now }: Told): Clauses {
  const left = leftOf(quota.reading);
  const age = quota.lastGoodAt === undefined ? "" : `, ${formatAge(quota.lastGoodAt, now)},`;
  return [
    left === undefined ? "no current reading is at hand" : `the last good reading${age} told ${left}`,
    `it stays ${quota.state}, since what cannot be read has not recovered`,
  ];
}

function exhausted(told: Told): Clauses {
  const { quota, now } = told;
  const { reading, alerts } = quota;
  const alert = alerts.find((active) => active.alert === "LLMQuotaExhausted");
  const since = alert === undefined ? "" : `, for ${formatDuration(secondsBetween(alert.since, now))}`;
  const isLeft = (remainingOf(reading) ?? 0) > 0;
  const what = reading.refused === true ? "the provider refuses calls for want of it" : "nothing is left";
  const isBack = isLeft && reading.refused !== true;
  return [
    isBack ? `${leftOf(reading)}; it ran out, and readings do not yet agree that it is back` : `${what}${since}`,
    pendingReset(told) ?? comeback(told),
    alert?.severity === "warning" ? severityNote(told) : undefined,
  ];
}

function watch(told: Told): Clauses {
  const { reading, forecast } = told.quota;
  if (reading.kind === "rate_limit")
    return [standing(told), "in the last minutes it was low again and again, or calls were refused for want of it"];
  if (reading.refused === true) return ["the provider refuses calls for want of it, but another balance is left"];
  const runsOut = pendingReset(told) ?? exhaustion(told);
  if (runsOut !== undefined) return [standing(told), runsOut, heldBack(told)];
  if (forecast === undefined && ratioOf(reading) !== undefined)
    return [standing(told), `there is no forecast, and under ${formatShare(told.settings.watch_below)} is little`];
  return [standing(told), lasting(told), `it was to run out, and ${UNSETTLED}`];
}

function unknown({ quota, now }: Told): Clauses {
  const { reading, lastGoodAt, valid } = quota;
  if (reading.source === "declared") return ["the config declares it, and no call was counted for it yet"];
  if (lastGoodAt === undefined)
    return [
      reading.confidence === "degraded"
        ? "the provider calls its own answer uncertain, and no certain one was read yet"
        : "the provider has told no number yet",
    ];
  const left = leftOf(reading);
  if (!valid) {
    const was = left === undefined ? "" : ` (${left})`;
    return [`the last good reading${was} was ${formatAge(lastGoodAt, now)}, too long ago to judge by`];
  }
  if (reading.kind === "credits" && remainingOf(reading) === 0)
    return ["the balance is 0 and was never seen above 0: it may be one that nobody uses"];
  return [left, "no reading has led to a verdict yet"];
}

function ok(told: Told): Clauses {
  const { reading, doubtful } = told.quota;
  const left = remainingOf(reading);
  if (doubtful) return [standing(told), exhaustion(told), "a surprise waits for a second reading that confirms it"];
  if (reading.kind === "rate_limit") return [standing(told), "it refills by itself within minutes"];
  if (left !== undefined && left <= 0) return emptyButOk(told);
  if (!hasAmounts(reading))
    return [reading.refused === true ? "a refusal waits for a second one" : "the provider serves calls that need it"];
  const pending = pendingReset(told);
  if (pending !== undefined) return [standing(told), pending];
  if (told.quota.forecast === undefined) return [standing(told), "too few readings yet to tell how fast it goes"];
  const runsOut = reading.kind === "credits" ? undefined : exhaustion(told);
  return [standing(told), runsOut ?? lasting(told), runsOut === undefined ? softNote(told) : heldBack(told)];
}

function emptyButOk(told: Told): Clauses {
  const { reading } = told.quota;
  if (reading.enforcement === "soft") return ["nothing is left", softNote(told)];
  if (reading.kind === "credits") return ["nothing is left, but another balance is"];
  return ["nothing is left", pendingReset(told) ?? "that waits for a second reading"];
}

function topupNote({ quota, settings }: Told): string {
  const { topup_warning: warning, topup_critical: page } = settings;
  if (quota.severity === "critical") return `under ${formatDuration(page)} is worth a page`;
  return `under ${formatDuration(warning)} calls for a top-up`;
}
