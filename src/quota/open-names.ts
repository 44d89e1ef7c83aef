import { ratioOf, remainingOf } from "./amounts.ts";
import type { AccountReading, Reading } from "./reading.ts";

/** What an account may have in all: an API that makes up names must not make series without end. */
const MOST_QUOTAS = 32;
/** The config takes no longer id, and a window may follow. */
const LONGEST_SLUG = 48;

/** A name of the provider's, as it stands in a quota id: `GPT-5.3 (High)` is `gpt_5_3_high`. Empty where nothing of it can. */
export function slug(name: string): string {
  const plain = name.toLowerCase().replaceAll(/[^a-z0-9]+/g, "_");
  return plain.replace(/^_/, "").slice(0, LONGEST_SLUG).replace(/_$/, "");
}

/** One reading per quota: of several with the same id the one with the least left, as they are seen side by side. */
export function tightestOfEach(readings: readonly Reading[]): readonly Reading[] {
  const found = new Map<string, Reading>();
  for (const reading of readings) {
    const other = found.get(reading.quota);
    if (other === undefined || shareLeft(reading) < shareLeft(other)) found.set(reading.quota, reading);
  }
  return [...found.values()];
}

/** All `named` quotas, and of those with names that the provider makes up as many as there is room for, the tightest. */
export function keepTightest(
  named: readonly Reading[],
  open: readonly Reading[],
): Pick<AccountReading, "readings" | "dropped"> {
  const ids = new Set(named.map(({ quota }) => quota));
  const others = tightestOfEach(open.filter(({ quota }) => !ids.has(quota)));
  const room = Math.max(0, MOST_QUOTAS - named.length);
  if (others.length <= room) return { readings: [...named, ...others] };
  const tightest = others.toSorted((one, other) => shareLeft(one) - shareLeft(other)).slice(0, room);
  return { readings: [...named, ...tightest], dropped: others.length - room };
}

/** To compare by: what is unknown comes last, and an empty quota without a limit among the empty ones. */
function shareLeft(reading: Reading): number {
  const isEmpty = (remainingOf(reading) ?? 1) <= 0;
  return ratioOf(reading) ?? (isEmpty ? 0 : Number.MAX_VALUE);
}
