import { describe, expect, it } from "vitest";
import { clockFinding } from "../../src/cli/doctor-clock.ts";

describe("the clock", () => {
  it.each([
    { ahead: [0.4], verdict: "ok", finding: "as that of 1 answer" },
    { ahead: [-4.9, 0, 3], verdict: "ok", finding: "as that of 3 answers" },
    { ahead: [60, 61], verdict: "warn", finding: "1 min behind that of 2 answers" },
    { ahead: [-60], verdict: "warn", finding: "1 min ahead of that of 1 answer" },
    { ahead: [-7200], verdict: "fail", finding: "2 h ahead of that of 1 answer" },
    { ahead: [0, 86_400, 0.2], verdict: "ok", finding: "as that of 3 answers" },
    { ahead: [], verdict: "warn", finding: "unknown, as no answer told the time" },
  ])("is $verdict when others are ahead by $ahead s", ({ ahead, verdict, finding }) => {
    expect(clockFinding(ahead)).toMatchObject({ verdict, finding });
  });
});
