import { type Appearance, type Color, STATE_COLORS } from "./appearance.ts";
import type { Sort } from "./order.ts";
import { type AccountEntry, type Entry, inOrder, type QuotaEntry } from "./order.ts";
import { amountOf, leftCell, shareCell, stateCell, untilCell } from "./quota-cells.ts";
import type { QuotasAnswer } from "./quotas-answer.ts";
import { cut, terminalText, widthOf, wrap } from "./terminal-text.ts";

interface Column {
  readonly heading: string;
  readonly cell: (quota: QuotaEntry, now: Date) => string;
  /** Coloured as the state is. */
  readonly isPainted?: true;
}

/** What a table shows of each quota, after the account and before the next narrower way to show it. */
interface Design {
  readonly hasProvider: boolean;
  readonly columns: readonly Column[];
}

const GAP = "  ";
/** Names are cut to this before a column goes. */
const SHORT_NAME = 16;
const LEAST_NAME = 5;

const QUOTA: Column = { heading: "QUOTA", cell: ({ quota }) => quota };
const STATE: Column = { heading: "STATE", cell: stateCell, isPainted: true };
const PLAIN_STATE: Column = { heading: "STATE", cell: ({ state }) => state, isPainted: true };
const SHARE: Column = { heading: "LEFT", cell: (quota) => shareCell(quota, 10), isPainted: true };
const left = (bar: number): Column => ({ heading: "LEFT", cell: (quota) => leftCell(quota, bar), isPainted: true });
/** A quota that is told as a share has no amounts. */
const amount = (heading: string, key: "remaining" | "limit", hasUnit: boolean): Column => ({
  heading,
  cell: (quota) => (quota.unit === "ratio" ? "" : amountOf(quota[key], quota, hasUnit)),
});
const AMOUNT = amount("AMOUNT", "remaining", true);
const BARE_AMOUNT = amount("AMOUNT", "remaining", false);
const OF = amount("OF", "limit", true);
const resets = (heading: string, isShort: boolean): Column => ({
  heading,
  cell: ({ reset_at, expires_at }, now) => untilCell(reset_at ?? expires_at, now, isShort),
});
const runsOut = (heading: string, isShort: boolean): Column => ({
  heading,
  cell: ({ exhausts_at }, now) => untilCell(exhausts_at, now, isShort),
});
const TIMES = [resets("RESETS IN", false), runsOut("RUNS OUT IN", false)];
const SHORT_TIMES = [resets("RESETS", true), runsOut("RUNS OUT", true)];

/** The first that fits is taken. What is missing from one is missing from all that follow. */
const DESIGNS: readonly Design[] = [
  { hasProvider: true, columns: [QUOTA, STATE, SHARE, AMOUNT, OF, ...TIMES] },
  { hasProvider: true, columns: [QUOTA, STATE, SHARE, AMOUNT, ...TIMES] },
  { hasProvider: false, columns: [QUOTA, STATE, SHARE, AMOUNT, ...TIMES] },
  { hasProvider: false, columns: [QUOTA, STATE, SHARE, BARE_AMOUNT, ...TIMES] },
  { hasProvider: false, columns: [QUOTA, STATE, left(10), ...TIMES] },
  { hasProvider: false, columns: [QUOTA, PLAIN_STATE, left(5), ...SHORT_TIMES] },
];
const NARROWEST: Design = { hasProvider: false, columns: [QUOTA, PLAIN_STATE, left(0), ...SHORT_TIMES] };

interface Cell {
  readonly text: string;
  readonly color?: Color | undefined;
  /** Says why there is nothing to show, and may reach over the columns that follow. */
  readonly isNote?: true;
}

interface TableOptions {
  /** Times left count from here. */
  readonly now: Date;
  readonly sort: Sort;
  readonly appearance: Appearance;
}

