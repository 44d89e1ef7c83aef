import { z } from "zod";
import { type AnswerHeaders, rateLimits } from "../../http/rate-limit-headers.ts";
import type { Reading } from "../../quota/reading.ts";
import { type Bucket, bucketReadings } from "../rate-limit-readings.ts";

const Count = z.number().int().nonnegative();

export const Completion = z
  .object({ usage: z.object({ prompt_tokens: Count, completion_tokens: Count }) })
  .transform(({ usage }) => ({ inputTokens: usage.prompt_tokens, outputTokens: usage.completion_tokens }));

/** No money or no plan left, which no waiting of minutes helps: a 429 like that of a full bucket. */
export const OUT_OF_MONEY: ReadonlySet<unknown> = new Set([
  "insufficient_quota",
  "credit_balance_exhausted",
  "organization_spend_limit_exceeded",
  "project_spend_limit_exceeded",
  "organization_usage_limit_exceeded",
  "billing_hard_limit_reached",
  "billing_not_active",
]);

// https://platform.openai.com/docs/guides/error-codes, read 2026-11-21. Since 2026 the code says which limit it was; the
// type says that it was one of money, and was the only thing to say so before.
export const Refusal = z
  .object({ error: z.object({ type: z.unknown().optional(), code: z.unknown().optional() }) })
  .transform(({ error: { type, code } }) =>
    OUT_OF_MONEY.has(code) || OUT_OF_MONEY.has(type) ? "not_entitled" : undefined,
  );

// https://platform.openai.com/docs/guides/rate-limits, read 2026-11-21. The reset is a duration until the bucket is full
// again; nothing says whether requests are counted per minute or per day. Some models have no token headers, and only
// projects with a token limit of their own have the third family.
const BUCKETS: readonly Bucket[] = [
  { header: "requests", quota: "requests", unit: "requests" },
  { header: "tokens", quota: "tokens", unit: "tokens" },
  { header: "project-tokens", quota: "project_tokens", unit: "tokens" },
];

export function toReadings(headers: AnswerHeaders, source: "headers" | "probe", now: Date): readonly Reading[] {
  return bucketReadings(BUCKETS, rateLimits(headers, "fieldFirst", now), { source, now });
}
