import { z } from "zod";
import { goDurationMs } from "../http/go-duration.ts";

// https://cloud.google.com/apis/design/errors, read 2026-11-21: what the errors of all of Google's services have in common.
const Text = z.string().optional().catch(undefined);

/** A longer one is no name of a model. */
const Model = z.string().max(100).optional().catch(undefined);

const Violation = z.object({
  quotaId: Text,
  quotaValue: Text,
  quotaDimensions: z.object({ model: Model }).optional().catch(undefined),
});
export type Violation = z.infer<typeof Violation>;

/** Of several kinds, in any order: QuotaFailure has violations, ErrorInfo a reason, RetryInfo a delay. */
const Detail = z.object({
  reason: Text,
  retryDelay: Text,
  metadata: z.object({ model: Model, quotaResetDelay: Text, quotaResetTimeStamp: Text }).optional().catch(undefined),
  violations: z.array(Violation).catch([]),
});
export type Detail = z.infer<typeof Detail>;

const Failure = z.object({
  error: z.object({ message: z.string().catch(""), details: z.array(Detail).catch([]) }),
});

export const GoogleFailure = z
  .unknown()
  .transform(unwrapped)
  .pipe(Failure)
  .transform(({ error }) => error);
export type GoogleFailure = z.infer<typeof GoogleFailure>;

/** Streams answer a list with one error, and some clients put the whole error into the message of another. */
function unwrapped(body: unknown): unknown {
  const one: unknown = Array.isArray(body) ? body[0] : body;
  const inner = typeof one === "string" ? one : (Failure.safeParse(one).data?.error.message ?? "");
  if (!inner.trimStart().startsWith("{")) return one;
  try {
    return JSON.parse(inner);
  } catch {
    // It only looked like JSON.
    return one;
  }
}

/** A limit of 0 is a model that this tier does not have, and no waiting brings it. */
export function isNotOffered({ message, details }: GoogleFailure): boolean {
  return (
    /\blimit: 0(?!\.?\d)/.test(message) ||
    details.some(({ violations }) => violations.some(({ quotaValue }) => quotaValue === "0"))
  );
}

export const isDaily = ({ quotaId = "" }: Violation): boolean => /PerDay|Daily/i.test(quotaId);

export function delaySeconds({ message, details }: GoogleFailure): number | undefined {
  const told = details.find(({ retryDelay }) => retryDelay !== undefined)?.retryDelay;
  return durationSeconds(told ?? /\bretry in ([\d.]+m?s)\b/.exec(message)?.[1]);
}

export function durationSeconds(text: string | undefined): number | undefined {
  const milliseconds = text === undefined ? undefined : goDurationMs(text);
  return milliseconds === undefined ? undefined : milliseconds / 1000;
}
