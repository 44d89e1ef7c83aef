/** Two such halves hold more calls than a team makes in the day that copies of a log may be about. */
const HALF = 25_000;

/** Keys of calls that were counted lately. */
export function createRecentKeys() {
  let newer = new Set<string>();
  let older = new Set<string>();
  return {
    has: (key: string): boolean => newer.has(key) || older.has(key),
    add(key: string): void {
      newer.add(key);
      if (newer.size < HALF) return;
      older = newer;
      newer = new Set();
    },
  };
}
