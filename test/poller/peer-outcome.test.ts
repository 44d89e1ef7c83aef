import { describe, expect, it } from "vitest";
import { PEER_OUTCOME } from "../../src/poller/peer-outcome.ts";
import type { ReadOutcome } from "../../src/quota/account.ts";
import type { Reading } from "../../src/quota/reading.ts";

const AT = new Date("2026-11-16T08:00:00.000Z");
const LATER = new Date("2026-11-16T12:00:00.250Z");

const READING: Required<Omit<Reading, "unlimited" | "used" | "refused" | "served">> = {
  ...{ quota: "window", kind: "rolling", unit: "requests", readAt: AT, limit: 100, remaining: -2.5 },
  ...{ resetAt: LATER, periodSeconds: 14_400, expiresAt: LATER, sliding: true, refillPerSecond: 0.5 },
  ...{ enforcement: "hard", source: "probe", confidence: "reported", models: ["some/model:free"], partial: true },
};

const FULL: ReadOutcome = {
  ok: true,
  at: AT,
  seconds: 0.25,
  answer: {
    readings: [
      READING,
      {
        quota: "spend",
        kind: "credits",
        unit: "usd",
        readAt: AT,
        used: 3,
        enforcement: "soft",
        source: "api",
        confidence: "estimated",
      },
      {
        quota: "open",
        kind: "credits",
        unit: "credits",
        readAt: AT,
        unlimited: true,
        refused: true,
        enforcement: "soft",
        source: "api",
        confidence: "reported",
      },
    ],
    metered: true,
    plan: "pro",
    subscription: "grace",
    models: ["a", "b"],
    credentialExpiresAt: LATER,
    probe: { model: "a", inputTokens: 8, outputTokens: 1, latencyMs: 12.5 },
    retryAfterSeconds: 30,
    dropped: 2,
  },
};
const REFUSED: ReadOutcome = {
  ...{
    ok: false,
    at: AT,
    seconds: 0.1,
    reason: "rate_limited",
    message: "GET acme.example/: 429",
    retryAfterSeconds: 60,
  },
};

const sent = (outcome: unknown, age: unknown = 12.5): unknown =>
  JSON.parse(JSON.stringify({ age_seconds: age, outcome }));

describe("the answer of a peer", () => {
  it.each<{ name: string; outcome: ReadOutcome }>([
    { name: "a good read with all that one can hold", outcome: FULL },
    {
      name: "a read without quotas",
      outcome: { ok: true, at: AT, seconds: 0, answer: { readings: [], metered: false } },
    },
    { name: "a refusal", outcome: REFUSED },
    {
      name: "an expired login",
      outcome: { ok: false, at: AT, seconds: 0, reason: "auth", message: "old", expired: true },
    },
  ])("tells of $name to the last field", ({ outcome }) => {
    expect(PEER_OUTCOME.parse(sent(outcome))).toStrictEqual({ ageSeconds: 12.5, outcome });
  });

  const reading = (over: object) => ({ ...FULL, answer: { readings: [{ ...READING, ...over }], metered: true } });
  it.each<{ name: string; told: unknown }>([
    { name: "nothing", told: null },
    { name: "a list", told: [] },
    { name: "text", told: "fine" },
    { name: "no outcome", told: { age_seconds: 1 } },
    { name: "no age", told: { outcome: sent(FULL) } },
    { name: "an age below zero, as of a read to come", told: sent(FULL, -1) },
    { name: "an age in words", told: sent(FULL, "5") },
    { name: "an age that is no number", told: sent(FULL, Number.NaN) },
    { name: "an age that never ends", told: sent(FULL, Infinity) },
    { name: "a key that nobody knows", told: { ...(sent(FULL) as object), more: 1 } },
    { name: "an outcome that is neither", told: sent({ ...FULL, ok: "yes" }) },
    { name: "a time in seconds", told: sent({ ...FULL, at: 1_763_280_000 }) },
    { name: "a time that does not exist", told: sent({ ...FULL, at: "2026-02-30T00:00:00.000Z" }) },
    { name: "a length below zero", told: sent({ ...FULL, seconds: -1 }) },
    { name: "a good read with a reason", told: sent({ ...FULL, reason: "auth" }) },
    { name: "a reason that nobody knows", told: sent({ ...REFUSED, reason: "tired" }) },
    { name: "a Retry-After below zero", told: sent({ ...REFUSED, retryAfterSeconds: -5 }) },
    { name: "a message without end", told: sent({ ...REFUSED, message: "x".repeat(2001) }) },
    { name: "an amount in words", told: sent(reading({ limit: "100" })) },
    { name: "an amount that is no number", told: sent(reading({ remaining: Number.NaN })) },
    { name: "a kind that nobody knows", told: sent(reading({ kind: "lunar" })) },
    { name: "a quota whose id is no id", told: sent(reading({ quota: 'a"} 1' })) },
    { name: "a quota that is unlimited and is not", told: sent(reading({ unlimited: false })) },
    { name: "a field of a reading that nobody knows", told: sent(reading({ weight: 2 })) },
    { name: "a degraded reading with amounts", told: sent(reading({ confidence: "degraded" })) },
    { name: "one quota twice", told: sent({ ...FULL, answer: { readings: [READING, READING], metered: true } }) },
    {
      name: "more quotas than there can be",
      told: sent({
        ...FULL,
        answer: {
          readings: Array.from({ length: 1001 }, (_, index) => ({ ...READING, quota: `q${index}` })),
          metered: true,
        },
      }),
    },
  ])("is refused for $name", ({ told }) => {
    expect(PEER_OUTCOME.safeParse(told).success).toBe(false);
  });
});
