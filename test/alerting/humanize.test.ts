import { describe, expect, it } from "vitest";
import { fixed, humanize, humanizeDuration, humanizePercentage } from "../../src/alerting/humanize.ts";

// What Prometheus 2.42 printed of these; test/integration/rules.test.ts asks it anew.
describe("a span of time", () => {
  it.each([
    [0, "0s"],
    [0.0000012, "1.2us"],
    [0.25, "250ms"],
    [1, "1s"],
    [59.996, "60s"],
    [42.12345, "42.12s"],
    [60, "1m 0s"],
    [3599.9, "59m 59s"],
    [7200, "2h 0m 0s"],
    [86_400, "1d 0h 0m 0s"],
    [604_800 + 61, "7d 0h 1m 1s"],
    [-90, "-1m 30s"],
    [-5.5, "-5.5s"],
  ])("of %s seconds is %s", (seconds, text) => {
    expect(humanizeDuration(seconds)).toBe(text);
  });
});

describe("a share", () => {
  it.each([
    [0, "0%"],
    [0.18, "18%"],
    [1 / 3, "33.33%"],
    [0.999999, "100%"],
    [1.5, "150%"],
    [0.000001234, "0.0001234%"],
    [0.0000001234, "1.234e-05%"],
    [-0.05, "-5%"],
    [100, "1e+04%"],
    // An exact half goes to the even neighbour.
    [0.62125, "62.12%"],
    [0.62375, "62.38%"],
  ])("of %s is %s", (share, text) => {
    expect(humanizePercentage(share)).toBe(text);
  });
});

describe("an amount", () => {
  it.each([
    [0, "0"],
    [1, "1"],
    [999.96, "1000"],
    [1000, "1k"],
    [1250, "1.25k"],
    [47_500_000, "47.5M"],
    [60_000_000, "60M"],
    [1.23456e9, "1.235G"],
    [-1250, "-1.25k"],
    [0.5, "500m"],
    [100.25, "100.2"],
    [100.75, "100.8"],
    [1e28, "1e+04Y"],
  ])("of %s is %s", (amount, text) => {
    expect(humanize(amount)).toBe(text);
  });

  it.each([
    [0.5, "0.50"],
    [0.125, "0.12"],
    [0.375, "0.38"],
    [0.005, "0.01"],
    [-3.5, "-3.50"],
    [0.999, "1.00"],
    [-0.125, "-0.12"],
    [0, "0.00"],
  ])("of %s with two places is %s", (amount, text) => {
    expect(fixed(amount, 2)).toBe(text);
  });
});
