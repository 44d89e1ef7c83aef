import jsonata from "jsonata";
import { suggestion } from "../quota/near-names.ts";
import { BOUND_VALUES, OWN_FUNCTIONS } from "./names.ts";

/** No honest one comes near. */
const LONGEST_EXPRESSION = 2000;

/** What stands in JSONata without our doing. */
const BUILT_IN = [
  "abs append assert average base64decode base64encode boolean ceil clone contains count decodeUrl decodeUrlComponent",
  "distinct each encodeUrl encodeUrlComponent error exists filter floor formatBase formatInteger formatNumber fromMillis",
  "join keys length lookup lowercase map match max merge millis min not now number pad parseInteger power reduce replace",
  "reverse round sift single sort split spread sqrt string substring substringAfter substringBefore sum toMillis trim type",
  "uppercase zip",
].flatMap((line) => line.split(" "));
/** `$` and `$$`. */
const CONTEXTS = ["", "$"];
const FUNCTIONS: readonly string[] = [...BUILT_IN, ...Object.keys(OWN_FUNCTIONS)];
const KNOWN: ReadonlySet<string> = new Set([...FUNCTIONS, ...BOUND_VALUES, ...CONTEXTS]);
/** They would make another reading of the same answer, or run what nobody has checked. */
const REFUSED: ReadonlySet<string> = new Set(["eval", "random", "shuffle"]);

/** What speaks against an expression before it has seen an answer, as to be read after its name; undefined if nothing does. */
export function expressionProblem(text: string): string | undefined {
  if (text.trim() === "") return "is empty; needs a JSONata expression such as data.remaining";
  if (text.trimStart().startsWith("=")) {
    return "begins with =, which is for quota, kind, unit, enforcement and period alone; leave it out";
  }
  if (text.length > LONGEST_EXPRESSION) return `is longer than ${LONGEST_EXPRESSION} characters`;
  try {
    return unknownName(jsonata(text).ast());
  } catch (error) {
    const hint = /==|&&|\|\|/.test(text) ? "; it writes =, and, or in place of ==, &&, ||" : "";
    return `is no JSONata expression: ${syntaxProblem(error)}${hint}`;
  }
}

function syntaxProblem(error: unknown): string {
  if (error instanceof RangeError) return "it is nested too deeply";
  const { code, position } = isRecord(error) ? error : {};
  const what = SYNTAX.get(String(code)) ?? "it cannot be understood";
  return typeof position === "number" ? `${what} near character ${position}` : what;
}

/** Own words for what users meet. */
const SYNTAX: ReadonlyMap<string, string> = new Map([
  ["S0101", "a text has no closing quote,"],
  ["S0102", "a number is out of range"],
  ["S0105", "a name has no closing backtick,"],
  ["S0106", "a comment has no end,"],
  ["S0201", "something is left over after its end,"],
  ["S0202", "another character was expected"],
  ["S0203", "it ends too early, a bracket may be missing,"],
  ["S0204", "an operator is unknown"],
  ["S0207", "it ends too early,"],
  ["S0211", "a symbol cannot stand there,"],
  ["S0302", "a regular expression has no end,"],
]);

function unknownName(ast: unknown): string | undefined {
  const nodes = [...nodesOf(ast)];
  const ownNames = new Set(nodes.flatMap(namesGivenBy));
  for (const node of nodes) {
    const { type, value, procedure } = node;
    if (type === "function" && isRecord(procedure) && procedure["type"] === "path") {
      const name = nameOfPath(procedure);
      return `calls ${shown(name)}; functions begin with $: $${shown(name)}(…)`;
    }
    if (type !== "variable" || typeof value !== "string") continue;
    if (REFUSED.has(value)) return `uses $${value}, which is not available here`;
    if (!KNOWN.has(value) && !ownNames.has(value)) {
      return `uses $${shown(value)}, which does not exist: ${suggestion(value, [...BOUND_VALUES, ...FUNCTIONS])}`;
    }
  }
  return undefined;
}

const shown = (name: string): string => (/^\w{1,40}$/.test(name) ? name : "…");

/** The names that a part of an expression makes: `$x := 1`, `function($x)`, `list@$x`, `list#$i`. */
function namesGivenBy({ type, value, lhs, arguments: given, focus, index }: Node): readonly string[] {
  const names = [focus, index].filter((name) => typeof name === "string");
  if (type === "bind" && value === ":=" && isRecord(lhs)) return [...names, String(lhs["value"])];
  if (type === "lambda" && Array.isArray(given)) {
    return [...names, ...given.flatMap((one) => (isRecord(one) ? [String(one["value"])] : []))];
  }
  return names;
}

/** A field that an expression reads. */
export interface FieldPath {
  /** From the whole answer, not from the item that the expression is for. */
  readonly isFromAnswer: boolean;
  readonly keys: readonly string[];
}

/**
 * The fields of an answer that an expression reads, as far as names lead: of `limits[type = "week"].left` that is
 * `limits`. Those inside of a filter or a function of its own are relative to something else, and are left out.
 */
export function fieldsIn(text: string): readonly FieldPath[] {
  const found = new Map<string, FieldPath>();
  for (const node of nodesOf(jsonata(text).ast(), isScope)) {
    const field = node.type === "path" ? fieldOf(node) : undefined;
    if (field !== undefined) found.set(JSON.stringify(field), field);
  }
  return [...found.values()];
}

const ROOTS: ReadonlySet<unknown> = new Set(["answer", "$", ""]);

function fieldOf({ steps }: Node): FieldPath | undefined {
  const [first, ...rest] = Array.isArray(steps) ? steps.filter(isRecord) : [];
  const isRooted = first?.["type"] === "variable" && ROOTS.has(first["value"]);
  const keys: string[] = [];
  for (const step of isRooted ? rest : first === undefined ? [] : [first, ...rest]) {
    if (step["type"] !== "name" || typeof step["value"] !== "string") break;
    keys.push(step["value"]);
    if (step["stages"] !== undefined) break;
  }
  return keys.length === 0 ? undefined : { isFromAnswer: isRooted && first?.["value"] === "answer", keys };
}

/** What stands in the steps of a path is relative to the path. */
const isScope = ({ type }: Node): boolean => type === "path" || type === "lambda" || type === "transform";

const nameOfPath = ({ steps }: Readonly<Record<string, unknown>>): string =>
  Array.isArray(steps) && isRecord(steps[0]) ? String(steps[0]["value"]) : "";

type Node = Readonly<Record<string, unknown>> & { readonly type?: unknown };

/** Every part of an expression, what encloses first; not what is in a part that `isClosed`. */
function* nodesOf(part: unknown, isClosed: (node: Node) => boolean = () => false): Generator<Node> {
  if (Array.isArray(part)) {
    for (const one of part) yield* nodesOf(one, isClosed);
    return;
  }
  if (!isRecord(part)) return;
  yield part;
  if (isClosed(part)) return;
  for (const inner of Object.values(part)) yield* nodesOf(inner, isClosed);
}

const isRecord = (value: unknown): value is Node =>
  typeof value === "object" && value !== null && !Array.isArray(value);
