import { z } from "zod";
import type { RefusalTold } from "../../http/client.ts";
import { goDurationMs } from "../../http/go-duration.ts";
import { amountsIn } from "../../quota/counters.ts";
import type { AccountReading, Reading } from "../../quota/reading.ts";
import { BudgetRefusal } from "../budget-refusal.ts";
import { IsoTime } from "../fields.ts";

// https://docs.litellm.ai/docs/proxy/virtual_keys, read 2026-11-21. With a `budget_duration` what is spent counts from the
// last reset, else from the beginning. A `max_budget` of null is a key without a budget, neither empty nor unlimited.
// `rpm_limit` and `tpm_limit` are not read: nothing says what is left of them. `budget_limits` neither: what has been used
// of those is not told in a form that is documented.
const Info = z.object({
  spend: z.number().nullable(),
  max_budget: z.number().nonnegative().nullable(),
  budget_duration: z.string().nullish(),
  budget_reset_at: IsoTime.nullish(),
  expires: IsoTime.nullish(),
});
type Info = z.infer<typeof Info>;

export const KeyInfo = z.object({ info: Info }).transform(({ info }) => info);

const REFUSALS: ReadonlyMap<string, RefusalTold> = new Map([
  // A master key is let in, but it is no key of the database: https://github.com/BerriAI/litellm/issues/9861.
  [
    "not_found_error",
    { reason: "not_entitled", hint: "the proxy has no virtual key like this one; a master key has no budget" },
  ],
  // Some versions send it with a 400.
  ["expired_key", { reason: "auth", hint: "the key has expired" }],
]);

export const Refusal = z.union([
  BudgetRefusal,
  z.object({ error: z.object({ type: z.string() }) }).transform(({ error }) => REFUSALS.get(error.type)),
]);

export function toAccountReading(info: Info, now: Date): AccountReading {
  const expiresAt = info.expires ?? undefined;
  return {
    readings: budgetOf(info, now),
    metered: true,
    ...(expiresAt !== undefined && { credentialExpiresAt: expiresAt }),
  };
}

function budgetOf(info: Info, now: Date): Reading[] {
  const { spend, max_budget: limit } = info;
  if (limit === null) return [];
  const amounts = amountsIn({ limit, used: spend });
  return [
    {
      quota: "budget",
      unit: "usd",
      ...windowOf(info),
      readAt: now,
      ...amounts,
      enforcement: "hard",
      source: "api",
      confidence: amounts === undefined ? "degraded" : "reported",
    },
  ];
}

/** The page where keys are made sends the word None for no duration. */
const NO_DURATION = /^(?:none|null)?$/i;

function windowOf({ budget_duration, budget_reset_at }: Info): Pick<Reading, "kind" | "resetAt" | "periodSeconds"> {
  const duration = budget_duration?.trim() ?? "";
  if (NO_DURATION.test(duration)) return { kind: "credits" };
  const seconds = periodSeconds(duration);
  const resetAt = budget_reset_at ?? undefined;
  return {
    kind: "calendar",
    ...(seconds !== undefined && { periodSeconds: seconds }),
    ...(resetAt !== undefined && { resetAt }),
  };
}

/** `30s`, `10m`, `1h`, `30d`, `2w`. A month (`1mo`) has no fixed length. */
function periodSeconds(duration: string): number | undefined {
  const weeks = /^(\d{1,4})w$/.exec(duration)?.[1];
  const milliseconds = weeks === undefined ? goDurationMs(duration) : Number(weeks) * 604_800_000;
  return milliseconds === undefined || milliseconds === 0 ? undefined : milliseconds / 1000;
}
