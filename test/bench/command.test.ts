import { describe, expect, it } from "vitest";
import { runCommand } from "../../bench/backtest/command.ts";
import type { Forecaster } from "../../bench/backtest/forecaster.ts";
import type { SimulatedQuota } from "../../bench/backtest/simulated-quota.ts";
import { runHere } from "../../bench/backtest/stream.ts";

const DAY = 86_400;

/** Two quotas whose readings alternate, one of them at the same instants. */
const QUOTAS: readonly SimulatedQuota[] = ["a", "b"].map((id, number) => ({
  ...{ id, scenario: "s", group: "g", trace: "t", family: "f", unit: "requests", kind: "calendar" },
  ...{ windowSeconds: DAY, pollSeconds: 300, leadSeconds: 4320, scoresFirst: true },
  periods: [{ start: 0, end: DAY, exhaustedAt: undefined, usedShare: 0.5 }],
  told: Array.from({ length: 700 }, (_, index) => ({
    ...{ t: 300 * Math.floor(index / (number + 1)), limit: 1000, remaining: 1000 - index, reset_at: DAY },
  })),
}));

const forecaster: Forecaster = ({ t, remaining }) => ({
  exhaust_at: remaining % 3 === 0 ? t + remaining : null,
  page: remaining % 2 === 0,
});

/** The same forecaster as a program. */
const PROGRAM = `
  require("node:readline").createInterface({ input: process.stdin }).on("line", (line) => {
    const { quota_id, t, remaining } = JSON.parse(line);
    const exhaust_at = remaining % 3 === 0 ? t + remaining : null;
    console.log(JSON.stringify({ quota_id, t, exhaust_at, page: remaining % 2 === 0, state: "ok" }));
  });`;
const COMMAND = `'${process.execPath}' -e '${PROGRAM}'`;

describe("a forecaster that is a process", { timeout: 60_000 }, () => {
  it.each([false, true])("gives the verdicts of the same code in here, in lockstep: %s", async (lockstep) => {
    const { verdicts, samples, cpuSeconds } = await runCommand(QUOTAS, COMMAND, { lockstep });

    expect(verdicts).toEqual(runHere(QUOTAS, forecaster).verdicts);
    expect(samples).toBe(1400);
    expect(cpuSeconds).toBeGreaterThan(0);
  });

  it.each([
    ["ends with an error", "cat >/dev/null; exit 3", /ended with status 3/],
    ["ends before its input", `head -n 1 | ${COMMAND}`, /1 answers to 1400 samples/],
    ["answers twice", `${COMMAND} 2>/dev/null | sed p`, /answer 2 is to a at 0, not to b at 0/],
    ["answers what is no verdict", "cat", /exhaust_at/],
  ])("is refused where it %s", async (_, command, problem) => {
    await expect(runCommand(QUOTAS, command)).rejects.toThrow(problem);
  });
});
