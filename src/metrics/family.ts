import type { Shown } from "../engine/shown.ts";
import type { AccountSnapshot, QuotaSnapshot } from "../engine/snapshot.ts";
import type { ObservedUse } from "./observed-use.ts";

/** Writes one sample. An undefined or non-finite value writes nothing: absent is how unknown looks. */
export type Write<L extends readonly string[] = readonly string[]> = (
  value: number | undefined,
  ...labelValues: { readonly [K in keyof L]: string }
) => void;

/** A quota, and what may be told of it at the instant of the scrape. */
export interface QuotaSubject {
  readonly quota: QuotaSnapshot;
  readonly shown: Shown;
  readonly now: Date;
}

type Emit<Subject, L extends readonly string[]> = (subject: Subject, write: Write<L>) => void;

/**
 * One exposed family. Its series carry provider, account and the configured labels, then `quota` if the family is about
 * quotas, then `labels`. A family about quotas may also speak of an account as a whole: `quota` is empty there.
 */
export interface Family<L extends readonly string[] = readonly string[]> {
  readonly name: string;
  readonly type: "gauge" | "counter";
  readonly help: string;
  readonly labels: L;
  readonly account?: Emit<AccountSnapshot, L>;
  /** Of an account that has had live traffic. */
  readonly observed?: Emit<ObservedUse, L>;
  readonly quota?: Emit<QuotaSubject, L>;
}

/** Checks at compile time that each sample gives a value for every label of the family. */
export function family<const L extends readonly string[]>(definition: Family<L>): Family {
  return definition;
}

export function unixSeconds(instant: Date | undefined): number | undefined {
  return instant === undefined ? undefined : instant.getTime() / 1000;
}
