import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { type AccountMemory, newAccountMemory, takeOutcome } from "../../src/engine/account.ts";
import { evaluateAccount } from "../../src/engine/evaluate.ts";
import { createReplay } from "../../src/engine/replay.ts";
import { ENGINE_DEFAULTS } from "../../src/engine/settings.ts";
import type { Account } from "../../src/quota/account.ts";
import type { Reading } from "../../src/quota/reading.ts";
import { at, HOUR, MINUTE } from "../support/readings.ts";

const ACCOUNT: Account = {
  ...{ provider: "acme", account: "main", labels: {}, overrides: {} },
  ...{ intervalSeconds: MINUTE, staleAfterSeconds: HOUR },
};

const KINDS = {
  calendar: { kind: "calendar", unit: "requests", limit: 1000, periodSeconds: 4 * HOUR },
  sliding: { kind: "rolling", unit: "tokens", limit: 1000, periodSeconds: 4 * HOUR, sliding: true },
  bucket: { kind: "rolling", unit: "requests", limit: 1000, periodSeconds: 4 * HOUR, refillPerSecond: 0.05 },
  credits: { kind: "credits", unit: "usd" },
} as const satisfies Record<string, Partial<Reading>>;

const history = fc.record({
  kind: fc.constantFrom(...Object.values(KINDS)),
  polls: fc.array(fc.record({ pause: fc.integer({ min: -5, max: 40 }), use: fc.integer({ min: -60, max: 60 }) }), {
    minLength: 3,
    maxLength: 120,
  }),
});
type History = typeof history extends fc.Arbitrary<infer T> ? T : never;

/** With resets, top-ups, outages and a clock that goes back now and then. */
function readingsOf({ kind, polls }: History): Reading[] {
  let minute = 0;
  let remaining = 1000;
  return polls.map(({ pause, use }) => {
    minute = Math.max(0, minute + pause);
    remaining = use < -55 ? 1000 : Math.max(0, remaining - Math.max(0, use));
    return {
      quota: "quota",
      ...kind,
      ...{ readAt: at(minute * MINUTE), remaining },
      ...(kind === KINDS.calendar && { resetAt: at((Math.floor(minute / 240) + 1) * 4 * HOUR) }),
      ...{ enforcement: "hard", source: "api", confidence: "reported" },
    };
  });
}

const take = (memory: AccountMemory, reading: Reading) =>
  takeOutcome(
    memory,
    ACCOUNT,
    { ok: true, at: reading.readAt, seconds: 0, answer: { readings: [reading], metered: true } },
    ENGINE_DEFAULTS,
  );

const show = (memory: AccountMemory, { readAt }: Reading) =>
  evaluateAccount(
    memory,
    ACCOUNT,
    { now: readAt.getTime() / 1000, startedAt: at(0).getTime() / 1000 },
    ENGINE_DEFAULTS,
  );

describe("readings of the past", () => {
  it("end in the same state whether they are looked at one by one or taken in as a history", () => {
    fc.assert(
      fc.property(history, (past) => {
        const readings = readingsOf(past);
        const [lived, learned] = [newAccountMemory(), newAccountMemory()];
        const shown = readings.map((reading) => {
          take(lived, reading);
          return show(lived, reading);
        });
        for (const reading of readings) take(learned, reading);

        expect(show(learned, readings.at(-1) as Reading)).toEqual(shown.at(-1));
        expect(learned).toEqual(lived);
      }),
      { numRuns: 100 },
    );
  });

  it("end in the same state when the memory is put away and taken out in between", () => {
    fc.assert(
      fc.property(history, fc.nat({ max: 100 }), (past, share) => {
        const readings = readingsOf(past);
        const through = newAccountMemory();
        let restored = newAccountMemory();
        readings.forEach((reading, index) => {
          take(through, reading);
          take(restored, reading);
          if (index === Math.floor((share / 100) * readings.length)) restored = structuredClone(restored);
        });
        const last = readings.at(-1) as Reading;

        expect(show(restored, last)).toEqual(show(through, last));
      }),
      { numRuns: 50 },
    );
  });

  it("give the same verdicts twice, and the same whatever other quotas are replayed beside them", () => {
    fc.assert(
      fc.property(history, history, (past, other) => {
        const readings = readingsOf(past);
        const others = readingsOf(other);
        const [alone, beside] = [createReplay(ENGINE_DEFAULTS), createReplay(ENGINE_DEFAULTS)];

        expect(
          readings.map((reading, index) => {
            const stranger = others[index];
            if (stranger !== undefined) beside("other", stranger);
            return beside("one", reading);
          }),
        ).toEqual(readings.map((reading) => alone("one", reading)));
      }),
      { numRuns: 50 },
    );
  });
});
