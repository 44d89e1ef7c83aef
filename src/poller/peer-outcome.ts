import { z } from "zod";
import type { ReadOutcome } from "../quota/account.ts";
import { FAILURE_REASONS } from "../quota/failure.ts";
import { type Confidence, ENFORCEMENTS, KINDS, type Source, type Subscription, UNITS } from "../quota/reading.ts";

/** What one daemon tells another of an account that it read by itself. */
export interface PeerOutcome {
  /** Since that read began, by the clock of whoever tells it: the clocks of two hosts need not agree. */
  readonly ageSeconds: number;
  /** Its times are those of the other host, too. */
  readonly outcome: ReadOutcome;
}

const SOURCES = ["api", "headers", "probe", "count", "declared"] satisfies readonly Source[];
const CONFIDENCES = ["reported", "estimated", "degraded"] satisfies readonly Confidence[];
const SUBSCRIPTIONS = ["active", "grace", "inactive"] satisfies readonly Subscription[];

const time = z.iso.datetime().transform((text) => new Date(text));
const name = z.string().max(500);
const names = z.array(name).max(10_000).exactOptional();
const amount = z.number().exactOptional();
const duration = z.number().nonnegative();
const count = z.int().nonnegative();
const flag = z.literal(true).exactOptional();

/** Strict, here and below: a key that this version does not know may change what the others mean. */
const reading = z
  .strictObject({
    quota: z.string().regex(/^[a-z][a-z0-9_]{0,63}$/),
    kind: z.enum(KINDS),
    unit: z.enum(UNITS),
    readAt: time,
    limit: amount,
    remaining: amount,
    used: amount,
    unlimited: flag,
    resetAt: time.exactOptional(),
    periodSeconds: duration.exactOptional(),
    expiresAt: time.exactOptional(),
    sliding: flag,
    refillPerSecond: amount,
    enforcement: z.enum(ENFORCEMENTS),
    source: z.enum(SOURCES),
    confidence: z.enum(CONFIDENCES),
    models: names,
    partial: flag,
    refused: flag,
    served: flag,
  })
  .refine(
    ({ confidence, limit, remaining }) => confidence !== "degraded" || (limit === undefined && remaining === undefined),
    "is degraded and has amounts",
  );

const answer = z.strictObject({
  readings: z
    .array(reading)
    .max(1000)
    .refine((all) => new Set(all.map(({ quota }) => quota)).size === all.length, "has a quota twice"),
  metered: z.boolean(),
  plan: name.exactOptional(),
  subscription: z.enum(SUBSCRIPTIONS).exactOptional(),
  models: names,
  credentialExpiresAt: time.exactOptional(),
  probe: z.strictObject({ model: name, inputTokens: count, outputTokens: count, latencyMs: duration }).exactOptional(),
  retryAfterSeconds: duration.exactOptional(),
  dropped: count.exactOptional(),
});

const outcome = z.discriminatedUnion("ok", [
  z.strictObject({ ok: z.literal(true), at: time, seconds: duration, answer }),
  z.strictObject({
    ok: z.literal(false),
    at: time,
    seconds: duration,
    reason: z.enum(FAILURE_REASONS),
    message: z.string().max(2000),
    retryAfterSeconds: duration.exactOptional(),
    expired: flag,
  }),
]);

/** The answer of a peer as it comes: nothing of its shape is taken on trust. */
export const PEER_OUTCOME: z.ZodType<PeerOutcome> = z
  .strictObject({ age_seconds: duration, outcome })
  .transform(({ age_seconds, outcome }) => ({ ageSeconds: age_seconds, outcome }));
