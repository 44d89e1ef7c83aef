/** The candidates that a mistyped word may have meant, the nearest first; none if nothing is near. */
export function nearest(word: string, candidates: readonly string[]): readonly string[] {
  const plain = normalise(word);
  return candidates
    .map((candidate) => ({ candidate, distance: editDistance(plain, normalise(candidate)) }))
    .filter(({ candidate, distance }) => distance <= Math.max(1, Math.floor(candidate.length / 3)))
    .toSorted((one, other) => one.distance - other.distance || one.candidate.localeCompare(other.candidate))
    .map(({ candidate }) => candidate);
}

/** What follows a word that is not known: the near ones, or all of them. */
export function suggestion(word: string, candidates: readonly string[]): string {
  const [first, ...others] = nearest(word, candidates).slice(0, 3);
  if (first === undefined) return `known here: ${candidates.toSorted().join(", ")}`;
  return `did you mean ${[first, ...others].map((candidate) => `"${candidate}"`).join(" or ")}?`;
}

/** Spelling habits are no typing errors: `listenAddress` and `listen-address` are as near to `listen_address`. */
function normalise(word: string): string {
  return word
    .replaceAll(/([a-z])([A-Z])/g, "$1_$2")
    .replaceAll("-", "_")
    .toLowerCase();
}

/** Insertions, deletions, replacements and swaps of neighbours that turn one word into the other. */
function editDistance(one: string, other: string): number {
  let beforeLast: readonly number[] = [];
  let last: readonly number[] = Array.from({ length: other.length + 1 }, (_, index) => index);
  for (let row = 1; row <= one.length; row++) {
    const current = [row];
    for (let column = 1; column <= other.length; column++) {
      const isSame = one[row - 1] === other[column - 1];
      const isSwap = row > 1 && column > 1 && one[row - 1] === other[column - 2] && one[row - 2] === other[column - 1];
      current[column] = Math.min(
        at(last, column) + 1,
        at(current, column - 1) + 1,
        at(last, column - 1) + (isSame ? 0 : 1),
        isSwap ? at(beforeLast, column - 2) + 1 : Number.POSITIVE_INFINITY,
      );
    }
    beforeLast = last;
    last = current;
  }
  return at(last, other.length);
}

function at(row: readonly number[], column: number): number {
  return row[column] ?? Number.POSITIVE_INFINITY;
}
