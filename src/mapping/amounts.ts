import { amountsIn } from "../quota/counters.ts";
import type { Reading } from "../quota/reading.ts";
import { MappingError, nothingFound } from "./asker.ts";
import type { Scope } from "./evaluate.ts";
import type { Asker, RuleContext } from "./rule-asker.ts";
import { AMOUNTS, SHARES, shareIn } from "./shares.ts";
import { type Bounds, toAmount, toFlag } from "./values.ts";

const COUNT: Bounds = {
  least: 0,
  most: Number.MAX_SAFE_INTEGER,
  what: "no amount, as it is below 0 or beyond all counting",
};
const LEFT: Bounds = {
  least: -Number.MAX_SAFE_INTEGER,
  most: Number.MAX_SAFE_INTEGER,
  what: "beyond all counting; unlimited_when says what stands for no cap",
};
/** A boost may leave more than all of it, and an overrun less than nothing. */
const BOUNDS = {
  limit: { ...COUNT, what: "no limit; unlimited_when says what stands for none" },
  remaining: LEFT,
  used: COUNT,
  percent_used: { least: 0, most: 1000, what: "no share in percent" },
  percent_remaining: { least: -900, most: 1000, what: "no share in percent" },
  fraction_used: { least: 0, most: 2, what: "no share from 0 to 1; percent_used takes percents" },
  fraction_remaining: { least: -1, most: 2, what: "no share from 0 to 1; percent_remaining takes percents" },
} as const satisfies Record<string, Bounds>;

type Amounts = Pick<Reading, "limit" | "remaining" | "used" | "unlimited" | "refused" | "served" | "confidence">;

/** How much of a quota there is, as far as an answer tells that. */
export async function amountsOf(
  { rule, unit, field }: RuleContext & Pick<Reading, "unit">,
  scope: Scope,
  { tell, known }: Asker,
): Promise<Amounts> {
  const isUnlimited = await known("unlimited_when", toFlag);
  const flags = {
    ...((await known("refused_when", toFlag)) && { refused: true as const }),
    ...((await known("served_when", toFlag)) && { served: true as const }),
  };
  if (isUnlimited) return { ...flags, unlimited: true, confidence: "reported" };

  const keys = (unit === "ratio" ? SHARES : AMOUNTS).filter((key) => rule[key] !== undefined);
  const asked = await inOrder(keys, async (key) => ({
    key,
    told: await tell(key, (found) => toAmount(found, BOUNDS[key])),
  }));
  const numbers = new Map(asked.flatMap(({ key, told }) => (told?.is === "value" ? [[key, told.value] as const] : [])));
  const amounts = unit === "ratio" ? shareIn(numbers) : amountsIn(Object.fromEntries(numbers));
  if (amounts !== undefined) return { ...amounts, ...flags, confidence: "reported" };
  if (flags.refused || flags.served) return { ...flags, confidence: "reported" };
  // The provider says itself that it does not know: the last good numbers stand until they are stale.
  if (asked.some(({ told }) => told?.is === "null")) return { confidence: "degraded" };
  const missing = asked.filter(({ key }) => key !== "limit");
  if (missing.length === 0) return { confidence: "degraded" };
  const words = missing.map(({ key }) =>
    nothingFound({ field: `${field}.${key}`, expression: String(rule[key]), scope }),
  );
  throw new MappingError(words.join("; "));
}

async function inOrder<T, R>(items: readonly T[], work: (item: T) => Promise<R>): Promise<readonly R[]> {
  const results: R[] = [];
  for (const item of items) results.push(await work(item));
  return results;
}
