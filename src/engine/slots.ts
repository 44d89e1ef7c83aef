/** Calls `visit` with each slot of `length` seconds between two instants: its number since 1970 and how many of its seconds. */
export function eachSlot(
  length: number,
  { from, to }: { readonly from: number; readonly to: number },
  visit: (slot: number, seconds: number) => void,
): void {
  for (let slot = Math.floor(from / length); slot * length < to; slot++) {
    const seconds = Math.min(to, (slot + 1) * length) - Math.max(from, slot * length);
    if (seconds > 0) visit(slot, seconds);
  }
}
