import { describe, expect, it } from "vitest";
import { SimulatedBalance } from "../../src/demo/balance.ts";
import { steady } from "../../src/demo/load.ts";
import { handClock } from "./hand-clock.ts";

describe("a simulated balance", () => {
  it("is spent by its load down to zero", () => {
    const { clock, pass } = handClock();
    const balance = new SimulatedBalance({ amount: 10, load: steady(0.5) }, clock);

    pass(12);
    expect(balance.read()).toBe(4);
    pass(60);
    expect(balance.read()).toBe(0);
  });

  it("rises by a top-up in the script, and is spent on from there", () => {
    const { clock, pass } = handClock();
    const topUps = [{ atSeconds: 100, amount: 20 }];
    const balance = new SimulatedBalance({ amount: 10, load: steady(0.5), topUps }, clock);

    pass(99);
    expect(balance.read()).toBe(0);
    pass(11);
    expect(balance.read()).toBe(15);
  });

  it("can be spent and topped up by hand, before and after a scripted top-up", () => {
    const { clock, pass } = handClock();
    const balance = new SimulatedBalance({ amount: 10, topUps: [{ atSeconds: 50, amount: 5 }] }, clock);

    balance.use(12);
    balance.topUp(3);
    expect(balance.read()).toBe(3);
    pass(50);
    balance.use(1);
    pass(50);
    expect(balance.read()).toBe(7);
  });
});
