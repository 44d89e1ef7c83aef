import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { steady } from "../../src/demo/load.ts";
import { SimulatedWindow } from "../../src/demo/window.ts";
import { handClock, NOON } from "./hand-clock.ts";

const HOUR_MS = 3_600_000;

describe("a simulated window", () => {
  it("opens full and is used up by its load", () => {
    const { clock, pass } = handClock();
    const window = new SimulatedWindow({ limit: 1000, periodSeconds: 3600, load: steady(2) }, clock);

    expect(window.read()).toEqual({ limit: 1000, used: 0, remaining: 1000, resetAt: NOON + HOUR_MS });
    pass(60);
    expect(window.read()).toEqual({ limit: 1000, used: 120, remaining: 880, resetAt: NOON + HOUR_MS });
  });

  it("can be part-used and part-over at the start", () => {
    const { clock } = handClock();
    const window = new SimulatedWindow({ limit: 10, periodSeconds: 3600, resetsInSeconds: 600, usedAtStart: 4 }, clock);

    expect(window.read()).toEqual({ limit: 10, used: 4, remaining: 6, resetAt: NOON + 600_000 });
  });

  it("refuses at zero, so that use stops there", () => {
    const { clock, pass } = handClock();
    const window = new SimulatedWindow({ limit: 100, periodSeconds: 3600, load: steady(2) }, clock);

    pass(51);
    expect(window.read()).toMatchObject({ used: 100, remaining: 0 });
    window.use(5);
    expect(window.read()).toMatchObject({ used: 100, remaining: 0 });
  });

  it("goes on past a soft limit, and shows nothing left", () => {
    const { clock, pass } = handClock();
    const window = new SimulatedWindow({ limit: 100, periodSeconds: 3600, load: steady(2), soft: true }, clock);

    pass(60);
    expect(window.read()).toMatchObject({ used: 120, remaining: 0 });
  });

  it("starts again at the reset, with the demand since then alone, and moves the reset by a whole period", () => {
    const { clock, pass } = handClock();
    const window = new SimulatedWindow(
      { limit: 1000, periodSeconds: 3600, resetsInSeconds: 60, load: steady(2) },
      clock,
    );

    pass(59);
    expect(window.read()).toMatchObject({ used: 118, resetAt: NOON + 60_000 });
    pass(1);
    expect(window.read()).toMatchObject({ used: 0, resetAt: NOON + 60_000 + HOUR_MS });
    pass(2 * 3600 + 10);
    expect(window.read()).toMatchObject({ used: 20, resetAt: NOON + 60_000 + 3 * HOUR_MS });
  });

  it("can be used and reset by hand", () => {
    const { clock, pass } = handClock();
    const window = new SimulatedWindow({ limit: 100, periodSeconds: 3600 }, clock);

    window.use(30);
    window.use(12);
    expect(window.read()).toMatchObject({ used: 42, remaining: 58 });
    pass(600);
    window.resetNow();
    expect(window.read()).toEqual({ limit: 100, used: 0, remaining: 100, resetAt: NOON + 600_000 + HOUR_MS });
  });

  it("reports whole units", () => {
    const { clock, pass } = handClock();
    const window = new SimulatedWindow({ limit: 100, periodSeconds: 3600, load: steady(0.3) }, clock);

    pass(9);
    expect(window.read()).toMatchObject({ used: 2, remaining: 98 });
  });

  it("varies the reported reset within the jitter, and each time the same way", () => {
    const { clock, pass } = handClock();
    const script = { limit: 100, periodSeconds: 3600, resetJitterSeconds: 3 };
    const window = new SimulatedWindow(script, clock);
    const twin = new SimulatedWindow(script, clock);

    const offsets = Array.from({ length: 60 }, () => {
      pass(1);
      expect(twin.read()).toEqual(window.read());
      return (window.read().resetAt - NOON - HOUR_MS) / 1000;
    });
    expect([...new Set(offsets)].sort((a, b) => a - b)).toEqual([-3, -2, -1, 0, 1, 2, 3]);
  });

  it("is the same however often anybody looked", () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 0, max: 900 }), { maxLength: 20 }), (waits) => {
        const { clock, pass } = handClock();
        const script = { limit: 700, periodSeconds: 1200, resetsInSeconds: 500, usedAtStart: 3, load: steady(0.7) };
        const watched = new SimulatedWindow(script, clock);
        const unwatched = new SimulatedWindow(script, clock);
        for (const wait of waits) {
          pass(wait);
          watched.read();
        }
        expect(watched.read()).toEqual(unwatched.read());
      }),
    );
  });
});
