import { nextReset } from "../quota/calendar.ts";
import { keepTightest, slug, tightestOfEach } from "../quota/open-names.ts";
import { type AccountReading, ENFORCEMENTS, KINDS, type Reading, UNITS } from "../quota/reading.ts";
import { amountsOf } from "./amounts.ts";
import { ask, type Listener, MappingError, nothingFound, quoted } from "./asker.ts";
import { evaluate, type Found, type Scope } from "./evaluate.ts";
import { bindingsOf, type Surroundings } from "./names.ts";
import { placesIn } from "./places.ts";
import type { ReadingRule } from "./reading-rule.ts";
import { type Asker, asker, type RuleContext } from "./rule-asker.ts";
import { type Bounds, kindOf, type Told, toAmount, toFlag, toNumber, toOneOf, toText, toTime } from "./values.ts";

/** What of a mapping is evaluated on a good answer. */
export interface Extraction {
  readonly readings: readonly ReadingRule[];
  readonly plan?: string | undefined;
  /** The answer, or the list of its pages. */
  readonly answer: unknown;
  readonly surroundings: Surroundings;
}

/** Readings by the rules of a mapping. Throws a `MappingError` where an answer does not fit them. */
export async function extract(
  { readings: rules, plan, answer, surroundings }: Extraction,
  listener: Listener,
): Promise<Pick<AccountReading, "readings" | "dropped" | "plan">> {
  const names = { ...bindingsOf(surroundings), answer };
  const scope: Scope = { item: answer, at: "$", names };
  const named: Reading[] = [];
  const open: Reading[] = [];
  for (const [index, rule] of rules.entries()) {
    const field = `readings.${index}`;
    const found = await readingsOf({ rule, field, now: surroundings.now, listener }, scope);
    ("is" in rule.quota ? named : open).push(...found);
  }
  const kept = keepTightest(tightestOfEach(named), open);
  if (plan === undefined) return kept;
  const told = await ask({ field: "plan", expression: plan, scope, convert: toName }, listener);
  return { ...kept, ...(told.is === "value" && { plan: told.value }) };
}

async function readingsOf(context: RuleContext, scope: Scope): Promise<readonly Reading[]> {
  const items = await itemsOf(context, scope);
  const readings: Reading[] = [];
  for (const item of items) {
    const reading = await readingOf(context, item);
    if (reading !== undefined) readings.push(reading);
  }
  return readings;
}

/** No account has more quotas, models or members, and each of them takes time. */
const MOST_ITEMS = 1000;

async function itemsOf({ rule: { each }, field, listener }: RuleContext, scope: Scope): Promise<readonly Scope[]> {
  if (each === undefined) return [scope];
  const question = { field: `${field}.each`, expression: each, scope };
  const told = await ask({ ...question, convert: toList }, listener);
  if (told.is === "missing" && !(await isEmptyOnEveryPage(each, scope))) throw new MappingError(nothingFound(question));
  if (told.is !== "value") return [];
  if (told.value.length > MOST_ITEMS) {
    throw new MappingError(`${scope.at}: ${quoted(question.field, each)} gives more than ${MOST_ITEMS} objects`);
  }
  const isPath = /^[A-Za-z_]\w*(\.[A-Za-z_]\w*)*$/.test(each);
  const list = isPath ? `${scope.at}.${each}` : `${scope.at}(${each.replaceAll(/\s+/g, " ").slice(0, 60)})`;
  const places = placesIn(scope.item, told.value);
  return told.value.map((item, index) => {
    const at = places.get(item) ?? `${list}[${index}]`;
    if (kindOf(item) === "an object") return { item, at, names: { ...scope.names, index } };
    const what = `gives ${kindOf(item)} where a list of objects is needed`;
    throw new MappingError(`${at}: ${quoted(question.field, each)} ${what}`);
  });
}

/** To JSONata, the empty lists of several pages are together nothing at all. */
async function isEmptyOnEveryPage(each: string, scope: Scope): Promise<boolean> {
  const pages: readonly unknown[] = Array.isArray(scope.item) ? scope.item : [];
  for (const item of pages) if (toList(await evaluate(each, { ...scope, item })).is === "missing") return false;
  return pages.length > 0;
}

