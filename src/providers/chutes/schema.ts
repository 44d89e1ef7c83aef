import { z } from "zod";
import { balanceEnforcement } from "../../quota/balance.ts";
import { nextMidnight } from "../../quota/calendar.ts";
import { amountsIn } from "../../quota/counters.ts";
import type { AccountReading, Reading } from "../../quota/reading.ts";
import { IsoTime } from "../fields.ts";

// https://github.com/chutesai/chutes-api (api/user/router.py, api/invocation/util.py), read 2026-11-21: there is no page
// on these calls. A cap counts what pay-as-you-go would have charged, in dollars; `remaining` stops at 0 while `usage`
// goes on. A custom plan has `uncapped` instead of numbers.
const Window = z
  .object({
    uncapped: z.boolean().nullish(),
    usage: z.number().nullish(),
    cap: z.number().nonnegative().nullish(),
    remaining: z.number().nullish(),
    reset_at: IsoTime.nullish(),
  })
  .nullish();

/** Without a subscription the answer is `{ "subscription": false }` and nothing else. */
export const SubscriptionUsage = z
  .object({ subscription: z.boolean(), four_hour: Window, monthly: Window })
  .refine(
    ({ subscription, ...windows }) => !subscription || WINDOW_KEYS.some((key) => windows[key] !== undefined),
    "expected at least one known window",
  );
type SubscriptionUsage = z.infer<typeof SubscriptionUsage>;

/** Requests of this UTC day; parts of a request may count. The limit is the text "unlimited" for invoiced accounts. */
export const QuotaUsage = z.object({
  quota: z.union([z.number().nonnegative(), z.literal("unlimited")]),
  used: z.number().nullish(),
});
type QuotaUsage = z.infer<typeof QuotaUsage>;

/** Null where the server could not work the balance out. */
export const Me = z.object({ balance: z.number().nullable() });

interface Answers {
  readonly usage: SubscriptionUsage;
  /** Undefined beside a subscription, and where the credential may not see it. */
  readonly daily: QuotaUsage | undefined;
  /** In dollars; undefined where it is not known. */
  readonly balance: number | undefined;
}

const WINDOWS = {
  // Blocks of the clock (00:00, 04:00 … UTC), not four hours from the first use.
  four_hour: { quota: "four_hour", periodSeconds: 14_400 },
  // From the day of the month on which the plan began.
  monthly: { quota: "monthly" },
} as const;
const WINDOW_KEYS = ["four_hour", "monthly"] as const;

type Enforced = Omit<Reading, "enforcement">;

export function toAccountReading({ usage, daily, balance }: Answers, now: Date): AccountReading {
  const subscription = usage.subscription ? "active" : "inactive";
  const enforced = usage.subscription
    ? WINDOW_KEYS.flatMap((key) => windowReading(key, usage[key], now))
    : dailyReading(daily, now);
  // What is over a window is paid from the balance, so the window stops nobody while that lasts.
  const spillsOver = balance !== undefined && balance > 0;
  const windows = enforced.map((window): Reading => ({ ...window, enforcement: spillsOver ? "soft" : "hard" }));
  if (balance === undefined) return { readings: windows, metered: true, subscription };

  const money: Reading = {
    quota: "balance",
    kind: "credits",
    unit: "usd",
    readAt: now,
    remaining: balance,
    // Behind a window that is used up the balance is all there is, so here each window counts as the stop that it is.
    enforcement: balanceEnforcement({
      subscription,
      windows: enforced.map((window) => ({ ...window, enforcement: "hard" })),
    }),
    source: "api",
    confidence: "reported",
  };
  return { readings: [...windows, money], metered: true, subscription };
}

function windowReading(key: keyof typeof WINDOWS, window: z.infer<typeof Window>, now: Date): Enforced[] {
  if (window === undefined || window === null) return [];
  const { uncapped, usage, cap, remaining, reset_at } = window;
  const amounts =
    uncapped === true ? ({ unlimited: true } as const) : amountsIn({ limit: cap, used: usage, remaining });
  return [
    {
      ...WINDOWS[key],
      kind: "calendar",
      unit: "usd",
      readAt: now,
      ...amounts,
      ...(reset_at === undefined || reset_at === null ? {} : { resetAt: reset_at }),
      source: "api",
      confidence: amounts === undefined ? "degraded" : "reported",
    },
  ];
}

/** An account that began in 2026 or later has a quota of 0: it never had this window. */
function dailyReading(daily: QuotaUsage | undefined, now: Date): Enforced[] {
  if (daily === undefined || daily.quota === "unlimited" || daily.quota === 0) return [];
  const amounts = amountsIn({ limit: daily.quota, used: daily.used });
  return [
    {
      quota: "daily",
      kind: "calendar",
      unit: "requests",
      periodSeconds: 86_400,
      readAt: now,
      ...amounts,
      // No answer tells it. The server counts by its own date, which is that of UTC.
      resetAt: nextMidnight(now),
      source: "api",
      confidence: amounts === undefined ? "degraded" : "reported",
    },
  ];
}
