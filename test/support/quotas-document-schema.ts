import { z } from "zod";
import { FAILURE_REASONS } from "../../src/quota/failure.ts";
import { ENFORCEMENTS, KINDS, UNITS } from "../../src/quota/reading.ts";
import { SEVERITIES, STATES } from "../../src/quota/state.ts";

const Time = z.iso.datetime({ precision: 3 });

const QUOTA = z.strictObject({
  quota: z.string().regex(/^[a-z0-9_]+$/),
  kind: z.enum(KINDS),
  unit: z.enum(UNITS),
  limit: z.number().nullable(),
  remaining: z.number().nullable(),
  used: z.number().nullable(),
  remaining_ratio: z.number().nullable(),
  period_seconds: z.number().positive().nullable(),
  reset_at: Time.nullable(),
  expires_at: Time.nullable(),
  enforcement: z.enum(ENFORCEMENTS),
  source: z.enum(["api", "headers", "probe", "count", "declared"]),
  confidence: z.enum(["reported", "estimated", "degraded"]),
  valid: z.boolean(),
  read_at: Time,
  state: z.enum(STATES),
  severity: z.enum(SEVERITIES),
  binding: z.boolean(),
  models: z.array(z.string()).nullable(),
  burn_rate: z.number().nullable(),
  consumption_per_second: z.number().nullable(),
  runway_seconds: z.number().nullable(),
  exhausts_at: Time.nullable(),
  exhaustion_probability: z.number().min(0).max(1).nullable(),
});

const ACCOUNT = z.strictObject({
  provider: z.string(),
  account: z.string(),
  up: z.boolean(),
  error: z.strictObject({ reason: z.enum(FAILURE_REASONS), message: z.string() }).nullable(),
  metered: z.boolean().nullable(),
  plan: z.string().nullable(),
  subscription: z.enum(["active", "grace", "inactive"]).nullable(),
  last_success: Time.nullable(),
  quotas: z.array(QUOTA),
});

/**
 * The document that `poll --output json` and `/api/v1/quotas` promise: these keys, no other. What it parses has them in
 * the promised order, so that comparing texts shows whether the input had, too.
 */
export const QUOTAS_DOCUMENT = z.strictObject({
  generated_at: Time,
  summary: z.strictObject({
    accounts: z.int(),
    quotas: z.int(),
    by_state: z.partialRecord(z.enum(STATES), z.int().positive()),
    has_exhausted: z.boolean(),
    has_use_or_lose: z.boolean(),
  }),
  accounts: z.array(ACCOUNT),
});
