// The shapes of the API, from which its OpenAPI document is made. Everything that answers takes only their types from
// here: a start that loads them would take longer.
import { z } from "zod";
import { FAILURE_REASONS } from "../../quota/failure.ts";
import { type Confidence, ENFORCEMENTS, KINDS, type Source, type Subscription, UNITS } from "../../quota/reading.ts";
import { SEVERITIES, STATES } from "../../quota/state.ts";

const SOURCES = ["api", "headers", "probe", "count", "declared"] satisfies readonly Source[];
const CONFIDENCES = ["reported", "estimated", "degraded"] satisfies readonly Confidence[];
const SUBSCRIPTIONS = ["active", "grace", "inactive"] satisfies readonly Subscription[];

export const TIME = z.iso.datetime({ precision: 3 }).describe("An instant in UTC, to the millisecond (RFC 3339).");

export const STATE = z.enum(STATES).describe("The verdict on one quota. The order is that of urgency.");
export const SEVERITY = z.enum(SEVERITIES).describe("How much whatever fires matters, the mildest first.");
export const FAILURE_REASON = z.enum(FAILURE_REASONS).describe("Why a read failed: a closed set.");

export const FAILURE = z
  .strictObject({
    reason: FAILURE_REASON,
    message: z.string().describe("What was tried and how it ended. Never a credential, a query or a body."),
  })
  .describe("Why the last read of an account failed.");

export const QUOTA = z
  .strictObject({
    quota: z
      .string()
      .regex(/^[a-z0-9_]+$/)
      .describe("Id of the quota, unique within its account; the `quota` label of the metrics."),
    kind: z
      .enum(KINDS)
      .describe(
        "`calendar`: fixed boundary. `rolling`: hours from first use, or sliding. `credits`: only top-ups refill. `rate_limit`: refills before a person could act.",
      ),
    unit: z.enum(UNITS).describe("What is counted. `ratio`: the provider tells only a share, and the limit is 1."),
    limit: z.number().nullable().describe("Allowed in one window, in `unit`."),
    remaining: z.number().nullable().describe("Left, in `unit`. Below 0 when overdrawn."),
    used: z.number().nullable().describe("Used in the current window, in `unit`."),
    remaining_ratio: z.number().nullable().describe("`remaining` ÷ `limit`, not clamped."),
    period_seconds: z.number().positive().nullable().describe("Length of the window in seconds."),
    reset_at: TIME.nullable().describe("When the window starts again."),
    expires_at: TIME.nullable().describe("When what is left lapses."),
    enforcement: z
      .enum(ENFORCEMENTS)
      .describe("`hard`: calls are refused at zero. `soft`: informational, or it spills over into something else."),
    source: z.enum(SOURCES).describe("Where the numbers come from."),
    confidence: z
      .enum(CONFIDENCES)
      .describe("`degraded`: the provider calls its own answer uncertain, and no number is shown."),
    valid: z.boolean().describe("False: the last good reading is too old to be shown as the truth."),
    read_at: TIME.describe("When this quota was last read well; else when it was last read."),
    state: STATE,
    severity: SEVERITY,
    binding: z.boolean().describe("This quota stops its account first."),
    models: z
      .array(z.string())
      .readonly()
      .nullable()
      .describe("It binds these models only, as the provider names them. Null: it names none."),
    burn_rate: z
      .number()
      .nullable()
      .describe(
        "Rate of the long window × time left until reset or expiry ÷ remaining. Above 1 it runs out first. Without unit.",
      ),
    consumption_per_second: z.number().nullable().describe("Used in `unit` per second, over the long window."),
    runway_seconds: z
      .number()
      .nullable()
      .describe("Seconds from the reading until nothing is left at the forecast rate, whatever the reset."),
    exhausts_at: TIME.nullable().describe("When it likely runs out. Null: it lasts, or nothing is forecast."),
    exhaustion_probability: z
      .number()
      .min(0)
      .max(1)
      .nullable()
      .describe("That it runs out before reset or expiry, 0 to 1."),
  })
  .describe("One limit of one account. Null is unknown, never 0.");

export const ACCOUNT = z
  .strictObject({
    provider: z.string().describe("Id of the provider, the `provider` label of the metrics."),
    account: z.string().describe("Name in the config, the `account` label of the metrics."),
    up: z.boolean().describe("The last read worked. False before the first."),
    error: FAILURE.nullable(),
    metered: z.boolean().nullable().describe("False: this provider has no quota at all."),
    plan: z.string().nullable().describe("As the provider names it."),
    subscription: z.enum(SUBSCRIPTIONS).nullable().describe("State of the subscription, where there is one."),
    last_success: TIME.nullable().describe("When a read last worked."),
    quotas: z.array(QUOTA),
  })
  .describe("One account with its quotas.");

export const QUOTAS_DOCUMENT = z
  .strictObject({
    generated_at: TIME.describe("The instant that all of it is of."),
    summary: z.strictObject({
      accounts: z.int().nonnegative(),
      quotas: z.int().nonnegative(),
      by_state: z
        .partialRecord(z.enum(STATES), z.int().positive())
        .describe("How many quotas are in each state; states that no quota is in are left out."),
      has_exhausted: z.boolean(),
      has_use_or_lose: z.boolean(),
    }),
    accounts: z.array(ACCOUNT),
  })
  .describe("All accounts with their quotas; also what `poll --output json` prints.");

export type QuotaEntry = z.infer<typeof QUOTA>;
export type AccountEntry = z.infer<typeof ACCOUNT>;
export type QuotasDocument = z.infer<typeof QUOTAS_DOCUMENT>;
