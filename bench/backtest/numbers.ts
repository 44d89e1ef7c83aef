/** An element that must be there. */
export function itemOf<T>(list: ArrayLike<T>, index: number): T {
  const item = list[index];
  if (item === undefined) throw new RangeError(`no element ${index} among ${list.length}`);
  return item;
}

/** The first index in `[0, length)` for which `isReached` holds, given that it then holds for all that follow; else `length`. */
export function firstIndex(length: number, isReached: (index: number) => boolean): number {
  let low = 0;
  let high = length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (isReached(middle)) high = middle;
    else low = middle + 1;
  }
  return low;
}

/** Linear between neighbours; undefined of nothing. */
export function quantileOf(values: readonly number[], share: number): number | undefined {
  const sorted = Float64Array.from(values).sort();
  const position = (sorted.length - 1) * share;
  const index = Math.floor(position);
  const below = sorted[index];
  const above = sorted[index + 1];
  return below === undefined || above === undefined ? below : below + (above - below) * (position - index);
}
