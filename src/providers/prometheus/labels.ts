/** One item between the braces behind the name of a metric. */
export interface LabelItem {
  readonly label: string;
  readonly operator: string;
  readonly value: string;
}

/** A name in quotes alone is that of the metric: https://prometheus.io/docs/instrumenting/escaping_schemes/, read 2026-11-21. */
export const METRIC_NAME = "__name__";

const DOUBLE = '"[^"\\\\]*(?:\\\\[^][^"\\\\]*)*"';
const SINGLE = DOUBLE.replaceAll('"', "'");
const ITEM = new RegExp(
  `\\s*(?:([A-Za-z_]\\w*)|(${DOUBLE}))\\s*(?:(=~|!~|!=|=)\\s*(${DOUBLE}|${SINGLE})\\s*)?(?:,|(?=\\}))`,
  "y",
);
const END = /\s*\}/y;

/** What stands in braces at `start`, and the index behind them; undefined where that is no list of labels. */
export function readLabels(
  text: string,
  start: number,
): { readonly items: readonly LabelItem[]; readonly end: number } | undefined {
  const items: LabelItem[] = [];
  let at = start + 1;
  for (;;) {
    END.lastIndex = at;
    if (END.test(text)) return { items, end: END.lastIndex };
    ITEM.lastIndex = at;
    const found = ITEM.exec(text);
    const item = found === null ? undefined : itemOf(found);
    if (item === undefined) return undefined;
    items.push(item);
    at = ITEM.lastIndex;
  }
}

function itemOf([, plain, quoted, operator, value]: RegExpExecArray): LabelItem | undefined {
  if (operator !== undefined && value !== undefined)
    return { label: plain ?? unquoted(quoted ?? ""), operator, value: unquoted(value) };
  // Only a name in quotes stands alone.
  return quoted === undefined ? undefined : { label: METRIC_NAME, operator: "=", value: unquoted(quoted) };
}

/** An escape that the format does not have stands for itself. */
function unquoted(text: string): string {
  const inner = text.slice(1, -1);
  if (!inner.includes("\\")) return inner;
  return inner.replaceAll(/\\([\\"'n])/g, (_, escaped: string) => (escaped === "n" ? "\n" : escaped));
}
