import { type Declaration, fits } from "../quota/declaration.ts";
import type { Tally } from "../quota/tally.ts";
import type { Minutes } from "./windows.ts";

/** What a declared quota has used in each minute, in its own unit and by its weights. */
export interface LedgerMinutes {
  readonly amounts: Minutes;
  /** Counts calls and returns what they amount to: 0 for those that do not count. */
  take(minute: number, model: string, tally: Tally): number;
  first(): number | undefined;
  forget(before: number): void;
}

export function createMinutes(declaration: Declaration): LedgerMinutes {
  const amounts = new Map<number, number>();
  const factors = new Map<string, number>();
  // As many as an account tells apart.
  const factorOf = (model: string) => {
    const factor = factors.get(model) ?? factorFor(declaration, model);
    factors.set(model, factor);
    return factor;
  };
  return {
    amounts,
    take(minute, model, tally) {
      if (!declaration.countable) return 0;
      const amount = amountOf(declaration, tally) * factorOf(model);
      if (!(amount > 0)) return 0;
      // Credits have no windows.
      if (declaration.window.kind !== "credits") amounts.set(minute, (amounts.get(minute) ?? 0) + amount);
      return amount;
    },
    first() {
      let first: number | undefined;
      for (const minute of amounts.keys()) if (first === undefined || minute < first) first = minute;
      return first;
    },
    forget(before) {
      for (const minute of [...amounts.keys()]) if (minute < before) amounts.delete(minute);
    },
  };
}

/** What a call to this model counts, as a multiple; 0 where it does not count at all. */
function factorFor({ models, weights }: Declaration, model: string): number {
  if (models?.some((pattern) => fits(pattern, model)) === false) return 0;
  return weights.find((weight) => fits(weight.model, model))?.factor ?? 1;
}

/** Money and credits are counted by the request: its weight is its price. */
function amountOf({ unit }: Declaration, { requests, inputTokens, outputTokens }: Tally): number {
  switch (unit) {
    case "tokens":
      return inputTokens + outputTokens;
    case "input_tokens":
      return inputTokens;
    case "output_tokens":
      return outputTokens;
    default:
      return requests;
  }
}
