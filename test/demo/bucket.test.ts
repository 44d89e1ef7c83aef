import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { SimulatedBucket } from "../../src/demo/bucket.ts";
import { IDLE, steady } from "../../src/demo/load.ts";
import { handClock } from "./hand-clock.ts";

const BURST = [
  { fromSeconds: 10, perSecond: 20 },
  { fromSeconds: 30, perSecond: 0 },
];

describe("a simulated bucket", () => {
  it("is full as long as less is asked than flows back", () => {
    const { clock, pass } = handClock();
    const bucket = new SimulatedBucket({ perMinute: 600, load: steady(9) }, clock);

    pass(300);
    expect(bucket.read()).toEqual({ limit: 600, remaining: 600, fullAfterMs: 0 });
  });

  it("falls by what is asked beyond that, and tells when it would be full again", () => {
    const { clock, pass } = handClock();
    const bucket = new SimulatedBucket({ perMinute: 600, load: steady(15) }, clock);

    pass(60);
    expect(bucket.read()).toEqual({ limit: 600, remaining: 300, fullAfterMs: 30_000 });
  });

  it("is never below empty, so that it fills as soon as the rush is over", () => {
    const { clock, pass } = handClock();
    const load = [
      { fromSeconds: 0, perSecond: 1000 },
      { fromSeconds: 60, perSecond: 5 },
    ];
    const bucket = new SimulatedBucket({ perMinute: 600, load }, clock);

    pass(60);
    expect(bucket.read()).toEqual({ limit: 600, remaining: 0, fullAfterMs: 60_000 });
    pass(10);
    expect(bucket.read()).toEqual({ limit: 600, remaining: 50, fullAfterMs: 55_000 });
  });

  it("sees the same load again in every round, and carries over what a round has left empty", () => {
    const { clock, pass } = handClock();
    const bucket = new SimulatedBucket({ perMinute: 600, load: BURST, repeatsAfterSeconds: 40 }, clock);
    const seen: number[] = [];

    for (let second = 0; second <= 110; second += 10) {
      seen.push(bucket.read().remaining);
      pass(10);
    }

    expect(seen).toEqual([600, 600, 500, 400, 500, 600, 500, 400, 500, 600, 500, 400]);
  });

  it("is full without any load", () => {
    expect(new SimulatedBucket({ perMinute: 60, load: IDLE }).read().remaining).toBe(60);
  });

  it("is the same however often anybody looked", () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 0, max: 90 }), { maxLength: 20 }), (waits) => {
        const { clock, pass } = handClock();
        const script = { perMinute: 600, load: BURST, repeatsAfterSeconds: 45 };
        const watched = new SimulatedBucket(script, clock);
        const unwatched = new SimulatedBucket(script, clock);
        for (const wait of waits) {
          pass(wait);
          watched.read();
        }
        expect(watched.read()).toEqual(unwatched.read());
      }),
    );
  });
});
