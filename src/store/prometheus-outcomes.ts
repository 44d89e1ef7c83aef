import type { ReadOutcome } from "../quota/account.ts";
import { usedOf } from "../quota/amounts.ts";
import { type Confidence, ENFORCEMENTS, KINDS, type Reading, type Source, UNITS } from "../quota/reading.ts";
import type { Series } from "./prometheus-api.ts";

/** The families that a reading is put together from again, and what each is here. */
export const FAMILIES = {
  llm_quota_remaining: "remaining",
  llm_quota_limit: "limit",
  llm_quota_used: "used",
  llm_quota_reset_timestamp_seconds: "reset",
  llm_quota_expiry_timestamp_seconds: "expiry",
  llm_quota_period_seconds: "period",
  llm_quota_last_reading_timestamp_seconds: "read",
  llm_quota_info: "info",
} as const satisfies Record<string, string>;

/** Labels of a family or of its subject; the others tell which exporter was scraped, and how. */
const OWN = new Set([
  "__name__",
  "provider",
  "account",
  "quota",
  "unit",
  "kind",
  "enforcement",
  "source",
  "confidence",
]);

type Answer = Extract<ReadOutcome, { ok: true }>;
/** What one scrape told of one quota. Amounts are named with their unit. */
interface Facts {
  readonly values: Map<string, number>;
  info: Readonly<Record<string, string>> | undefined;
}
/** By the time of the scrape, then by quota. */
type Ticks = Map<number, Map<string, Facts>>;

/**
 * The reads of one account, oldest first, as its series tell them. Each exporter that was scraped is followed by itself:
 * the largest value of two would mix what they read at different times. A reading that several scrapes or several
 * exporters show is one, by the time at which it was read, and none is of the future.
 */
export function outcomesOf(series: readonly Series[], now: Date): readonly ReadOutcome[] {
  const targets = new Map<string, Ticks>();
  for (const one of series) {
    const target = targetOf(one);
    const ticks: Ticks = targets.get(target) ?? new Map();
    targets.set(target, ticks);
    collect(one, ticks);
  }
  const all = [...targets.values()].flatMap((ticks) => readsOf(ticks, now));
  return eachOnce(all.toSorted((one, other) => one.at.getTime() - other.at.getTime()));
}

function targetOf({ labels }: Series): string {
  const others = Object.entries(labels).filter(([name]) => !OWN.has(name));
  return JSON.stringify(others.toSorted(([one], [other]) => (one < other ? -1 : 1)));
}

function collect({ labels, samples }: Series, ticks: Ticks): void {
  const { __name__: name = "", quota = "", unit } = labels;
  const what = Object.hasOwn(FAMILIES, name) ? FAMILIES[name as keyof typeof FAMILIES] : undefined;
  if (what === undefined || quota === "") return;
  const key = unit === undefined ? what : `${what} ${unit}`;
  for (const [at, value] of samples) {
    if (!Number.isFinite(value)) continue;
    const quotas = ticks.get(at) ?? new Map<string, Facts>();
    ticks.set(at, quotas);
    const facts = quotas.get(quota) ?? { values: new Map(), info: undefined };
    quotas.set(quota, facts);
    if (what === "info") facts.info = labels;
    else facts.values.set(key, value);
  }
}

function readsOf(ticks: Ticks, now: Date): Answer[] {
  const newest = new Map<string, number>();
  const times = [...ticks.keys()].toSorted((one, other) => one - other);
  return times.flatMap((at): Answer[] => {
    const readings = [...(ticks.get(at) ?? [])].flatMap(([quota, facts]) => toReading(quota, facts, at) ?? []);
    const known = readings.filter(({ readAt }) => readAt <= now);
    const fresh = known.filter(({ quota, readAt }) => readAt.getTime() > (newest.get(quota) ?? -Infinity));
    const last = Math.max(...fresh.map(({ readAt }) => readAt.getTime()));
    if (fresh.length === 0) return [];
    for (const { quota, readAt } of fresh) newest.set(quota, readAt.getTime());
    return [{ ok: true, at: new Date(last), seconds: 0, answer: { readings: known, metered: true } }];
  });
}

/** Undefined where too little is told to know what kind of quota it is: nothing is made up. */
function toReading(quota: string, { values, info }: Facts, at: number): Reading | undefined {
  const kind = KINDS.find((one) => one === info?.["kind"]);
  const unit = UNITS.find((one) => one === info?.["unit"]);
  const enforcement = ENFORCEMENTS.find((one) => one === info?.["enforcement"]);
  if (kind === undefined || unit === undefined || enforcement === undefined) return undefined;
  const reset = dateOf(values.get("reset"));
  const expiry = dateOf(values.get("expiry"));
  const period = values.get("period");
  const amounts = amountsOf(values, unit);
  const told = Object.keys(amounts).some((name) => name !== "limit");
  return {
    quota,
    kind,
    unit,
    readAt: dateOf(values.get("read")) ?? new Date(Math.round(at * 1000)),
    enforcement,
    source: sourceOf(info?.["source"]),
    // Shown without an amount it was out of date, or what the provider itself called uncertain.
    confidence: told ? confidenceOf(info?.["confidence"]) : "degraded",
    ...(told && amounts),
    ...(reset !== undefined && { resetAt: reset }),
    ...(expiry !== undefined && { expiresAt: expiry }),
    ...(period !== undefined && period > 0 && { periodSeconds: period }),
  };
}

type Amounts = Pick<Reading, "limit" | "remaining" | "used">;

/** What was used is said by itself only where it does not follow from the two others. */
function amountsOf(values: Facts["values"], unit: string): Amounts {
  const limit = values.get(`limit ${unit}`);
  const remaining = values.get(`remaining ${unit}`);
  const used = values.get(`used ${unit}`);
  const sure = { ...(limit !== undefined && { limit }), ...(remaining !== undefined && { remaining }) };
  return used === undefined || usedOf(sure) === used ? sure : { ...sure, used };
}

const SOURCES: readonly Source[] = ["api", "headers", "probe", "count", "declared"];
const sourceOf = (text: string | undefined): Source => SOURCES.find((one) => one === text) ?? "api";
const confidenceOf = (text: string | undefined): Confidence => (text === "estimated" ? "estimated" : "reported");

/** Of what no `Date` can tell there is none. */
function dateOf(seconds: number | undefined): Date | undefined {
  if (seconds === undefined || Math.abs(seconds) > 8.64e12) return undefined;
  return new Date(Math.round(seconds * 1000));
}

/** Of a quota that an answer tells no news of, the last reading is told again: it was not missing. */
function eachOnce(outcomes: readonly Answer[]): readonly Answer[] {
  const told = new Map<string, Reading>();
  return outcomes.flatMap((outcome) => {
    let isNews = false;
    const readings = outcome.answer.readings.map((reading) => {
      const before = told.get(reading.quota);
      if (before !== undefined && before.readAt >= reading.readAt) return before;
      isNews = true;
      told.set(reading.quota, reading);
      return reading;
    });
    return isNews ? [{ ...outcome, answer: { ...outcome.answer, readings } }] : [];
  });
}
