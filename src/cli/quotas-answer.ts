import { z } from "zod";
import { ENFORCEMENTS, UNITS } from "../quota/reading.ts";
import { SEVERITIES, STATES } from "../quota/state.ts";

const Time = z.iso.datetime().nullable();
const Amount = z.number().nullable();

const Quota = z.looseObject({
  quota: z.string(),
  unit: z.enum(UNITS),
  limit: Amount,
  remaining: Amount,
  remaining_ratio: Amount,
  reset_at: Time,
  expires_at: Time,
  enforcement: z.enum(ENFORCEMENTS),
  valid: z.boolean(),
  state: z.enum(STATES),
  severity: z.enum(SEVERITIES),
  exhausts_at: Time,
});

const Account = z.looseObject({
  provider: z.string(),
  account: z.string(),
  up: z.boolean(),
  error: z.looseObject({ reason: z.string(), message: z.string() }).nullable(),
  metered: z.boolean().nullable(),
  quotas: z.array(Quota),
});

/** What the command line needs of the document of `/api/v1/quotas`; whatever else a daemon tells is passed on. */
export const QuotasAnswer = z.looseObject({ generated_at: z.iso.datetime(), accounts: z.array(Account) });
export type QuotasAnswer = z.infer<typeof QuotasAnswer>;
