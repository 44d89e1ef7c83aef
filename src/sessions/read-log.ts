import { constants } from "node:fs";
import type { FileHandle } from "node:fs/promises";
import { openUnnoticed } from "../text-file.ts";
import { keyFor } from "./fields.ts";
import { begunAgain, type FileMemory, remember } from "./file-memory.ts";
import { readLines } from "./lines.ts";
import type { LogFile } from "./log-files.ts";
import type { Entry, PlanLimits, Tool } from "./tool.ts";

/** Lines that are left out, and why. */
export type Skipped = "too_long" | "malformed";

/** What a log has told since it was last read. */
export interface News {
  readonly entries: readonly Entry[];
  /** The newest. */
  readonly limits: PlanLimits | undefined;
}

export interface LogReader {
  readonly tool: Tool;
  /** Keys of calls that were counted, from whichever log. */
  readonly counted: { has(key: string): boolean; add(key: string): void };
  readonly now: () => Date;
  readonly skipped: (why: Skipped) => void;
  /** Takes what is new, together with the memory that holds it: neither may be kept without the other. */
  readonly deliver: (news: News, memory: FileMemory) => void;
  readonly signal: AbortSignal;
}

/** So many calls at most are taken between two turns of others. */
const MOST_AT_ONCE = 200;
/** Time in which a call that is not finished may still be told again: a long answer is written in pieces. */
const WAIT_MS = 120_000;
const MOST_WAITING = 32;
const MOST_AHEAD_MS = 60_000;
/** The first line of a log is short, or its beginning tells enough. */
const HEAD_BYTES = 4096;
const NEWLINE = 10;

/** What tells a log from others, or undefined as long as its first line is being written. */
export async function nameOf(handle: FileHandle, { path }: LogFile, tool: Tool): Promise<string | undefined> {
  const { buffer, bytesRead } = await handle.read(Buffer.alloc(HEAD_BYTES), 0, HEAD_BYTES, 0);
  const end = buffer.subarray(0, bytesRead).indexOf(NEWLINE);
  if (end === -1 && bytesRead < HEAD_BYTES) return undefined;
  const head = buffer.toString("latin1", 0, end === -1 ? bytesRead : end);
  return tool.isNamedByFirstLine ? keyFor(head) : keyFor(path, head);
}

/** As it is, without following a link that has taken its place, and without leaving a time of access where that is possible. */
export const openLog = (path: string): Promise<FileHandle> => openUnnoticed(path, constants.O_NOFOLLOW);

/** Reads what a log has got since the memory was kept. */
export async function readLog(handle: FileHandle, size: number, known: FileMemory, reader: LogReader): Promise<void> {
  const { tool, signal, skipped } = reader;
  const memory = size < known.position.offset ? begunAgain(known) : known;
  const batch = createBatch(memory, reader);
  try {
    memory.position = await readLines(handle, memory.position, signal, (line, next) => {
      memory.position = next;
      if (line === undefined) skipped("too_long");
      else if (tool.mayTell(line)) batch.take(line.toString("utf8"));
    });
  } finally {
    // Also where reading broke off: the memory is past these lines.
    batch.end();
  }
}

/** Counts what has waited long enough for a further line. */
export function settle(memory: FileMemory, reader: LogReader): void {
  const now = reader.now();
  if (memory.waiting.some((entry) => isDue(entry, now))) createBatch(memory, reader).end();
}

const isDue = ({ at }: Entry, now: Date) => now.getTime() - at > WAIT_MS;

function createBatch(memory: FileMemory, { tool, counted, now, skipped, deliver }: LogReader) {
  let entries: Entry[] = [];
  let limits: PlanLimits | undefined;

  const deliverAll = () => {
    deliver({ entries, limits }, memory);
    entries = [];
    limits = undefined;
  };
  const count = (entry: Entry) => {
    counted.add(entry.key);
    remember(memory, entry);
    entries.push(entry);
    if (entries.length >= MOST_AT_ONCE) deliverAll();
  };
  const countWaiting = (isComplete: (entry: Entry) => boolean) => {
    const due = memory.waiting.filter(isComplete);
    if (due.length === 0) return;
    memory.waiting = memory.waiting.filter((entry) => !due.includes(entry));
    due.forEach(count);
  };
  const takeEntry = (entry: Entry, isPartial: boolean) => {
    if (counted.has(entry.key) || !isOfNow(entry, memory, now())) return;
    const before = memory.waiting.find(({ key }) => key === entry.key);
    const fuller = before === undefined ? entry : fullerOf(before, entry);
    memory.waiting = memory.waiting.filter((other) => other !== before);
    if (isPartial) memory.waiting.push(fuller);
    else count(fuller);
    countWaiting(({ at }) => entry.at - at > WAIT_MS);
    if (memory.waiting.length > MOST_WAITING) countWaiting((one) => one === memory.waiting[0]);
  };
  return {
    take(text: string) {
      const told = tool.read(text, memory);
      if (told === "malformed") {
        skipped("malformed");
        return;
      }
      if (told?.limits !== undefined && told.limits.at <= now().getTime() + MOST_AHEAD_MS) limits = told.limits;
      if (told?.entry !== undefined) takeEntry(told.entry, told.isPartial === true);
    },
    end() {
      countWaiting((entry) => isDue(entry, now()));
      deliverAll();
    },
  };
}

/** Neither from before the log was seen first, nor counted before it was cut, nor of a clock that is far ahead. */
function isOfNow({ at }: Entry, { since, againUntil }: FileMemory, now: Date): boolean {
  return at >= since && at > (againUntil ?? -Infinity) && at <= now.getTime() + MOST_AHEAD_MS;
}

/** Of two lines of the same call the one that tells of more output, at the time of the later one. */
function fullerOf(one: Entry, other: Entry): Entry {
  const fuller = (other.usage.outputTokens ?? 0) >= (one.usage.outputTokens ?? 0) ? other : one;
  return { ...fuller, at: Math.max(one.at, other.at) };
}
