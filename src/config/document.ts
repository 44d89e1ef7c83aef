import {
  constructFromEvents,
  EVENT_ID,
  type Event,
  getScalarValue,
  parseEvents,
  SCALAR_STYLE,
  YAMLException,
} from "js-yaml";
import { ConfigError, type ConfigProblem } from "./config-error.ts";
import { isShowable, type Path, pathText } from "./problem.ts";

export interface Position {
  readonly line: number;
  readonly column: number;
}

/** A parsed file: its value, and where each part of it stands. */
export interface Document {
  readonly value: unknown;
  /** Keys that stand twice; `value` has the last of each. */
  readonly duplicates: readonly ConfigProblem[];
  /** Of the key or value at a path; of what encloses it if it is missing or comes by an alias. */
  positionOf(path: Path, atKey: boolean): Position;
}

/** Offsets into the source; -1 where a value has no text of its own, as in `key:` alone. */
interface Part {
  readonly start: number;
  readonly keyStart: number;
  readonly parts: ReadonlyMap<string, Part>;
}

interface Flaw {
  readonly path: Path;
  readonly offset: number;
  readonly text: string;
}

interface Flaws {
  readonly duplicates: Flaw[];
  /** Without what these stand for, the value would not be what was meant. */
  readonly others: Flaw[];
}

const MAX_DEPTH = 100;
const MAX_ALIASES = 100;

/** Throws a `ConfigError` for what is no YAML, or more of it than one document. */
export function parseDocument(file: string, source: string): Document {
  const flaws: Flaws = { duplicates: [], others: [] };
  const failAt = ({ line, column }: Position, path: Path, problem: string) => ({
    file,
    line,
    column,
    path: pathText(path),
    problem,
  });
  const problemsOf = (found: readonly Flaw[]) =>
    found.map(({ path, offset, text }) => failAt(positionAt(source, offset), path, text));
  const top = { line: 1, column: 1 };
  try {
    const events = parseEvents(source, { maxDepth: MAX_DEPTH });
    const [first, second] = readParts(source, events, flaws);
    if (first === undefined) throw new ConfigError([failAt(top, [], EMPTY)]);
    if (second !== undefined) {
      flaws.others.push({ path: [], offset: second.start < 0 ? source.length : second.start, text: SECOND_DOCUMENT });
    }
    if (flaws.others.length > 0) throw new ConfigError(problemsOf([...flaws.others, ...flaws.duplicates]));
    const duplicates = problemsOf(flaws.duplicates);
    // `json` lets the last of two keys count. Without it the parser refuses also those that differ only in spelling.
    const [value] = constructFromEvents(events, { source, maxAliases: MAX_ALIASES, json: duplicates.length > 0 });
    return { value, duplicates, positionOf: (path, atKey) => positionAt(source, offsetOf(first, path, atKey)) };
  } catch (error) {
    if (!(error instanceof YAMLException)) throw error;
    const { mark } = error;
    const position = mark === undefined ? top : { line: mark.line + 1, column: mark.column + 1 };
    throw new ConfigError([...problemsOf(flaws.duplicates), failAt(position, [], explain(error.reason))]);
  }
}

const EMPTY = 'the file is empty; it needs at least an "accounts:" list (config.example.yaml shows one)';
const SECOND_DOCUMENT = "a second document begins here; a config is one document, without a --- line in it";

/** Own words for what users meet, and for every reason of the parser that quotes the file: it may quote a credential. */
const EXPLANATIONS: readonly (readonly [RegExp, string])[] = [
  [/^nesting exceeded/, `nested more than ${MAX_DEPTH} levels deep; a config needs no more than six`],
  [/^aliases exceeded/, `more than ${MAX_ALIASES} aliases; write the values out`],
  [/alias/, 'text that begins with * is a YAML alias, and this one has no anchor; put the text in "quotes"'],
  [/\btags?\b/i, 'text that begins with ! is a YAML tag, which has no meaning here; put the text in "quotes"'],
  [/^tab characters/, "a tab in the indentation; indent with spaces"],
  [/multiline key|':' after a mapping key/, 'not a "key: value" line; a space has to follow the colon'],
  [/complex key/, "a key has to be plain text"],
  [/^duplicated/, "a key that is already there; keep one of the two"],
];

