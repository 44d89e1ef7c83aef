import { keyOf } from "../quota/account.ts";
import type { Refusal } from "../quota/observation.ts";
import { added, NOTHING_USED, type Tally } from "../quota/tally.ts";
import type { AccountKey } from "../store/store.ts";

/** What live traffic of one account has used since process start, as it is shown. */
export interface ObservedUse {
  /** By the text of the label. */
  readonly models: ReadonlyMap<string, Tally>;
  readonly refusals: Readonly<Record<Refusal, number>>;
}

export type ObservedUseOf = (account: AccountKey) => ObservedUse | undefined;

interface ObservedUseOptions {
  /** By model as it was told, the first seen first; "" for calls that named none. */
  readonly totals: (account: AccountKey) => ReadonlyMap<string, Tally>;
  /** Undefined for an account without traffic. */
  readonly refusals: (account: AccountKey) => Readonly<Record<Refusal, number>> | undefined;
  /** Hears of models that have no series of their own, each once. */
  readonly onDropped: (provider: string, models: number) => void;
}

/** Models are named by whoever calls: so many of an account have series of their own, the first seen. */
const MOST_MODELS = 32;
const OTHERS = "other";
const LONGEST_MODEL = 128;

/** Shows counts under a bounded number of names, which once shown go on. */
export function createObservedUse({ totals, refusals, onDropped }: ObservedUseOptions): ObservedUseOf {
  const known = new Map<string, { readonly shown: Set<string>; dropped: number }>();
  return (account) => {
    const refused = refusals(account);
    if (refused === undefined) return undefined;
    const names = known.get(keyOf(account)) ?? { shown: new Set(), dropped: 0 };
    known.set(keyOf(account), names);
    const models = new Map<string, Tally>();
    let dropped = 0;
    for (const [model, used] of totals(account)) {
      const label = shownAs(model, names.shown);
      if (label === undefined) dropped++;
      models.set(label ?? OTHERS, added(models.get(label ?? OTHERS) ?? NOTHING_USED, used));
    }
    if (dropped > names.dropped) onDropped(account.provider, dropped - names.dropped);
    names.dropped = Math.max(names.dropped, dropped);
    return { models, refusals: refused };
  };
}

/** The label of a model; undefined for one that came too late for a series of its own. */
function shownAs(model: string, shown: Set<string>): string | undefined {
  const label = labelOf(model);
  if (shown.size < MOST_MODELS) shown.add(label);
  return shown.has(label) ? label : undefined;
}

/** Without what a terminal or a page might obey, and no longer than the id of any model. */
const labelOf = (model: string) =>
  model
    .replaceAll(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Cs}]/gu, "")
    .slice(0, LONGEST_MODEL)
    .toWellFormed();
