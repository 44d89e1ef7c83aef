import { z } from "zod";
import type { Reading } from "../../quota/reading.ts";
import { DecimalText } from "../fields.ts";

// https://api-docs.deepseek.com/api/get-user-balance, read 2026-11-21. `total_balance` is what is left, granted and
// topped up together; nothing tells what was used.
const CURRENCIES = {
  USD: { quota: "balance_usd", unit: "usd" },
  CNY: { quota: "balance_cny", unit: "cny" },
} as const;

const Info = z.object({ currency: z.enum(["USD", "CNY"]), total_balance: DecimalText });

export const UserBalance = z.object({
  is_available: z.boolean().nullish(),
  balance_infos: z
    .array(z.looseObject({ currency: z.string() }))
    // A currency that we have no unit for is left out rather than shown as another; null keeps the index of the rest.
    .transform((infos) => infos.map((info) => (Object.hasOwn(CURRENCIES, info.currency) ? info : null)))
    .pipe(z.array(Info.nullable()))
    .transform((infos) => infos.filter((info) => info !== null))
    .refine(areDistinct, "expected one balance for each currency"),
});

export function toReadings({ is_available, balance_infos }: z.infer<typeof UserBalance>, now: Date): Reading[] {
  const isRefused = is_available === false;
  const hasEmpty = balance_infos.some(isEmpty);
  return balance_infos.map((info) => ({
    ...CURRENCIES[info.currency],
    kind: "credits",
    readAt: now,
    remaining: info.total_balance,
    enforcement: "hard",
    source: "api",
    confidence: "reported",
    // The refusal is for the whole account. It is put where money is missing, and on every balance if none is missing.
    ...(isRefused && (isEmpty(info) || !hasEmpty) ? { refused: true } : {}),
  }));
}

function isEmpty({ total_balance }: { readonly total_balance: number }): boolean {
  return total_balance <= 0;
}

function areDistinct(infos: readonly { readonly currency: string }[]): boolean {
  return new Set(infos.map(({ currency }) => currency)).size === infos.length;
}
