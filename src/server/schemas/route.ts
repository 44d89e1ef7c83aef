import { z } from "zod";
import type { Standing } from "../../engine/route-account.ts";
import { ACCOUNT, TIME } from "./quotas.ts";

const STANDINGS = ["ready", "unread", "doubtful"] satisfies readonly Standing[];

const ASK_AGAIN = z
  .int()
  .min(1)
  .max(60)
  .describe("In so many seconds something that is foreseen may change this: a read, a reset, an exhaustion.");

const WHO = {
  provider: ACCOUNT.shape.provider,
  account: ACCOUNT.shape.account,
  model: z
    .string()
    .nullable()
    .describe(
      "The name by which the account lists the model, hence the one to call it by. Null: its models are not known.",
    ),
};

export const CANDIDATE = z
  .strictObject({
    ...WHO,
    score: z.number().min(0).max(1).describe("How good a place for a call it is now; only to compare accounts by."),
    standing: z
      .enum(STANDINGS)
      .describe(
        "`ready`: known by valid data. `unread`: never read, or not for too long. `doubtful`: it looks empty or refused, which is not confirmed.",
      ),
    metered: ACCOUNT.shape.metered,
    subscription: ACCOUNT.shape.subscription,
    quota: z.string().nullable().describe("The quota that leaves the least; null where none is known."),
    reasons: z.array(z.string()).readonly().describe("Why it stands here, in sentences."),
    ask_again_seconds: ASK_AGAIN,
  })
  .describe("An account that may serve the model.");

export const OUT = z
  .strictObject({
    ...WHO,
    reasons: z.array(z.string()).readonly().describe("What is in the way, in sentences."),
    back_at: TIME.nullable().describe("When nothing is in the way any more; null where that is not known."),
    retry_after_seconds: z.int().positive().nullable().describe("Seconds until then."),
    ask_again_seconds: ASK_AGAIN,
  })
  .describe("An account that would serve the model but cannot now.");

export const ROUTE_DOCUMENT = z
  .strictObject({
    generated_at: TIME.describe("The instant of what is known; the advice is of the request."),
    model: z.string().describe("As asked."),
    provider: z.string().nullable().describe("As asked."),
    reason: z.string().nullable().describe("Why there is no candidate; null where there is one."),
    ask_again_seconds: ASK_AGAIN,
    totals: z
      .strictObject({
        candidates: z.int().nonnegative(),
        out: z.int().nonnegative(),
        others: z.int().nonnegative().describe("Accounts that are known not to serve the model."),
      })
      .describe("Numbers of accounts, also of those that the lists leave out."),
    candidates: z.array(CANDIDATE).describe("The best first, at most `top` of them."),
    out: z.array(OUT).describe("The one that comes back first is the first; at most `top` of them."),
  })
  .describe("Which accounts to use next for a model, and why.");

export type Candidate = z.infer<typeof CANDIDATE>;
export type Out = z.infer<typeof OUT>;
export type RouteDocument = z.infer<typeof ROUTE_DOCUMENT>;
