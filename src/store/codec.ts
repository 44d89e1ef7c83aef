import type { AccountMemory } from "../engine/account.ts";
import type { ReadOutcome } from "../quota/account.ts";

/** Raised when the shape of what is kept changes: what an older version kept is then learned again. */
export const FORMAT = 6;

const DATE = "@date";
const MAP = "@map";

/** JSON that also carries times and maps; what is undefined is absent. */
export const encode = (value: AccountMemory | ReadOutcome): string => JSON.stringify(value, tag);

/** Throws for text that no memory was made into. */
export function decodeMemory(text: string): AccountMemory {
  const memory = JSON.parse(text, untag) as Partial<AccountMemory> | null;
  if (!(memory?.quotas instanceof Map)) throw new Error("not the memory of an account");
  return memory as AccountMemory;
}

/** Throws for text that no outcome was made into. */
export function decodeOutcome(text: string): ReadOutcome {
  const outcome = JSON.parse(text, untag) as Partial<ReadOutcome> | null;
  if (typeof outcome?.ok !== "boolean" || !isTime(outcome.at)) throw new Error("not the outcome of a read");
  return outcome as ReadOutcome;
}

const isTime = (value: unknown) => value instanceof Date && Number.isFinite(value.getTime());

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