function explain(reason: string): string {
  const known = EXPLANATIONS.find(([pattern]) => pattern.test(reason))?.[1];
  return known ?? `not valid YAML: ${reason}; check the indentation, and put text with special characters in "quotes"`;
}

function readParts(source: string, events: readonly Event[], flaws: Flaws): readonly Part[] {
  let index = 0;
  const isOpen = () => index < events.length && events[index]?.type !== EVENT_ID.POP;

  function readItems(path: Path): ReadonlyMap<string, Part> {
    const parts = new Map<string, Part>();
    for (let item = 0; isOpen(); item++) parts.set(String(item), readPart([...path, item], -1));
    index++;
    return parts;
  }

  function readPairs(path: Path): ReadonlyMap<string, Part> {
    const parts = new Map<string, Part>();
    while (isOpen()) {
      const name = nameOf(source, events[index]);
      const { start } = readPart(path, -1);
      if (name === undefined) {
        readPart(path, start);
        continue;
      }
      const at = { path: [...path, name], offset: start };
      const before = parts.get(name);
      const text = keyFlaw(name);
      if (text !== undefined) flaws.others.push({ ...at, text });
      else if (before !== undefined) flaws.duplicates.push({ ...at, text: duplicate(source, name, before) });
      parts.set(name, readPart(at.path, start));
    }
    index++;
    return parts;
  }

  function readPart(path: Path, keyStart: number): Part {
    const event = events[index++];
    if (event?.type === EVENT_ID.MAPPING) return { start: event.start, keyStart, parts: readPairs(path) };
    if (event?.type === EVENT_ID.SEQUENCE) return { start: event.start, keyStart, parts: readItems(path) };
    return { start: startOf(event), keyStart, parts: new Map() };
  }

  const documents: Part[] = [];
  while (index < events.length) {
    index++;
    documents.push(readPart([], -1));
    index++;
  }
  return documents;
}

function startOf(event: Event | undefined): number {
  if (event?.type === EVENT_ID.ALIAS) return event.anchorStart - 1;
  if (event?.type !== EVENT_ID.SCALAR) return -1;
  const isQuoted = event.style === SCALAR_STYLE.SINGLE_QUOTED || event.style === SCALAR_STYLE.DOUBLE_QUOTED;
  return isQuoted ? event.valueStart - 1 : event.valueStart;
}

/** Undefined for keys that are no text of their own; the parser refuses most of these. */
function nameOf(source: string, key: Event | undefined): string | undefined {
  return key?.type === EVENT_ID.SCALAR && key.valueStart >= 0 ? getScalarValue(source, key) : undefined;
}

function duplicate(source: string, key: string, before: Part): string {
  const name = isShowable(key) ? `key "${key}"` : "this key";
  return `${name} stands on line ${positionAt(source, before.keyStart).line} already; keep one of the two`;
}

function keyFlaw(key: string): string | undefined {
  if (key === "<<") return 'merge keys ("<<") are not part of YAML 1.2; write the keys out';
  if (key === "__proto__") return '"__proto__" cannot be a key';
  return undefined;
}

function offsetOf(root: Part, path: Path, atKey: boolean): number {
  let part: Part | undefined = root;
  let offset = Math.max(0, root.start);
  for (const [depth, key] of path.entries()) {
    part = part.parts.get(String(key));
    if (part === undefined) break;
    const isWanted = atKey && depth === path.length - 1;
    const [best, second] = isWanted ? [part.keyStart, part.start] : [part.start, part.keyStart];
    if (best >= 0) offset = best;
    else if (second >= 0) offset = second;
  }
  return offset;
}

function positionAt(source: string, offset: number): Position {
  const lines = source.slice(0, offset).split(/\r\n|\n|\r/);
  return { line: lines.length, column: (lines.at(-1)?.length ?? 0) + 1 };
}
