import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { cameIn, grossRate, newGrossUse, takeSum } from "../../src/engine/gross-use.ts";

const PERIOD = 5 * 3600;
const SLOT = PERIOD / 100;

/** A window that is told every `SLOT` seconds, fed with what came in between, and the truth about its sum. */
function feed(amounts: readonly number[]) {
  const gross = newGrossUse(PERIOD, 0, 0);
  let before = 0;
  for (const index of amounts.keys()) {
    const used = amounts.slice(Math.max(0, index - 99), index + 1).reduce((sum, amount) => sum + amount, 0);
    takeSum(gross, { at: (index + 1) * SLOT, used, before, couldUse: true });
    before = used;
  }
  return gross;
}

describe("what came into a sliding window", () => {
  it("is known from its sum alone, to the slot, however long it is watched", () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 0, max: 50 }), { minLength: 1, maxLength: 350 }), (amounts) => {
        const gross = feed(amounts);
        const last = amounts.slice(-100);
        for (const [index, amount] of last.entries()) {
          const from = gross.at - (last.length - index) * SLOT;
          expect(cameIn(gross, from, from + SLOT)).toBeCloseTo(amount, 6);
        }
      }),
      { numRuns: 100 },
    );
  });

  it("adds up to what the provider says, whatever it says", () => {
    const sum = fc.double({ min: 0, max: 1000, noNaN: true });
    const pause = fc.double({ min: 1, max: PERIOD - 1, noNaN: true });
    fc.assert(
      fc.property(sum, fc.array(fc.tuple(pause, sum, fc.boolean()), { maxLength: 60 }), (first, told) => {
        const gross = newGrossUse(PERIOD, 1000, first);
        let before = first;
        for (const [seconds, used, couldUse] of told) {
          takeSum(gross, { at: gross.at + seconds, used, before, couldUse });
          before = used;
          const known = cameIn(gross, gross.at - PERIOD, gross.at);
          expect(known === 0 || Math.abs(known - used) < 1e-6 * Math.max(1, used)).toBe(true);
          expect(gross.use.every((value) => Number.isFinite(value) && value >= 0)).toBe(true);
        }
      }),
    );
  });

  it("goes on at its rate while as much leaves as comes", () => {
    const gross = feed(Array.from({ length: 250 }, () => 9));

    expect(grossRate(gross, 3600)).toBeCloseTo(9 / SLOT, 6);
    expect(cameIn(gross, gross.at - PERIOD, gross.at)).toBeCloseTo(900, 6);
  });

  it("says nothing of a rate before anything was watched", () => {
    expect(grossRate(newGrossUse(PERIOD, 0, 500), 3600)).toBeUndefined();
  });
});
