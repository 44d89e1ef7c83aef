import { z } from "zod";
import type { OnDemand } from "../../quota/poll-log.ts";
import { ACCOUNT, FAILURE, QUOTA, TIME } from "./quotas.ts";

const REFRESHES = ["read", "cached", "held", "pending"] satisfies readonly (OnDemand | "pending")[];

export const POLL = z
  .strictObject({
    at: TIME.describe("When the read began."),
    seconds: z.number().nonnegative().describe("How long it took."),
    ok: z.boolean(),
    error: FAILURE.nullable(),
    readings: z.int().nonnegative().nullable().describe("How many quotas the answer told of; null after a failure."),
  })
  .describe("How one read of an account ended.");

const POLLS = z.array(POLL).describe("The last reads, the newest first.");
const NEXT_POLL = TIME.nullable().describe("When it is read next by itself. Null: it is being read, or never is.");

export const EXPLAINED_QUOTA = z
  .strictObject({
    ...QUOTA.shape,
    explanation: z.string().describe("Why it is in its state, in words, with the numbers that led there."),
  })
  .describe("A quota that says why it is in its state.");

export const ACCOUNT_DOCUMENT = z
  .strictObject({
    generated_at: TIME.describe("The instant that all of it is of."),
    ...ACCOUNT.shape,
    quotas: z.array(EXPLAINED_QUOTA),
    models: z.array(z.string()).readonly().nullable().describe("What the account may use, as the provider names it."),
    credential_expires_at: TIME.nullable().describe("When its credential ends."),
    interval_seconds: z.number().positive().describe("Configured time between two reads."),
    last_poll: TIME.nullable().describe("When it was last read, well or not."),
    next_poll: NEXT_POLL,
    refresh: z
      .enum(REFRESHES)
      .nullable()
      .describe(
        "How `refresh=true` was answered. `read`: the provider was asked. `cached`: the last read is younger than a minute. `held`: the poll floor, a Retry-After or a back-off forbids it. `pending`: it still reads. Null: nobody asked for it.",
      ),
    polls: POLLS,
  })
  .describe("One account with everything that is known of it.");

export const POLLS_DOCUMENT = z
  .strictObject({
    generated_at: TIME,
    accounts: z.array(
      z.strictObject({ provider: z.string(), account: z.string(), next_poll: NEXT_POLL, polls: POLLS }),
    ),
  })
  .describe("The last reads of every account.");

export type PollEntry = z.infer<typeof POLL>;
export type AccountDocument = z.infer<typeof ACCOUNT_DOCUMENT>;
export type PollsDocument = z.infer<typeof POLLS_DOCUMENT>;
