import type { ConfiguredAccount } from "../config/config.ts";
import type { CallMade } from "../http/observed-client.ts";
import { createScrubber } from "../log.ts";
import type { Mapping } from "../mapping/mapping.ts";
import type { Trace } from "../mapping/trace.ts";
import type { ReadOutcome } from "../quota/account.ts";
import { formatDuration } from "../quota/duration.ts";
import type { Reading } from "../quota/reading.ts";
import type { Secret } from "../secret.ts";
import { aligned, oneLine, silenceText, statedIn } from "./mapping-text.ts";
import { terminalText } from "./terminal-text.ts";

/** As they may be printed: nothing in them steers a terminal, and no credential of the config is in them. */
export function shownLines(lines: readonly string[], secrets: readonly Secret[]): string {
  const { scrub } = createScrubber(secrets);
  return lines.map((line) => `${scrub(terminalText(line))}\n`).join("");
}

interface ExplainedRead {
  readonly account: Pick<ConfiguredAccount, "provider" | "mapping">;
  /** Undefined where it was interrupted. */
  readonly outcome: ReadOutcome | undefined;
  readonly calls: readonly CallMade[];
  readonly traces: readonly Trace[];
}

/** How a read came to what it tells. Only `shownLines` makes the text of others in it safe to print. */
export function explainedRead({ account, outcome, calls, traces }: ExplainedRead): readonly string[] {
  const { mapping, provider } = account;
  const made = calls.length === 0 ? ["no call was made"] : ["calls", ...aligned(calls.map(callRow))];
  if (mapping !== undefined) return [...made, ...explainedMapping(mapping(), traces)];
  const readings = outcome?.ok === true ? outcome.answer.readings : [];
  return [...made, codeText(provider), ...aligned(traces.map(traceRow)), ...readings.flatMap(readingText)];
}

/** Of an expression that code asks, as the config says. */
const traceRow = (trace: Trace): readonly string[] => [trace.field, verdict(trace), oneLine(trace.expression)];

/** Of an account that no mapping reads. */
export const codeText = (provider: string): string =>
  `${provider} is read by code of its own; docs/providers/${provider}.md says how`;

function callRow({ call, status, failure, milliseconds }: CallMade): readonly string[] {
  const words = [status, failure].filter((word) => word !== undefined);
  return [call, words.join(" "), `${Math.round(milliseconds)} ms`];
}

function readingText(reading: Reading): readonly string[] {
  const { quota, kind, unit, enforcement, source, confidence } = reading;
  const times = kind === "credits" ? ["expires_at"] : ["reset_at", "period"];
  const told: Readonly<Record<string, string | undefined>> = {
    limit: reading.limit?.toString(),
    remaining: reading.remaining?.toString(),
    used: reading.used?.toString(),
    unlimited: reading.unlimited && "yes",
    refused: reading.refused && "yes",
    reset_at: reading.resetAt?.toISOString(),
    period: reading.periodSeconds === undefined ? undefined : formatDuration(reading.periodSeconds),
    expires_at: reading.expiresAt?.toISOString(),
    models: reading.models?.join(", "),
  };
  const rows = Object.entries(told).flatMap(([key, text]) => (text === undefined ? [] : [[key, text]]));
  const amounts = reading.unlimited ? [] : ["limit", ...(told["used"] === undefined ? ["remaining"] : [])];
  const unknown = [...amounts, ...times].filter((key) => told[key] === undefined);
  return [
    `${quota}: ${kind}, ${unit}, ${enforcement}, source ${source}, ${confidence}`,
    ...aligned(rows),
    ...(unknown.length === 0 ? [] : [`  not told: ${unknown.join(", ")}`]),
  ];
}

/** What each expression of a mapping found. */
export function explainedMapping(mapping: Mapping, traces: readonly Trace[]): readonly string[] {
  if (traces.length === 0) return ["no expression was asked"];
  const readings = mapping.readings.flatMap((_rule, index) => ruleText(mapping, index, traces));
  const rows = otherRows(mapping, traces);
  const isReached = traces.some(({ field }) => field.startsWith("readings."));
  return [
    ...(rows.length === 0 ? [] : ["answer", ...aligned(rows)]),
    ...(isReached ? readings : ["no reading was reached"]),
  ];
}

