import { z } from "zod";
import { REFUSALS } from "../../quota/observation.ts";
import { TIME } from "./quotas.ts";

/** No call of any model uses a billion tokens. */
const MOST_TOKENS = 1_000_000_000;
const LONGEST_NAME = 128;
const MOST_HEADERS = 200;

const TOKENS = z.int("needs a whole number").min(0, "needs 0 or more").max(MOST_TOKENS, `needs ${MOST_TOKENS} at most`);

const NAME = z.string("needs text").max(LONGEST_NAME, `needs ${LONGEST_NAME} characters at most`);

const HEADER = z.union([z.string(), z.array(z.string())], "needs an object of texts, or of lists of texts");

export const OBSERVATION = z
  .strictObject(
    {
      account: NAME.nullish().describe("Name of the account in the config."),
      provider: NAME.nullish().describe("Id of the provider, in place of `account` where only one account has it."),
      at: z.iso
        .datetime({ offset: true, error: "needs a time such as 2026-11-21T23:00:00Z" })
        .nullish()
        .describe("When the answer came; now where it is left out. At most 24 h ago, at most 60 s ahead."),
      status: z
        .int("needs a status of HTTP")
        .min(100, "needs a status of HTTP")
        .max(599, "needs a status of HTTP")
        .nullish()
        .describe("Of the answer."),
      headers: z
        .record(z.string(), HEADER, "needs an object of texts, or of lists of texts")
        .refine((headers) => Object.keys(headers).length <= MOST_HEADERS, `needs ${MOST_HEADERS} headers at most`)
        .nullish()
        .describe("Of the answer. All may be sent: only those that tell a limit are looked at."),
      model: NAME.nullish().describe("That was called."),
      usage: z
        .strictObject({ input_tokens: TOKENS.nullish(), output_tokens: TOKENS.nullish() }, "needs an object")
        .nullish()
        .describe("What the call cost, as far as that is known."),
      error: z.unknown().optional().describe("The JSON body of a refused call. It is looked at once and kept nowhere."),
    },
    "needs an object",
  )
  .describe("What one call to a provider told. Null means the same as left out.");

const OBSERVED_READING = z
  .strictObject({
    quota: z.string(),
    limit: z.number().nullable(),
    remaining: z.number().nullable(),
    reset_at: TIME.nullable(),
  })
  .describe("What the call told of one quota.");

export const TAKEN_OBSERVATION = z
  .strictObject({
    account: z.string(),
    readings: z.array(OBSERVED_READING).readonly(),
    refusal: z.enum(REFUSALS).nullable().describe("Why the call was not served; null where it was."),
    counted: z.boolean().describe("Whether it is in the counts of the account. Only calls that were served are."),
  })
  .describe("An observation that was taken.");

export const REFUSED_OBSERVATION = z
  .strictObject({
    index: z.int().nonnegative().describe("Of the observation in the request, from 0."),
    error: z.string().describe("What is wrong with it, in words. What was sent is not repeated."),
    near: z.array(z.string()).readonly().optional().describe("Names that were perhaps meant, the nearest first."),
  })
  .describe("An observation that was not taken. The others were.");

export const OBSERVATIONS = z
  .union([OBSERVATION, z.array(OBSERVATION), z.strictObject({ observations: z.array(OBSERVATION) })])
  .describe("One observation or up to 1,000.");

export const OBSERVATIONS_DOCUMENT = z
  .strictObject({
    accepted: z.int().nonnegative(),
    refused: z.int().nonnegative(),
    results: z.array(z.union([TAKEN_OBSERVATION, REFUSED_OBSERVATION])).readonly(),
  })
  .describe("What was understood, in the order of the request.");

export type SentObservation = z.infer<typeof OBSERVATION>;
export type TakenObservation = z.infer<typeof TAKEN_OBSERVATION>;
export type RefusedObservation = z.infer<typeof REFUSED_OBSERVATION>;
export type ObservationsDocument = z.infer<typeof OBSERVATIONS_DOCUMENT>;
