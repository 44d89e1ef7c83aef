import type { AccountMemory } from "../engine/account.ts";
import type { ReadOutcome } from "../quota/account.ts";

/** Raised when the shape of what is kept changes: what an older version kept is then learned again. */
export const FORMAT = 2;

const DATE = "@date";
const MAP = "@map";

/** JSON that also carries times and maps; what is undefined is absent. */
export const encode = (value: AccountMemory | ReadOutcome): string => JSON.stringify(value, tag);

export const decodeMemory = (text: string): AccountMemory => JSON.parse(text, untag) as AccountMemory;
export const decodeOutcome = (text: string): ReadOutcome => JSON.parse(text, untag) as ReadOutcome;

function tag(this: unknown, key: string, value: unknown): unknown {
  // JSON has made text of a date before it hands it over.
  const original = (this as Record<string, unknown>)[key];
  if (original instanceof Date) return { [DATE]: original.getTime() };
  if (value instanceof Map) return { [MAP]: [...value] };
  return value;
}

function untag(_key: string, value: unknown): unknown {
  if (typeof value !== "object" || value === null) return value;
  if (DATE in value) return new Date(value[DATE] as number);
  if (MAP in value) return new Map(value[MAP] as [unknown, unknown][]);
  return value;
}