/** What is asked about an answer as a whole. */
function otherRows({ failures = [], before = [] }: Mapping, traces: readonly Trace[]): readonly (readonly string[])[] {
  const pages = traces.filter(({ field }) => field === "request.pages.next");
  const more = pages.filter(({ outcome }) => outcome === "value").length;
  return [
    // What it found is in the paths of the calls where anybody may see it.
    ...before.flatMap(({ set, value }, index) =>
      tracesOf(traces, `before.${index}.value`).map(({ outcome, told }) => [
        `before: ${set}`,
        outcome === "value" ? "found" : verdict({ outcome, told }),
        oneLine(value),
      ]),
    ),
    ...(pages[0] === undefined
      ? []
      : [["next page", more === 1 ? "found once" : `found ${more} times`, oneLine(pages[0].expression)]]),
    ...failureRows(failures, traces),
    ...tracesOf(traces, "plan").map((trace) => ["plan", verdict(trace), oneLine(trace.expression)]),
  ];
}

function failureRows(
  failures: NonNullable<Mapping["failures"]>,
  traces: readonly Trace[],
): readonly (readonly string[])[] {
  const asked = traces.filter(({ field }) => field.startsWith("failures."));
  const striking = asked.filter((trace) => !isFalse(trace));
  if (asked.length > 0 && striking.length === 0) return [["failures", `none of ${failures.length} fits`]];
  return striking.map(({ field, outcome, told, expression }) => {
    const rule = failures[Number(field.split(".")[1])];
    const isFit = outcome === "value" && told === "true";
    return [`failure: ${rule?.reason ?? ""}`, isFit ? "fits" : verdict({ outcome, told }), oneLine(expression)];
  });
}

const tracesOf = (traces: readonly Trace[], field: string): readonly Trace[] =>
  traces.filter((trace) => trace.field === field);

const isFalse = ({ outcome, told }: Trace): boolean => outcome === "value" && told === "false";

function verdict({ outcome, told, lacking }: Pick<Trace, "outcome" | "told" | "lacking">): string {
  if (outcome === "wrong") return `wrong: ${told}`;
  return lacking === undefined ? told : `${told}: ${lacking}`;
}

/** One more than this is told by their number. */
const MOST_BLOCKS = 40;

function ruleText(mapping: Mapping, index: number, traces: readonly Trace[]): readonly string[] {
  const field = `readings.${index}`;
  const own = traces.filter((trace) => trace.field.startsWith(`${field}.`));
  const rule = mapping.readings[index];
  if (rule === undefined) return [];
  if (own.length === 0) return [`${field} was not reached`];
  const [list] = tracesOf(own, `${field}.each`);
  const items = Map.groupBy(
    own.filter((trace) => trace !== list),
    ({ at }) => at,
  );
  const skipped = own.filter((trace) => trace.field === `${field}.when` && isFalse(trace));
  const isSkipped = (of: readonly Trace[]) => skipped.some((trace) => of.includes(trace));
  const read = [...items].filter(([, of]) => !isSkipped(of));
  return [
    ...(list === undefined ? [] : [`${field}: each = ${oneLine(list.expression)} is ${verdict(list)}`]),
    ...read.slice(0, MOST_BLOCKS).flatMap(([at, of]) => itemText({ rule, field, at, traces: of })),
    ...(read.length > MOST_BLOCKS ? [`${field}: and ${read.length - MOST_BLOCKS} more`] : []),
    ...(skipped.length === 0 ? [] : [skippedText(field, skipped)]),
  ];
}

/** By their conditions. */
function skippedText(field: string, skipped: readonly Trace[]): string {
  const first = skipped.slice(0, 3);
  const more = skipped.length > 3 ? ` and ${skipped.length - 3} more` : "";
  const lacking = first.flatMap((trace) => trace.lacking ?? []);
  const why = lacking.length === 0 ? "" : `; ${lacking.join(", ")}`;
  const isWhole = first[0]?.at === "$";
  const what = isWhole ? "is skipped" : `skips ${first.map(({ at }) => at).join(", ")}${more}`;
  return `${field} ${what}: when = ${oneLine(first[0]?.expression ?? "")} is false${why}`;
}

interface Item {
  readonly rule: Mapping["readings"][number];
  readonly field: string;
  /** JSON path of what the expressions were asked about. */
  readonly at: string;
  readonly traces: readonly Trace[];
}

function itemText({ rule, field, at, traces }: Item): readonly string[] {
  const quota = traces.find((trace) => trace.quota !== undefined)?.quota;
  const name = quota ?? ("is" in rule.quota ? rule.quota.is : "");
  const where = at === "$" ? field : `${field} on ${at}`;
  const rows = statedIn(rule)
    .filter(({ key }) => key !== "each")
    .map(({ key, expression, literal = "" }) => {
      const [trace] = tracesOf(traces, `${field}.${key}`);
      if (expression === undefined) return [key, literal];
      return [key, trace === undefined ? "not asked" : verdict(trace), oneLine(expression)];
    });
  return [name === "" ? where : `${name} (${where})`, ...aligned(rows), ...silenceText(rule)];
}
