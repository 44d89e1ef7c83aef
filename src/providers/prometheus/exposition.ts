import { METRIC_NAME, readLabels } from "./labels.ts";

/** One line of a page of metrics. */
export interface Sample {
  readonly name: string;
  readonly labels: ReadonlyMap<string, string>;
  /** May be NaN or infinite. */
  readonly value: number;
  /** Most samples have no time of their own: they are of now. */
  readonly at?: Date;
}

/** A line of a metric that was asked for cannot be read. */
export class FormatError extends Error {
  override readonly name = "FormatError";
  readonly line: number;

  constructor(line: number) {
    super(`line ${line} is no sample`);
    this.line = line;
  }
}

/** Longer lines are no samples of anything that is looked for. */
const LONGEST_LINE = 65_536;

/**
 * The samples of these metrics, in the text format of Prometheus or in OpenMetrics:
 * https://prometheus.io/docs/instrumenting/exposition_formats/ and https://prometheus.io/docs/specs/om/open_metrics_spec/,
 * read 2026-11-21. Lines of other metrics are not looked at.
 */
export function samplesOf(page: string, names: ReadonlySet<string>): readonly Sample[] {
  const samples: Sample[] = [];
  let number = 0;
  for (const line of linesOf(page)) {
    number++;
    if (isEnd(line)) break;
    if (!isAbout(line, names)) continue;
    const sample = line.length > LONGEST_LINE ? undefined : sampleOf(line);
    if (sample === undefined) throw new FormatError(number);
    if (names.has(sample.name)) samples.push(sample);
  }
  return samples;
}

/** One after the other: a page of some megabytes is not kept twice. */
function* linesOf(page: string): Generator<string> {
  let start = 0;
  for (;;) {
    const end = page.indexOf("\n", start);
    if (end === -1) break;
    yield page.slice(start, end);
    start = end + 1;
  }
  yield page.slice(start);
}

/** The last line of OpenMetrics. */
const isEnd = (line: string): boolean => line.startsWith("# EOF") && line.trimEnd() === "# EOF";

/** A page of OpenMetrics says where it ends, so that one cut short is known. */
export const isComplete = (page: string): boolean => /(?:^|\n)# EOF\s*$/.test(page);

const NAME = /[ \t]*([A-Za-z_:][\w:]*)?(?=[ \t{])/y;

/** Whether a line may tell one of these. The name of a metric may stand in the braces, in quotes. */
function isAbout(line: string, names: ReadonlySet<string>): boolean {
  if (line === "" || line.startsWith("#")) return false;
  NAME.lastIndex = 0;
  const found = NAME.exec(line);
  if (found === null) return false;
  const [, name] = found;
  if (name !== undefined) return names.has(name);
  const inBraces = line[NAME.lastIndex] === "{" ? line.slice(NAME.lastIndex + 1).trimStart() : "";
  return [...names].some((one) => inBraces.startsWith(`"${one}"`));
}

/** Value, time and exemplar. */
const REST = /^[ \t]*([^\s#]+)(?:[ \t]+([+-]?\d{1,20}(?:\.\d{1,20})?))?[ \t]*(?:#.*)?\r?$/;

function sampleOf(line: string): Sample | undefined {
  NAME.lastIndex = 0;
  const name = NAME.exec(line)?.[1];
  const behind = NAME.lastIndex + (/^[ \t]*/.exec(line.slice(NAME.lastIndex))?.[0].length ?? 0);
  const braces = line[behind] === "{" ? readLabels(line, behind) : { items: [], end: behind };
  if (braces === undefined || braces.items.some(({ operator }) => operator !== "=")) return undefined;
  const labels = new Map(braces.items.map(({ label, value }) => [label, value]));
  const metric = name ?? labels.get(METRIC_NAME);
  const [, text = "", time] = REST.exec(line.slice(braces.end)) ?? [];
  const value = toValue(text);
  if (metric === undefined || value === undefined) return undefined;
  return { name: metric, labels, value, ...(time !== undefined && { at: toTime(Number(time)) }) };
}

const NUMBER = /^[+-]?(?:\d+\.?\d*|\.\d+)(?:e[+-]?\d+)?$/i;
const INFINITE = /^[+-]?inf(?:inity)?$/i;

/** A number as Go writes it; undefined for what is none. */
export function toValue(text: string): number | undefined {
  if (NUMBER.test(text)) return Number(text);
  if (/^[+-]?nan$/i.test(text)) return Number.NaN;
  return INFINITE.test(text) ? Number(`${text.startsWith("-") ? "-" : ""}Infinity`) : undefined;
}

/** From here on a number counts milliseconds, as in the text format; OpenMetrics counts seconds. */
const FIRST_MILLISECONDS = 1e11;

const toTime = (told: number): Date => new Date(Math.abs(told) >= FIRST_MILLISECONDS ? told : told * 1000);
