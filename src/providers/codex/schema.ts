import { z } from "zod";
import { balanceEnforcement } from "../../quota/balance.ts";
import { amountsIn } from "../../quota/counters.ts";
import { keepTightest, slug, tightestOfEach } from "../../quota/open-names.ts";
import type { AccountReading, Reading } from "../../quota/reading.ts";
import { Decimal, EpochTime, PercentUsed } from "../fields.ts";
import { shareReading } from "../share-reading.ts";

// https://github.com/openai/codex (codex-rs/backend-client, codex-backend-openapi-models), read 2026-11-21. Percents count
// 0 to 100. Which window stands in which slot changes with the plan and from time to time: its length tells what it is.
const Window = z
  .object({
    used_percent: PercentUsed.nullable(),
    limit_window_seconds: z.number().positive(),
    reset_at: EpochTime.nullish(),
    reset_after_seconds: z.number().nonnegative().nullish(),
  })
  .nullish();
type Window = z.infer<typeof Window>;

/** What a workspace allows one member, in credits. It has stood in three places and its reset under two names. */
const IndividualLimit = z
  .object({
    limit: Decimal.nullish(),
    used: Decimal.nullish(),
    remaining: Decimal.nullish(),
    reset_at: EpochTime.nullish(),
    resets_at: EpochTime.nullish(),
  })
  .nullish();

const Windows = z.object({ primary_window: Window, secondary_window: Window });
const RateLimit = z.object({ ...Windows.shape, individual_limit: IndividualLimit }).nullish();

const Additional = z
  .object({ limit_name: z.string().nullish(), metered_feature: z.string().nullish(), rate_limit: Windows.nullish() })
  .refine(({ limit_name, metered_feature }) => Boolean(limit_name) || Boolean(metered_feature), {
    path: ["limit_name"],
    message: "expected a name here, or in metered_feature",
  });

const Credits = z.object({
  has_credits: z.boolean(),
  unlimited: z.boolean().nullish(),
  balance: Decimal.nullish(),
});

export const Usage = z.object({
  plan_type: z.string(),
  rate_limit: RateLimit,
  code_review_rate_limit: Windows.nullish(),
  additional_rate_limits: z.array(Additional).nullish(),
  credits: Credits.nullish(),
  spend_control: z.object({ individual_limit: IndividualLimit }).nullish(),
  individual_limit: IndividualLimit,
});

const NAMES = [
  [3600, "hourly"],
  [14_400, "four_hour"],
  [18_000, "five_hour"],
  [86_400, "daily"],
  [604_800, "weekly"],
  [2_592_000, "monthly"],
] as const;
/** Codex itself forgives as much when it names a window by its length. */
const TOLERANCE_SECONDS = 180;

export function nameOf(seconds: number): string {
  const named = NAMES.find(([length]) => Math.abs(length - seconds) <= TOLERANCE_SECONDS);
  return named?.[1] ?? `window_${Math.round(seconds)}_seconds`;
}

export function toAccountReading(usage: z.infer<typeof Usage>, now: Date): AccountReading {
  const plan = windowsOf(usage.rate_limit, (window) => window, now);
  const review = windowsOf(usage.code_review_rate_limit, (window) => `code_review_${window}`, now);
  const additional = (usage.additional_rate_limits ?? []).flatMap(({ limit_name, metered_feature, rate_limit }) => {
    const name = slug(limit_name ?? "") || slug(metered_feature ?? "");
    return name === "" ? [] : windowsOf(rate_limit, (window) => `${name}_${window}`, now);
  });
  const pool = usage.spend_control?.individual_limit ?? usage.rate_limit?.individual_limit ?? usage.individual_limit;
  const named = [...plan, ...asPartial(review), ...creditsReading(usage.credits, plan, now), ...poolReading(pool, now)];
  return { ...keepTightest(named, asPartial(additional)), metered: true, plan: usage.plan_type };
}

/** They bind one feature or one model. */
const asPartial = (readings: readonly Reading[]): Reading[] =>
  readings.map((reading) => ({ ...reading, partial: true }));

function windowsOf(
  limit: z.infer<typeof Windows> | null | undefined,
  idOf: (window: string) => string,
  now: Date,
): readonly Reading[] {
  const windows = [limit?.primary_window, limit?.secondary_window].flatMap((window) => window ?? []);
  return tightestOfEach(
    windows.map((window) => {
      const periodSeconds = window.limit_window_seconds;
      const quota = idOf(nameOf(periodSeconds));
      return shareReading({ quota, periodSeconds, left: window.used_percent, resetAt: resetOf(window, now) }, now);
    }),
  );
}

function resetOf({ reset_at, reset_after_seconds: seconds }: NonNullable<Window>, now: Date): Date | undefined {
  if (reset_at !== undefined && reset_at !== null) return reset_at;
  return typeof seconds === "number" ? new Date(now.getTime() + seconds * 1000) : undefined;
}

function creditsReading(
  credits: z.infer<typeof Credits> | null | undefined,
  windows: readonly Reading[],
  now: Date,
): Reading[] {
  if (!credits?.has_credits) return [];
  const { unlimited, balance } = credits;
  const amounts = unlimited === true ? ({ unlimited } as const) : amountsIn({ remaining: balance });
  return [
    {
      quota: "credits",
      kind: "credits",
      unit: "credits",
      readAt: now,
      ...amounts,
      // They pay for what the plan does not cover any more.
      enforcement: balanceEnforcement({ subscription: windows.length > 0 ? "active" : undefined, windows }),
      source: "api",
      confidence: amounts === undefined ? "degraded" : "reported",
    },
  ];
}

function poolReading(pool: z.infer<typeof IndividualLimit>, now: Date): Reading[] {
  if (pool === undefined || pool === null) return [];
  const amounts = amountsIn(pool);
  const resetAt = pool.reset_at ?? pool.resets_at ?? undefined;
  return [
    {
      quota: "spend_control",
      kind: "calendar",
      unit: "credits",
      readAt: now,
      ...amounts,
      ...(resetAt !== undefined && { resetAt }),
      enforcement: "hard",
      source: "api",
      confidence: amounts === undefined ? "degraded" : "reported",
    },
  ];
}
