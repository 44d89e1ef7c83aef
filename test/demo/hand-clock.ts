import type { Clock } from "../../src/demo/load.ts";

/** 2026-11-21T12:00:00Z. */
export const NOON = Date.UTC(2026, 10, 21, 12);

/** A clock that moves only when it is told to. */
export function handClock(): { readonly clock: Clock; pass(seconds: number): void } {
  let now = NOON;
  return {
    clock: () => now,
    pass(seconds) {
      now += seconds * 1000;
    },
  };
}
