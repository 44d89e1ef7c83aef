import { z } from "zod";
import { balanceEnforcement } from "../../quota/balance.ts";
import { amountsIn } from "../../quota/counters.ts";
import type { AccountReading, Reading, Subscription, Unit } from "../../quota/reading.ts";
import { DecimalText, EpochTime } from "../fields.ts";

// https://docs.nano-gpt.com/api-reference/management-api and …/endpoint/subscription-usage, read 2026-11-21. The first
// documents token windows, the second still the older daily and monthly ones; the API answers either, by plan.
// `percentUsed` is not read: it is a fraction in spite of its name, and not always a number.
const Counters = z.object({
  used: z.number().nonnegative().nullish(),
  remaining: z.number().nullish(),
  resetAt: EpochTime.nullish(),
  degraded: z.boolean().nullish(),
});

/** Null where the plan has no such window; a cap of 0 means the same. */
const Window = Counters.nullish();
const Cap = z.number().nonnegative().nullish();

interface WindowFacts {
  readonly quota: string;
  readonly unit: Unit;
  /** Absent for the billing month, whose length varies. */
  readonly periodSeconds?: number;
  readonly partial?: true;
}

const DAY = 86_400;

const WINDOWS = {
  weeklyInputTokens: { quota: "weekly_input_tokens", unit: "input_tokens", periodSeconds: 7 * DAY },
  dailyInputTokens: { quota: "daily_input_tokens", unit: "input_tokens", periodSeconds: DAY },
  dailyImages: { quota: "daily_images", unit: "images", periodSeconds: DAY, partial: true },
  daily: { quota: "daily", unit: "requests", periodSeconds: DAY },
  monthly: { quota: "monthly", unit: "requests" },
} as const satisfies Record<string, WindowFacts>;

type WindowKey = keyof typeof WINDOWS;
const WINDOW_KEYS = Object.keys(WINDOWS) as WindowKey[];

export const Usage = z
  .object({
    active: z.boolean(),
    state: z.string().nullish(),
    enforceDailyLimit: z.boolean().nullish(),
    limits: z
      .object({ weeklyInputTokens: Cap, dailyInputTokens: Cap, dailyImages: Cap, daily: Cap, monthly: Cap })
      .nullish(),
    weeklyInputTokens: Window,
    dailyInputTokens: Window,
    dailyImages: Window,
    daily: Window,
    monthly: Window,
  })
  .refine(
    (usage) => subscriptionOf(usage) === "inactive" || WINDOW_KEYS.some((key) => usage[key] !== undefined),
    "expected at least one known window",
  );
type Usage = z.infer<typeof Usage>;

export const Balance = z.object({ usd_balance: DecimalText }).transform(({ usd_balance }) => usd_balance);

/** `balanceUsd` is undefined where the credential may not see it. */
export function toAccountReading(usage: Usage, balanceUsd: number | undefined, now: Date): AccountReading {
  const subscription = subscriptionOf(usage);
  const windows = WINDOW_KEYS.flatMap((key) => windowReading(key, usage, now));
  if (balanceUsd === undefined) return { readings: windows, metered: true, subscription };
  const balance: Reading = {
    quota: "balance",
    kind: "credits",
    unit: "usd",
    readAt: now,
    remaining: balanceUsd,
    enforcement: balanceEnforcement({ subscription, windows }),
    source: "api",
    confidence: "reported",
  };
  return { readings: [...windows, balance], metered: true, subscription };
}

/** `state` in words; a word that we do not know leaves what `active` says, which is "usable now". */
function subscriptionOf({
  state,
  active,
}: {
  readonly state?: string | null | undefined;
  readonly active: boolean;
}): Subscription {
  if (state === "active" || state === "grace" || state === "inactive") return state;
  return active ? "active" : "inactive";
}

function windowReading(key: WindowKey, usage: Usage, now: Date): Reading[] {
  const window = usage[key] ?? undefined;
  const limit = usage.limits?.[key] ?? undefined;
  if (limit === 0) return [];
  // A cap without its counters is a plan that has this window and a lookup that failed.
  const isCapped = limit !== undefined && subscriptionOf(usage) !== "inactive";
  if (window === undefined && !isCapped) return [];

  const amounts = window === undefined || window.degraded === true ? undefined : amountsIn({ limit, ...window });
  const resetAt = window?.resetAt ?? undefined;
  const isSoft = key === "daily" && usage.enforceDailyLimit === false;
  return [
    {
      ...WINDOWS[key],
      kind: "calendar",
      readAt: now,
      ...amounts,
      ...(resetAt === undefined ? {} : { resetAt }),
      enforcement: isSoft ? "soft" : "hard",
      source: "api",
      confidence: amounts === undefined ? "degraded" : "reported",
    },
  ];
}
