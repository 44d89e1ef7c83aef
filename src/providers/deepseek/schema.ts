import { z } from "zod";
import type { Reading } from "../../quota/reading.ts";
import { DecimalText, isTold } from "../fields.ts";

// https://api-docs.deepseek.com/api/get-user-balance, read 2026-11-21. `total_balance` is what is left, granted and
// topped up together; nothing tells what was used. The documented schema requires no field of an answer.
const CURRENCIES = {
  USD: { quota: "balance_usd", unit: "usd" },
  CNY: { quota: "balance_cny", unit: "cny" },
} as const;

const ListedInfo = z.looseObject({ currency: z.string() });

const Info = z
  .object({
    currency: z.enum(["USD", "CNY"]),
    total_balance: DecimalText.nullish(),
    granted_balance: DecimalText.nullish(),
    topped_up_balance: DecimalText.nullish(),
  })
  .transform((info) => ({ currency: info.currency, remaining: info.total_balance ?? sumOf(info) }));

const Infos = z
  .array(ListedInfo)
  // Null keeps the index of the rest.
  .transform((infos) => infos.map((info) => (Object.hasOwn(CURRENCIES, info.currency) ? needed(info) : null)))
  .pipe(z.array(Info.nullable()))
  .transform((infos) => infos.filter((info) => info !== null))
  .refine(areDistinct, "expected one balance for each currency");

export const UserBalance = z
  .looseObject({ is_available: z.boolean().nullish(), balance_infos: Infos.nullish() })
  .refine((answer) => "is_available" in answer || "balance_infos" in answer, {
    path: ["balance_infos"],
    message: "expected a list, but it is missing, as is is_available",
  })
  .transform(({ is_available, balance_infos }) => ({ isRefused: is_available === false, infos: balance_infos ?? [] }));

/** A currency that we have no unit for is left out rather than shown as another. */
export function toReadings({ isRefused, infos }: z.infer<typeof UserBalance>, now: Date): Reading[] {
  const hasEmpty = infos.some(({ remaining }) => isEmpty(remaining));
  return infos.map(({ currency, remaining }) => ({
    ...CURRENCIES[currency],
    kind: "credits",
    readAt: now,
    enforcement: "hard",
    source: "api",
    ...(remaining === undefined ? { confidence: "degraded" } : { remaining, confidence: "reported" }),
    // The refusal is for the whole account. It is put where money is missing, and on every known balance if none is.
    ...(isRefused && remaining !== undefined && (isEmpty(remaining) || !hasEmpty) ? { refused: true } : {}),
  }));
}

/** The parts count only where the total is missing: an odd one beside a good total does no harm. */
function needed({ currency, total_balance, ...parts }: z.infer<typeof ListedInfo>): Readonly<Record<string, unknown>> {
  return isTold(total_balance) ? { currency, total_balance } : { currency, ...parts };
}

function sumOf({
  granted_balance: granted,
  topped_up_balance: toppedUp,
}: {
  readonly granted_balance?: number | null | undefined;
  readonly topped_up_balance?: number | null | undefined;
}): number | undefined {
  return isTold(granted) && isTold(toppedUp) ? granted + toppedUp : undefined;
}

function isEmpty(remaining: number | undefined): boolean {
  return remaining !== undefined && remaining <= 0;
}

function areDistinct(infos: readonly { readonly currency: string }[]): boolean {
  return new Set(infos.map(({ currency }) => currency)).size === infos.length;
}
