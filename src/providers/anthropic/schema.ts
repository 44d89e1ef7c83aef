import { z } from "zod";
import { type AnswerHeaders, rateLimits } from "../../http/rate-limit-headers.ts";
import type { Reading } from "../../quota/reading.ts";
import { type Bucket, bucketReadings } from "../rate-limit-readings.ts";

const Count = z.number().int().nonnegative();

export const Message = z
  .object({ usage: z.object({ input_tokens: Count, output_tokens: Count }) })
  .transform(({ usage }) => ({ inputTokens: usage.input_tokens, outputTokens: usage.output_tokens }));

/**
 * https://platform.claude.com/docs/en/api/errors, read 2026-11-21. A 429 is a rate limit or the end of the month's money,
 * which no waiting of minutes helps. A spend limit of the customer's own is a 400 that only its wording tells apart.
 */
export const Refusal = z
  .object({ error: z.object({ details: z.object({ error_code: z.string() }) }) })
  .transform(({ error }) => (error.details.error_code === "enforced_spend_limit_reached" ? "not_entitled" : undefined));

// https://platform.claude.com/docs/en/api/rate-limits, read 2026-11-21. Any family may be missing; `tokens` is the most
// restrictive token limit in force, rounded to thousands. The reset is when the bucket is full again. The families of
// the Priority Tier and of fast mode are not read: their buckets are not the account's.
const BUCKETS: readonly Bucket[] = [
  { header: "requests", quota: "requests", unit: "requests" },
  { header: "tokens", quota: "tokens", unit: "tokens" },
  { header: "input-tokens", quota: "input_tokens", unit: "input_tokens" },
  { header: "output-tokens", quota: "output_tokens", unit: "output_tokens" },
];

export function toReadings(headers: AnswerHeaders, source: "headers" | "probe", now: Date): readonly Reading[] {
  return bucketReadings(BUCKETS, rateLimits(headers, "fieldLast", now), { source, now });
}

/** The newest of the cheapest class, else the first that the account lists. */
export function modelToProbe(models: readonly string[]): string | undefined {
  return models.find((id) => id.includes("haiku")) ?? models[0];
}
