import type { Mapping } from "../mapping/mapping.ts";
import { AMOUNTS, SHARES } from "../mapping/shares.ts";
import { formatDuration } from "../quota/duration.ts";
import { widthOf } from "./terminal-text.ts";

type Rule = Mapping["readings"][number];
type ResetRule = NonNullable<Rule["reset"]>;

/** What a rule says under one of its keys. */
export interface Stated {
  readonly key: string;
  /** JSONata as it is written; undefined for what is known without an answer. */
  readonly expression?: string;
  readonly literal?: string;
}

/** Everything that a rule says, in the order of the docs. */
export function statedIn(rule: Rule): readonly Stated[] {
  return Object.entries(rule).flatMap(([key, value]) => {
    const isSilent = value === undefined || (key === "time_format" && value === "auto");
    return isSilent ? [] : [{ key, ...statedUnder(key, value) }];
  });
}

function statedUnder(key: string, value: NonNullable<Rule[keyof Rule]>): Omit<Stated, "key"> {
  if (typeof value === "string") return key === "time_format" ? { literal: value } : { expression: value };
  if (typeof value === "boolean") return { literal: value ? "yes" : "no" };
  if (Array.isArray(value)) return { literal: value.join(", ") };
  if ("expression" in value) return { expression: `=${value.expression}` };
  if (!("is" in value)) return { literal: calendarText(value) };
  return { literal: typeof value.is === "number" ? formatDuration(value.is) : value.is };
}

function calendarText({ every, on, atMinutes, zone }: ResetRule): string {
  const clock = [Math.floor(atMinutes / 60), atMinutes % 60].map((part) => String(part).padStart(2, "0")).join(":");
  return `every ${every}${on === undefined ? "" : ` on ${on}`} at ${clock}, ${zone}`;
}

/** The fields that a reading of this rule could have, and nothing is said about. */
function silentIn(rule: Rule): readonly string[] {
  const isOf = (key: "kind" | "unit", value: string) => "is" in rule[key] && rule[key].is === value;
  const isShare = isOf("unit", "ratio") || SHARES.some((key) => rule[key] !== undefined);
  const amounts = AMOUNTS.filter((key) => rule[key] === undefined);
  const isCredits = isOf("kind", "credits");
  return [
    // Two of the three tell the third.
    ...(isShare || amounts.length < 2 ? [] : amounts),
    ...(isCredits || rule.reset_at !== undefined || rule.reset !== undefined ? [] : ["reset_at"]),
    ...(isCredits || rule.period !== undefined || rule.reset !== undefined ? [] : ["period"]),
    ...(isCredits && rule.expires_at === undefined ? ["expires_at"] : []),
  ];
}

/** A mapping as it stands, before there is an answer. */
export function mappingText(mapping: Mapping): readonly string[] {
  const { request, before = [], failures = [], plan } = mapping;
  const paths = [request.path].flat();
  const top = [
    ["request", `${request.method} ${paths.join(", and after a 404 ")}`],
    ["auth", request.auth ?? "bearer"],
    ...before.map(({ set, path, value }) => [`before: ${set}`, `GET ${path}: ${oneLine(value)}`]),
    ...(request.pages === undefined ? [] : [["next page", oneLine(request.pages.next)]]),
    ...failures.map(({ when, reason }) => [`failure: ${reason}`, oneLine(when)]),
    ...(plan === undefined ? [] : [["plan", oneLine(plan)]]),
  ];
  const readings = mapping.readings.flatMap((rule, index) => [
    `readings.${index}`,
    ...aligned(statedIn(rule).map(({ key, expression, literal = "" }) => [key, oneLine(expression ?? literal)])),
    ...silenceText(rule),
  ]);
  return [...aligned(top), ...readings];
}

export function silenceText(rule: Rule): readonly string[] {
  const silent = silentIn(rule);
  return silent.length === 0 ? [] : [`  no expression for: ${silent.join(", ")}`];
}

export const oneLine = (expression: string): string => expression.replaceAll(/\s+/g, " ").trim();

/** A longer cell pushes only its own line. */
const WIDEST = 48;

/** Rows of cells as indented lines, in columns. */
export function aligned(rows: readonly (readonly string[])[]): readonly string[] {
  const width = (column: number) => {
    // What stands last in its line needs no room.
    const inner = rows.filter((row) => row.length > column + 1);
    return Math.max(0, ...inner.map((row) => Math.min(WIDEST, widthOf(row[column] ?? ""))));
  };
  const widths = Array.from({ length: Math.max(0, ...rows.map((row) => row.length)) }, (_, column) => width(column));
  return rows.map((row) => {
    const cells = row.map((cell, column) => cell + " ".repeat(Math.max(0, (widths[column] ?? 0) - widthOf(cell))));
    return `  ${cells.join("  ")}`.trimEnd();
  });
}
