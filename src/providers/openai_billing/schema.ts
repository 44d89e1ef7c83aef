import { z } from "zod";
import { amountsIn } from "../../quota/counters.ts";
import type { AccountReading, Reading } from "../../quota/reading.ts";
import { Decimal, EpochTime, isTold } from "../fields.ts";

// The source of one-api and new-api (controller/billing.go) and docs.newapi.pro, read 2026-11-21. `hard_limit_usd` is what
// was granted, of which `total_usage` has been used since the beginning, whatever dates are asked for. Which unit it is
// stands in no answer: a site may show its numbers in dollars, in yuan or in points.
export const DISPLAY_UNITS = ["usd", "cny", "credits"] as const;
type DisplayUnit = (typeof DISPLAY_UNITS)[number];

/** What the dashboard calls a token without a cap. */
const NO_CAP = 100_000_000;

/** What new-api and one-api count for one dollar unless the site has changed it. */
const POINTS_PER_USD = 500_000;

const Amount = Decimal.nullish();

/** 2100 and 5138: what lies between is a way to say never, such as 9999999999. Later ones are milliseconds. */
const NEVER = [4_102_444_800, 1e11] as const;

/** Epoch seconds; 0 or less means never too. */
const Expiry = Decimal.nullish()
  .transform((seconds) => {
    const isNever = !isTold(seconds) || seconds <= 0 || (seconds >= NEVER[0] && seconds < NEVER[1]);
    return isNever ? undefined : seconds;
  })
  .pipe(EpochTime.optional());

export const Subscription = z.object({ hard_limit_usd: Decimal.nullable(), access_until: Expiry });

export const Usage = z.object({ total_usage: Decimal.nullable() });

export const TokenUsage = z
  .object({
    data: z
      .object({
        total_granted: Amount,
        total_used: Amount,
        total_available: Amount,
        unlimited_quota: z.boolean().nullish(),
        expires_at: Expiry,
      })
      .refine((data) => data.unlimited_quota === true || tellsOf(data, "total_available"), {
        path: ["total_available"],
        message: "expected number, but it is missing",
      }),
  })
  .transform(({ data }) => data);

export const CreditGrants = z
  .object({ total_granted: Amount, total_used: Amount, total_available: Amount, total_remaining: Amount })
  .refine((grants) => tellsOf(grants, "total_available") || tellsOf(grants, "total_remaining"), {
    path: ["total_available"],
    message: "expected number, but it is missing, as is total_remaining",
  });

export const User = z
  .object({ data: z.object({ quota: Decimal.nullable(), used_quota: Amount }) })
  .transform(({ data }) => data);

/** A balance in the unit of the site. */
export interface Balance {
  readonly amounts: Pick<Reading, "limit" | "remaining" | "used" | "unlimited"> | undefined;
  readonly expiresAt?: Date | undefined;
}

/** Undefined where nobody but the user can know it: a yuan is worth what the site says. */
export function pointsPerUnit(settings: {
  readonly display_unit: DisplayUnit;
  readonly quota_per_unit?: number | undefined;
}): number | undefined {
  if (settings.quota_per_unit !== undefined) return settings.quota_per_unit;
  switch (settings.display_unit) {
    case "usd":
      return POINTS_PER_USD;
    case "credits":
      return 1;
    case "cny":
      return undefined;
  }
}

export const isUncapped = ({ hard_limit_usd }: z.infer<typeof Subscription>): boolean => hard_limit_usd === NO_CAP;

export function ofDashboard(
  { hard_limit_usd: limit, access_until: expiresAt }: z.infer<typeof Subscription>,
  used: number | undefined,
): Balance {
  const isKnown = isTold(limit) && used !== undefined;
  const amounts = isKnown ? amountsIn({ limit: grantIn(limit), remaining: limit - used }) : undefined;
  return { amounts, expiresAt };
}

export function ofTokenUsage(data: z.infer<typeof TokenUsage>, perUnit: number): Balance {
  const expiresAt = data.expires_at;
  if (data.unlimited_quota === true) return { amounts: { unlimited: true }, expiresAt };
  const [limit, used, remaining] = [data.total_granted, data.total_used, data.total_available].map((points) =>
    isTold(points) ? points / perUnit : undefined,
  );
  return { amounts: amountsIn({ limit: grantIn(limit), used, remaining }), expiresAt };
}

export function ofCreditGrants(grants: z.infer<typeof CreditGrants>): Balance {
  const { total_granted: limit, total_used: used } = grants;
  return { amounts: amountsIn({ limit, used, remaining: grants.total_available ?? grants.total_remaining }) };
}

/** What a user has ever been given grows with each top-up, so it is no limit of the balance. */
export function ofUser({ quota }: z.infer<typeof User>, perUnit: number): Balance {
  return { amounts: isTold(quota) ? { remaining: quota / perUnit } : undefined };
}

export function accountReading({ amounts, expiresAt }: Balance, unit: DisplayUnit, now: Date): AccountReading {
  const lapses = expiresAt !== undefined && amounts?.unlimited !== true;
  const balance: Reading = {
    quota: "balance",
    kind: "credits",
    unit,
    readAt: now,
    ...amounts,
    ...(lapses && { expiresAt }),
    enforcement: "hard",
    source: "api",
    confidence: amounts === undefined ? "degraded" : "reported",
  };
  return { readings: [balance], metered: true, ...(expiresAt !== undefined && { credentialExpiresAt: expiresAt }) };
}

/** Nobody can be granted less than nothing: with what is left it would make a share above 1. */
const grantIn = (limit: number | undefined): number | undefined =>
  limit === undefined || limit < 0 ? undefined : limit;

/** A null says that it is unknown; nothing at all, that this is another answer. */
function tellsOf(counters: object, left: string): boolean {
  return left in counters || ("total_granted" in counters && "total_used" in counters);
}
