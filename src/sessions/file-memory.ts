import { z } from "zod";
import type { Position } from "./lines.ts";
import type { Context, Entry } from "./tool.ts";

/** What is known of one log: kept, so that a restart counts nothing twice and misses nothing. Times in milliseconds. */
export interface FileMemory extends Context {
  position: Position;
  /** What was written before is too old to count: the log was first seen later. */
  since: number;
  /** Of what was counted, the newest last. */
  keys: string[];
  /** Of which a later line may tell more, the oldest first. */
  waiting: Entry[];
  /** The last that was counted. */
  countedAt?: number;
  /** It was cut and begins again: what was counted before is not counted anew. */
  againUntil?: number;
}

const START: Position = { offset: 0, isInLongLine: false };
/** Copies of a call stand near to it. */
const MOST_KEYS = 1000;

export const newFileMemory = (since: number): FileMemory => ({ position: START, since, keys: [], waiting: [] });

/** Of a log that is shorter than before, so that it was written anew. */
export function begunAgain({ keys, waiting, since, countedAt }: FileMemory): FileMemory {
  return {
    ...newFileMemory(since),
    keys,
    waiting,
    ...(countedAt !== undefined && { againUntil: countedAt, countedAt }),
  };
}

export function remember(memory: FileMemory, { key, at }: Entry): void {
  memory.keys.push(key);
  if (memory.keys.length > MOST_KEYS) memory.keys.shift();
  memory.countedAt = Math.max(memory.countedAt ?? 0, at);
}

const Kept = z.object({
  position: z.object({ offset: z.int().nonnegative(), isInLongLine: z.boolean() }),
  since: z.number(),
  keys: z.array(z.string()),
  waiting: z.array(
    z.object({
      key: z.string(),
      at: z.number(),
      model: z.string().exactOptional(),
      usage: z.object({ inputTokens: z.number().exactOptional(), outputTokens: z.number().exactOptional() }),
    }),
  ),
  countedAt: z.number().exactOptional(),
  againUntil: z.number().exactOptional(),
  model: z.string().exactOptional(),
  total: z.number().exactOptional(),
  copiedUntil: z.number().exactOptional(),
});

export const encodeMemory = (memory: FileMemory): string => JSON.stringify(memory);

/** Undefined for what another version has kept: the log is then new. */
export function decodeMemory(text: string): FileMemory | undefined {
  return Kept.safeParse(JSON.parse(text)).data;
}
