import type { Sample } from "./exposition.ts";
import { METRIC_NAME, readLabels } from "./labels.ts";

/** Which sample of a page is meant, and what makes its value a value of ours. */
export interface Selector {
  readonly name: string;
  readonly matchers: readonly { readonly label: string; readonly isEqual: boolean; readonly value: string }[];
  readonly convert: (value: number) => number;
}

const NAME = /\s*(?:([A-Za-z_:][\w:]*)\s*)?/y;
const CONVERSION = /^\s*(?:([*/])\s*(\d{1,15}(?:\.\d{1,15})?(?:e[+-]?\d{1,2})?)\s*)?$/i;

/** As `litellm_remaining_api_key_budget_metric{api_key_alias="ci"} * 100`. */
export function parseSelector(text: string): Selector | { readonly problem: string } {
  NAME.lastIndex = 0;
  const name = NAME.exec(text)?.[1];
  const start = NAME.lastIndex;
  const braces = text[start] === "{" ? readLabels(text, start) : { items: [], end: start };
  if (braces === undefined) return { problem: 'what stands in braces is no list such as {key="ci", team!="x"}' };
  if (braces.items.some(({ operator }) => operator.includes("~")))
    return { problem: "only = and != are understood, no regular expressions; from: server takes any PromQL" };

  const named = braces.items.find(({ label, operator }) => label === METRIC_NAME && operator === "=")?.value;
  const metric = name ?? named;
  if (metric === undefined) return { problem: "needs to begin with the name of a metric" };
  const [isWhole, operator, number] = CONVERSION.exec(text.slice(braces.end)) ?? [];
  const by = Number(number ?? 1);
  if (isWhole === undefined || by === 0)
    return { problem: "behind the metric only * or / and a number above 0 may stand; from: server takes any PromQL" };
  return {
    name: metric,
    matchers: braces.items
      .filter(({ label }) => label !== METRIC_NAME)
      .map(({ label, operator: sign, value }) => ({ label, isEqual: sign === "=", value })),
    convert: operator === "/" ? (value) => value / by : (value) => value * by,
  };
}

export function selectorProblem(text: string): string | undefined {
  const parsed = parseSelector(text);
  return "problem" in parsed ? parsed.problem : undefined;
}

/** A label that a sample does not have is as good as empty, as in PromQL. */
export function isMeant({ name, matchers }: Selector, sample: Sample): boolean {
  if (sample.name !== name) return false;
  return matchers.every(({ label, isEqual, value }) => ((sample.labels.get(label) ?? "") === value) === isEqual);
}
