import { z } from "zod";
import { balanceEnforcement } from "../../quota/balance.ts";
import { amountsIn } from "../../quota/counters.ts";
import type { AccountReading, Reading, Subscription } from "../../quota/reading.ts";
import { IsoTime } from "../fields.ts";
import { outcomeOf } from "./trpc.ts";

// https://github.com/Kilo-Org/cloud (src/app/api/profile/balance, src/lib/getCreditBlocks.ts, src/routers/kilo-pass-router.ts),
// read 2026-11-22. The balance is in dollars and may be below 0. It does not tell what was ever bought.
export const Balance = z.object({ balance: z.number() }).transform(({ balance }) => balance);

/** Millionths of a dollar, although the names of such fields end in `_mUsd`. */
const MICRO = 1_000_000;

/** A block comes as its database writes it, which may be `2026-12-01 00:00:00+00`. */
const BlockTime = z
  .string()
  .transform((text) => text.replace(/^(\d{4}-\d\d-\d\d) /, "$1T").replace(/([+-]\d\d)$/, "$1:00"))
  .pipe(IsoTime);

/** Blocks that are used up are left out by the server. */
const CreditBlocks = z
  .object({ creditBlocks: z.array(z.object({ expiry_date: BlockTime.nullable(), balance_mUsd: z.number() })) })
  .transform(({ creditBlocks }) => creditBlocks);

const Time = IsoTime.nullish();

const Pass = z.object({
  status: z.string(),
  cadence: z.string().nullish(),
  currentPeriodBaseCreditsUsd: z.number().nonnegative(),
  currentPeriodUsageUsd: z.number(),
  currentPeriodBonusCreditsUsd: z.number().nullish(),
  isBonusUnlocked: z.boolean().nullish(),
  nextBillingAt: Time,
  nextRenewalAt: Time,
  refillAt: Time,
});
type Pass = z.infer<typeof Pass>;

/** Null: without a Kilo Pass the subscription is null or missing. */
const PassState = z.object({ subscription: Pass.nullish() }).transform(({ subscription }) => subscription ?? null);

/** A batch of `CALLS`. */
export const Credits = z.unknown().transform((batch, context) => {
  const blocks = outcomeOf(batch, { index: 0, schema: CreditBlocks, field: "creditBlocks" }, context);
  const pass = outcomeOf(batch, { index: 1, schema: PassState, field: "subscription" }, context);
  if (blocks === undefined && pass === undefined) {
    context.addIssue({ code: "custom", message: "expected a list with a result for each call" });
  }
  return { blocks, pass };
});
export const CALLS = ["user.getCreditBlocks", "kiloPass.getState"] as const;

interface Told {
  readonly balance: number;
  /** Undefined where the credential may not see it. */
  readonly blocks: z.infer<typeof CreditBlocks> | undefined;
  readonly pass: Pass | null | undefined;
}

export function toAccountReading({ balance, blocks = [], pass }: Told, now: Date): AccountReading {
  const subscription = pass === undefined ? undefined : subscriptionOf(pass);
  const windows = passReading(pass ?? undefined, subscription, now);
  const money: Reading = {
    quota: "balance",
    ...common(now),
    kind: "credits",
    remaining: balance,
    // A pass that is used up leaves the balance alone to pay, though it is no stop itself.
    enforcement: balanceEnforcement({
      subscription,
      windows: windows.map((window) => ({ ...window, enforcement: "hard" })),
    }),
  };
  return {
    readings: [money, ...expiringReading(blocks, now), ...windows],
    metered: true,
    ...(subscription !== undefined && { subscription }),
  };
}

/** Those of Stripe. One that we do not know says neither that the pass serves nor that it does not. */
const SUBSCRIPTIONS: ReadonlyMap<string, Subscription> = new Map([
  ["active", "active"],
  ["trialing", "active"],
  ["past_due", "grace"],
  ["canceled", "inactive"],
  ["incomplete", "inactive"],
  ["incomplete_expired", "inactive"],
  ["paused", "inactive"],
  ["unpaid", "inactive"],
]);

function subscriptionOf(pass: Pass | null): Subscription | undefined {
  return pass === null ? "inactive" : SUBSCRIPTIONS.get(pass.status);
}

/** A pass that has ended tells a base and a use of 0: neither is there any more. */
function passReading(pass: Pass | undefined, subscription: Subscription | undefined, now: Date): Reading[] {
  if (pass === undefined || subscription === "inactive") return [];
  const bonus = pass.isBonusUnlocked === true ? (pass.currentPeriodBonusCreditsUsd ?? 0) : 0;
  const limit = pass.currentPeriodBaseCreditsUsd + bonus;
  const resetAt = resetOf(pass);
  return [
    {
      quota: "kilo_pass",
      ...common(now),
      kind: "calendar",
      // What goes beyond it is paid from other credits: the pass itself is empty, never overdrawn.
      ...amountsIn({ limit, used: Math.min(pass.currentPeriodUsageUsd, limit) }),
      ...(resetAt !== undefined && { resetAt }),
      enforcement: "soft",
    },
  ];
}

/** A pass that is paid by the year is refilled by the month, and only `refillAt` tells when. */
function resetOf({ cadence, refillAt, nextBillingAt, nextRenewalAt }: Pass): Date | undefined {
  const billed = nextBillingAt ?? nextRenewalAt;
  return (cadence === "yearly" ? (refillAt ?? undefined) : (billed ?? refillAt)) ?? undefined;
}

/** Everything that lapses at the next expiry to come. */
function expiringReading(blocks: z.infer<typeof CreditBlocks>, now: Date): Reading[] {
  const expiries = blocks.flatMap(({ expiry_date }) =>
    expiry_date !== null && expiry_date > now ? [expiry_date] : [],
  );
  const first = Math.min(...expiries.map(Number));
  const next = blocks.filter(({ expiry_date }) => expiry_date?.getTime() === first);
  if (next.length === 0) return [];
  return [
    {
      quota: "expiring_credits",
      ...common(now),
      kind: "credits",
      remaining: next.reduce((sum, { balance_mUsd }) => sum + balance_mUsd, 0) / MICRO,
      expiresAt: new Date(first),
      enforcement: "soft",
    },
  ];
}

function common(now: Date) {
  return { unit: "usd", readAt: now, source: "api", confidence: "reported" } as const;
}
