import type { CalendarRule } from "./calendar.ts";
import type { Enforcement, Unit } from "./reading.ts";

/** What one call to a model counts, as a multiple. */
export interface Weight {
  /** A model name in which `*` stands for anything. */
  readonly model: string;
  readonly factor: number;
}

/** When what was used comes back. Durations in whole minutes. */
export type DeclaredWindow =
  | ({ readonly kind: "calendar" } & CalendarRule)
  /** From its first use on, or `sliding`: whatever was used in the last minutes. */
  | { readonly kind: "rolling"; readonly minutes: number; readonly sliding: boolean }
  | { readonly kind: "credits"; readonly expiresAt?: Date };

/** A quota that no provider tells of: what the config says of it, and we count by ourselves. */
export interface Declaration {
  readonly quota: string;
  readonly unit: Unit;
  readonly limit: number;
  readonly window: DeclaredWindow;
  readonly enforcement: Enforcement;
  /** The first that fits counts; a model that none fits counts 1. */
  readonly weights: readonly Weight[];
  /** Counts calls to these models only, `*` as in a weight; undefined for all. */
  readonly models?: readonly string[];
  /** Its use can be counted; otherwise only its limit and its expiry are known. */
  readonly countable: boolean;
}

/** Whether a name fits a pattern in which `*` stands for anything. Takes no longer than the two are long together. */
export function fits(pattern: string, name: string): boolean {
  const [first = "", ...pieces] = pattern.toLowerCase().split("*");
  const last = pieces.pop();
  const text = name.toLowerCase();
  if (last === undefined) return text === first;
  if (!text.startsWith(first)) return false;
  let at = first.length;
  for (const piece of pieces) {
    const found = text.indexOf(piece, at);
    if (found === -1) return false;
    at = found + piece.length;
  }
  return text.length - last.length >= at && text.endsWith(last);
}
