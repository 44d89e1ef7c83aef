import type { EngineSettings } from "./settings.ts";

/** What enough answers in a row agree on, so that one bad answer changes nothing. Plain data, times in seconds. */
export interface Agreed<T> {
  /** What is believed; undefined before the first agreement, or when answers agree that there is nothing. */
  held: T | undefined;
  /** What the last answer told, when, and how many in a row told the same. */
  told: T | undefined;
  at: number | undefined;
  answers: number;
}

export const nothingAgreed = <T>(): Agreed<T> => ({ held: undefined, told: undefined, at: undefined, answers: 0 });

/** Takes what one more answer tells. The same instant told again confirms nothing. */
export function agree<T>(
  agreed: Agreed<T>,
  told: T | undefined,
  at: number,
  settings: EngineSettings,
  isSame: (a: T, b: T) => boolean = Object.is,
): void {
  if (agreed.at === at) return;
  const same = (a: T | undefined, b: T | undefined) => (a === undefined || b === undefined ? a === b : isSame(a, b));
  agreed.answers = agreed.answers > 0 && same(agreed.told, told) ? agreed.answers + 1 : 1;
  agreed.told = told;
  agreed.at = at;
  // What moves too little to be another value stays as first told, or many small moves would never be one large one.
  if (agreed.answers >= settings.confirm_readings && !same(agreed.held, told)) agreed.held = told;
}
