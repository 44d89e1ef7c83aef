import type { Track } from "./backtest-track.ts";

/** With the frame at its left, no wider than 80. */
const COLUMNS = 66;
const ROWS = 6;
const EIGHTHS = " ▁▂▃▄▅▆▇█";
const MARGIN = 10;

/** What was left over time, one column for each slice of it, and under that where pages were on and where nothing was left. */
export function chart({ points, pages, limit }: Track): string[] {
  const first = points[0]?.at.getTime();
  const last = points.at(-1)?.at.getTime();
  if (first === undefined || last === undefined || last <= first) return [];
  const columnAt = (at: number) => Math.min(COLUMNS - 1, Math.floor(((at - first) / (last - first)) * COLUMNS));
  const least: (number | undefined)[] = Array.from({ length: COLUMNS });
  for (const { at, remaining } of points) {
    const column = columnAt(at.getTime());
    least[column] = Math.min(least[column] ?? Infinity, remaining);
  }
  const top = Math.max(limit ?? 0, ...least.map((value) => value ?? 0));
  const rows = Array.from({ length: ROWS }, (_, row) => {
    const cells = least.map((value) => cell(value, top, ROWS - 1 - row));
    return `${(row === 0 ? "all" : row === ROWS - 1 ? "nothing" : "").padStart(MARGIN - 2)} |${cells.join("")}`;
  });
  const marks = Array.from({ length: COLUMNS }, () => " ");
  for (const { begin, end } of pages) {
    const from = columnAt(begin.getTime());
    marks.fill("-", from, columnAt(end?.getTime() ?? last) + 1);
    marks[from] = "P";
  }
  const empty = least.map((value) => (value !== undefined && value <= 0 ? "x" : " "));
  const days = `${dayOf(first)}${dayOf(last).padStart(COLUMNS - dayOf(first).length)}`;
  return [...rows, line("pages", marks), line("ran out", empty), `${"".padStart(MARGIN)}${days}`].map((text) =>
    text.trimEnd(),
  );
}

const line = (name: string, cells: readonly string[]) => `${name.padStart(MARGIN - 2)} |${cells.join("")}`;

const dayOf = (at: number) => new Date(at).toISOString().slice(0, 10);

/** How much of the cell in this row, from below, a column fills. Where nothing was read it is empty. */
function cell(value: number | undefined, top: number, row: number): string {
  if (value === undefined || top <= 0) return " ";
  const eighths = Math.ceil((Math.max(0, value) / top) * ROWS * 8) - row * 8;
  return EIGHTHS[Math.max(0, Math.min(8, eighths))] ?? " ";
}