/** One object is a list of one, as JSONata has it. */
function toList(found: Found): Told<readonly unknown[]> {
  if (found.is !== "value") return found;
  if (Array.isArray(found.value)) return { is: "value", value: found.value };
  if (kindOf(found.value) === "an object") return { is: "value", value: [found.value] };
  return { is: "wrong", why: `gives ${kindOf(found.value)} where a list of objects is needed` };
}

async function readingOf(context: RuleContext, scope: Scope): Promise<Reading | undefined> {
  const { rule, now } = context;
  const before = asker(context, scope);
  if (rule.when !== undefined && (await before.known("when", toFlag)) !== true) return undefined;
  const quota = await before.needed("quota", rule.quota, toQuotaId);
  const about = asker(context, scope, quota);
  const kind = await about.needed("kind", rule.kind, (found) => toOneOf(found, KINDS));
  const unit = await about.needed("unit", rule.unit, (found) => toOneOf(found, UNITS));
  const enforcement = await about.chosen("enforcement", rule.enforcement, (found) => toOneOf(found, ENFORCEMENTS));
  const models = Array.isArray(rule.models) ? rule.models : await about.known("models", toTexts);
  return {
    ...{ quota, kind, unit, readAt: now },
    ...(await amountsOf({ ...context, unit }, scope, about)),
    ...(await timesOf({ ...context, kind }, about)),
    ...(rule.sliding && kind === "rolling" && { sliding: true }),
    ...(rule.partial && { partial: true }),
    ...(models !== undefined && models.length > 0 && { models }),
    enforcement: enforcement ?? "hard",
    source: "api",
  };
}

async function timesOf({ rule, now, kind }: RuleContext & Pick<Reading, "kind">, about: Asker) {
  const toWhen = (found: Found) => toTime(found, rule.time_format, now);
  const told = kind === "credits" ? undefined : await about.known("reset_at", toWhen);
  const resetAt = told ?? (rule.reset === undefined ? undefined : nextReset(rule.reset, now));
  const expiresAt = await about.known("expires_at", toWhen);
  const period = await about.chosen("period", rule.period, (found) => toAmount(found, PERIOD));
  const periodSeconds = period ?? (rule.reset === undefined ? undefined : LENGTHS[rule.reset.every]);
  const refillPerSecond = await about.known("refill_per_second", toNumber);
  return {
    ...(resetAt !== undefined && { resetAt }),
    ...(expiresAt !== undefined && { expiresAt }),
    ...(periodSeconds !== undefined && { periodSeconds }),
    ...(refillPerSecond !== undefined && refillPerSecond > 0 && { refillPerSecond }),
  };
}

const PERIOD: Bounds = { least: 1, most: 366 * 86_400, what: "no length of a window in seconds" };
/** A month has no fixed length. */
const LENGTHS = { day: 86_400, week: 604_800, month: undefined } as const;

function toQuotaId(found: Found): Told<string> {
  const told = toText(found);
  if (told.is !== "value") return told;
  const id = slug(told.value);
  return /^[a-z]/.test(id)
    ? { is: "value", value: id }
    : { is: "wrong", why: "gives a name that no id can begin with" };
}

/** What a daemon beside us takes of an account, too. */
const LONGEST_NAME = 500;
const MOST_NAMES = 10_000;
const TOO_LONG = { is: "wrong", why: `gives a text of more than ${LONGEST_NAME} characters` } as const;

/** It becomes the value of a label. */
function toName(found: Found): Told<string> {
  const told = toText(found);
  return told.is === "value" && told.value.length > LONGEST_NAME ? TOO_LONG : told;
}

function toTexts(found: Found): Told<readonly string[]> {
  if (found.is !== "value") return found;
  const list: readonly unknown[] = Array.isArray(found.value) ? found.value : [found.value];
  const texts = list.filter((item) => typeof item === "string");
  if (texts.length !== list.length) return { is: "wrong", why: "gives something else than texts" };
  if (texts.length > MOST_NAMES) return { is: "wrong", why: `gives more than ${MOST_NAMES} names` };
  return texts.some((text) => text.length > LONGEST_NAME) ? TOO_LONG : { is: "value", value: texts };
}
