import type { Figures } from "./counts.ts";
import type { Result } from "./result.ts";

const plain = (value: number | undefined, digits = 2) => (value === undefined ? "–" : value.toFixed(digits));
const percent = (value: number | undefined) => (value === undefined ? "–" : `${(100 * value).toFixed(1)}%`);

type Column = readonly [head: string, cell: (figures: Figures) => string];

const F1: Column = ["F1", ({ f1 }) => plain(f1)];
const COLUMNS: readonly Column[] = [
  ["precision", ({ precision }) => plain(precision)],
  ["recall", ({ recall }) => plain(recall)],
  ["F1 near-miss ok", ({ f1NearMissOk }) => plain(f1NearMissOk)],
  ["F1 early", ({ f1Early }) => plain(f1Early)],
  ["false pages / period", ({ falsePagesPerPeriod }) => plain(falsePagesPerPeriod)],
  ["flaps / period", ({ flapsPerPeriod }) => plain(flapsPerPeriod)],
  ["median lead", ({ medianLead }) => percent(medianLead)],
  ["err@25", ({ error25 }) => percent(error25)],
  ["err@50", ({ error50 }) => percent(error50)],
  ["err@75", ({ error75 }) => percent(error75)],
  ["call@half", ({ callAtHalf }) => percent(callAtHalf)],
];

type Results = ReadonlyMap<string, Result>;

/** The headline: the mean over the groups, one row per forecaster. */
export function headline(results: Results): string {
  const head = ["forecaster", F1[0], "95 % interval", ...COLUMNS.map(([name]) => name), "CPU s / M samples"];
  const rows = Array.from(results, ([name, { mean, f1Interval, cpuSecondsPerMillion }]) => [
    name,
    F1[1](mean),
    f1Interval === undefined ? "–" : f1Interval.map((end) => plain(end)).join("–"),
    ...COLUMNS.map(([, cell]) => cell(mean)),
    plain(cpuSecondsPerMillion, 1),
  ]);
  return table(head, rows);
}

/** F1 of each group or scenario, one column each. */
export function f1By(results: Results, key: "byGroup" | "byFamily"): string {
  const [first] = results.values();
  const names = [...(first?.[key].keys() ?? [])];
  const rows = Array.from(results, ([name, result]) => [
    name,
    ...names.map((part) => plain(result[key].get(part)?.f1)),
  ]);
  return table(["F1", ...names], rows);
}

/** A table for every scenario. */
export function scenarioTables(results: Results): string {
  const [first] = results.values();
  return Array.from(first?.byScenario ?? [], ([scenario, { periods, exhausted }]) => {
    const rows = Array.from(results, ([name, { byScenario }]) => {
      const figures = byScenario.get(scenario);
      return [name, ...[F1, ...COLUMNS].map(([, cell]) => (figures === undefined ? "–" : cell(figures)))];
    });
    const head = ["forecaster", F1[0], ...COLUMNS.map(([name]) => name)];
    return `${scenario}: ${periods} periods, ${exhausted} exhausted\n\n${table(head, rows)}`;
  }).join("\n");
}

function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]) => `| ${cells.join(" | ")} |\n`;
  return [line(head), `|${" --- |".repeat(head.length)}\n`, ...rows.map(line)].join("");
}
