/** Reads in flight to one host, whoever asked for them. */
export const MOST_PER_HOST = 5;

/** Lets at most `most` pieces of work per key run at once; the others wait in order. */
export function createSlots(most: number) {
  const waiting = new Map<string, { running: number; queue: (() => void)[] }>();

  return async function withSlot<T>(key: string, work: () => Promise<T>): Promise<T> {
    const slot = waiting.get(key) ?? { running: 0, queue: [] };
    waiting.set(key, slot);
    if (slot.running >= most) await new Promise<void>((resolve) => slot.queue.push(resolve));
    else slot.running++;
    try {
      return await work();
    } finally {
      // The place is handed on, so that nobody can slip in between.
      const next = slot.queue.shift();
      if (next !== undefined) next();
      else if (--slot.running === 0) waiting.delete(key);
    }
  };
}
