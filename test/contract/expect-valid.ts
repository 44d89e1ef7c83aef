import { expect } from "vitest";
import { type AccountReading, ENFORCEMENTS, KINDS, type Reading, UNITS } from "../../src/quota/reading.ts";

const AMOUNTS = ["limit", "remaining", "used", "periodSeconds", "refillPerSecond"] as const;
const TIMES = ["resetAt", "expiresAt"] as const;

/** What holds for the answer of every provider, whatever it read. */
export function expectValid(answer: AccountReading, now: Date): void {
  const ids = answer.readings.map(({ quota }) => quota);
  expect(new Set(ids).size, "quota ids are unique").toBe(ids.length);
  expect(answer.metered || ids.length === 0, "no readings without a meter").toBe(true);
  for (const reading of answer.readings) expectValidReading(reading, now);
}

export function expectValidReading(reading: Reading, now: Date): void {
  expect(reading.quota).toMatch(/^[a-z][a-z0-9_]*$/);
  expect(reading.readAt).toEqual(now);
  expect(KINDS).toContain(reading.kind);
  expect(UNITS).toContain(reading.unit);
  expect(ENFORCEMENTS).toContain(reading.enforcement);
  for (const key of AMOUNTS) if (key in reading) expect(reading[key], key).toSatisfy(Number.isFinite);
  for (const key of TIMES) if (key in reading) expect(reading[key]?.getTime(), key).toSatisfy(Number.isFinite);
  if (reading.unit === "ratio" && reading.confidence !== "degraded") expect(reading.limit).toBe(1);
  if (reading.confidence === "degraded") {
    expect(reading).not.toHaveProperty("limit");
    expect(reading).not.toHaveProperty("remaining");
    expect(reading).not.toHaveProperty("used");
  } else {
    const isTold = [reading.remaining, reading.used, reading.unlimited, reading.refused, reading.served].some(
      (told) => told !== undefined,
    );
    expect(isTold, `${reading.quota} says nothing, but is not degraded`).toBe(true);
  }
}
