import { z } from "zod";

export const PROBLEM = z
  .strictObject({
    error: z.string().describe("What is wrong, in words. What was asked for is not repeated: it may hold a secret."),
  })
  .describe("A call that cannot be answered as it is.");

export const NOT_FOUND = z
  .strictObject({
    ...PROBLEM.shape,
    near: z
      .array(z.string())
      .readonly()
      .describe("Names that were perhaps meant, the nearest first; empty when none is near."),
  })
  .describe("There is no such account, provider, model or path.");

export type Problem = z.infer<typeof PROBLEM>;
export type NotFound = z.infer<typeof NOT_FOUND>;
