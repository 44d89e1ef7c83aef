import { expect, it } from "vitest";
import { at, HOUR, MINUTE, startRun } from "../support/readings.ts";

const PERIOD = 4 * HOUR;
const LIMIT = 1000;

/** What fires in the hour after the reset, by the minute, of a window that was used at these rates a minute. */
function firedAfterReset({ before, rush, after }: { before: number; rush: number; after: number }) {
  const run = startRun();
  let remaining = LIMIT;
  const fired = new Set<string>();
  for (let minute = 0; minute < 300; minute++) {
    if (minute === 240) remaining = LIMIT;
    const use = minute >= 240 ? after : minute >= 225 ? rush : before;
    remaining = Math.max(0, remaining - use);
    const quota = run.read({ remaining, resetAt: at(minute < 240 ? PERIOD : 2 * PERIOD) });
    if (minute >= 241) for (const { alert } of quota.alerts) fired.add(`${alert} ${minute}`);
    run.pass(MINUTE);
  }
  return [...fired];
}

it.each([
  { name: "a rush right before it", before: 1, rush: 40, after: 1 },
  { name: "a rush that used everything up", before: 3, rush: 100, after: 1 },
  { name: "a rush after which nobody uses anything", before: 1, rush: 50, after: 0 },
  { name: "an even use of nearly all", before: 4, rush: 4, after: 4 },
])("a reset after $name pages nobody until the new window is used up too fast", (use) => {
  expect(firedAfterReset(use)).toEqual([]);
});

it("a rush that goes on after the reset pages as soon as the new window tells so", () => {
  const fired = firedAfterReset({ before: 1, rush: 40, after: 40 }).filter((one) =>
    one.startsWith("LLMQuotaWillExhaust"),
  );

  expect(fired[0]).toMatch(/^LLMQuotaWillExhaust 24[1-6]$/);
});