/** Lines for people: one per quota, or one that says why an account has none, then what went wrong. */
export function quotasTable(
  document: Pick<QuotasAnswer, "accounts">,
  { now, sort, appearance }: TableOptions,
): readonly string[] {
  const { columns, marks } = appearance;
  const entries = inOrder(document.accounts, sort);
  const rowsOf = (design: Design) => [headings(design), ...entries.map((entry) => rowOf(entry, design, now))];
  const rendered = DESIGNS.map((design) => clean(rowsOf(design), marks)).find((rows) => fits(rows, columns));
  const rows = rendered ?? clean(rowsOf(NARROWEST), marks);
  const errors = document.accounts.flatMap(({ account, error }) =>
    error === null ? [] : wrap(marks(terminalText(`${account}: ${error.reason}: ${error.message}`)), columns, GAP),
  );
  return [...align(rows, appearance), ...errors];
}

type Row = readonly Cell[];

const headings = ({ hasProvider, columns }: Design): Row =>
  ["ACCOUNT", ...(hasProvider ? ["PROVIDER"] : []), ...columns.map(({ heading }) => heading)].map((text) => ({
    text,
    color: "bold",
  }));

function rowOf({ account, quota }: Entry, { hasProvider, columns }: Design, now: Date): Row {
  const names = [{ text: account.account }, ...(hasProvider ? [{ text: account.provider }] : [])];
  if (quota === undefined) return [...names, noteOf(account)];
  const color = STATE_COLORS[quota.state];
  return [...names, ...columns.map(({ cell, isPainted }) => ({ text: cell(quota, now), ...(isPainted && { color }) }))];
}

function noteOf({ error, metered }: AccountEntry): Cell {
  if (error !== null) return { text: "could not be read", color: "yellow", isNote: true };
  const text = metered === null ? "not read yet" : metered ? "no quota told" : "no API quota";
  return { text, color: "dim", isNote: true };
}

const clean = (rows: readonly Row[], marks: Appearance["marks"]): readonly Row[] =>
  rows.map((row) => row.map((cell) => ({ ...cell, text: marks(terminalText(cell.text)) })));

function widthsOf(rows: readonly Row[]): number[] {
  const count = rows[0]?.length ?? 0;
  return Array.from({ length: count }, (_, column) =>
    Math.max(...rows.map((row) => (row[column]?.isNote ? 0 : widthOf(row[column]?.text ?? "")))),
  );
}

const total = (widths: readonly number[]) => widths.reduce((sum, width) => sum + width + GAP.length, -GAP.length);

/** The account is the first column, and the quota the one before the state. */
const nameColumns = (rows: readonly Row[]): readonly number[] => [
  0,
  rows[0]?.findIndex(({ text }) => text === QUOTA.heading) ?? 0,
];

function fits(rows: readonly Row[], columns: number): boolean {
  const names = nameColumns(rows);
  return (
    total(widthsOf(rows).map((width, at) => (names.includes(at) ? Math.min(width, SHORT_NAME) : width))) <= columns
  );
}

/** Takes from the longer of the names, column by column, until all fits or none can give any more. */
function shrunk(widths: readonly number[], names: readonly number[], columns: number): readonly number[] {
  const result = [...widths];
  while (total(result) > columns) {
    const widest = names.toSorted((one, other) => (result[other] ?? 0) - (result[one] ?? 0))[0] ?? 0;
    const width = result[widest] ?? 0;
    if (width <= LEAST_NAME) break;
    result[widest] = width - 1;
  }
  return result;
}

function align(rows: readonly Row[], appearance: Appearance): readonly string[] {
  const widths = shrunk(widthsOf(rows), nameColumns(rows), appearance.columns);
  return rows.map((row) => lineOf(row, widths, appearance));
}

function lineOf(row: Row, widths: readonly number[], { columns, marks, paint }: Appearance): string {
  let line = "";
  let used = 0;
  for (const [at, { text, color, isNote }] of row.entries()) {
    const room = Math.min(isNote ? Infinity : (widths[at] ?? 0), columns - used);
    // Narrower than any design is for.
    if (room <= 0) break;
    const shown = cut(text, room, marks("…"));
    line += color === undefined || text === "" ? shown : paint(shown, color);
    if (!isNote) line += " ".repeat(room - widthOf(shown)) + GAP;
    used += room + GAP.length;
  }
  return line.trimEnd();
}
