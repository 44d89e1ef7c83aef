import { describe, expect, it } from "vitest";
import { createEvaluator, inlineEvaluator } from "../../src/mapping/evaluator.ts";
import { mapping } from "../../src/mapping/mapping.ts";
import type { Trace } from "../../src/mapping/trace.ts";
import { SURROUNDINGS } from "./run-mapping.ts";

const NEVER = new AbortController().signal;
/** Many times what an honest expression takes, however busy the machine is. */
const evaluator = createEvaluator({ longestJobMs: 2000 });

const job = (expression: string, answer: unknown = {}) =>
  ({ work: "text", field: "plan", expression, answer, surroundings: SURROUNDINGS }) as const;
const tell = (expression: string, answer?: unknown) => evaluator.run(job(expression, answer), { signal: NEVER });

describe("the process of the expressions", () => {
  it("tells what an expression finds", async () => {
    expect(await tell("data.tier", { data: { tier: "pro" } })).toBe("pro");
    expect(await tell("data.tier", {})).toBeUndefined();
  });

  it.each([
    ["a loop", "($f := function($n) { $f($n + 1) }; $f(0))", /plan = "\(\$f := .*" takes longer than \d+ ms$/],
    [
      "a regular expression that never ends",
      "$contains('aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa!', /^(a+)+$/) ? 'x' : 'y'",
      /takes longer than 2000 ms$/,
    ],
    [
      "a text that grows",
      "$join($split($pad('', 30000000, 'ab'), 'a'), 'c')",
      /needs too much memory$|fails$|takes longer than 2000 ms$/,
    ],
  ])("ends %s, and goes on", async (_name, expression, message) => {
    await expect(tell(expression)).rejects.toThrow(message);
    expect(await tell("a", { a: "still here" })).toBe("still here");
  });

  it("ends the waiting for an expression with the read", async () => {
    const stop = new AbortController();
    const waiting = evaluator.run(job("($f := function($n) { $f($n + 1) }; $f(0))"), { signal: stop.signal });
    stop.abort(new Error("shutting down"));

    await expect(waiting).rejects.toThrow("shutting down");
    expect(await tell("'on'")).toBe("on");
  });

  it("gives each of many at once its own answer", async () => {
    const told = await Promise.all(Array.from({ length: 50 }, (_, n) => tell("n", { n })));

    expect(told).toEqual(Array.from({ length: 50 }, (_, n) => String(n)));
  });

  it("passes on what every expression found", async () => {
    const traces: Trace[] = [];
    await evaluator.run(job("a.b", { a: { b: null } }), { signal: NEVER, onTrace: (trace) => traces.push(trace) });

    expect(traces).toEqual([
      { field: "plan", expression: "a.b", at: "$", outcome: "null", told: "unknown: $.a.b is null" },
    ]);
  });

  it("refuses an answer that nothing can be sent of, and goes on", async () => {
    const deep: unknown = JSON.parse(`${"[".repeat(200_000)}${"]".repeat(200_000)}`);

    await expect(evaluator.run(job("a", deep), { signal: NEVER })).rejects.toThrow(
      "$: the answer is nested too deeply",
    );
    expect(await tell("'on'")).toBe("on");
  });

  it("knows nothing of the environment", async () => {
    expect(await tell("$string($answer)", { a: 1 })).toBe('{"a":1}');
    await expect(tell("$process.env.PATH")).resolves.toBeUndefined();
  });

  it("sees the time of the read in place of the clock", async () => {
    expect(await tell("$now()")).toBe("2026-11-21T12:00:00.000Z");
    expect(await tell("$string($millis())")).toBe(String(Date.parse("2026-11-21T12:00:00.000Z")));
  });
});

describe("expressions of ours, which run beside everything else", () => {
  it("leave others their turn however long an answer is, and end with the read", async () => {
    const rule = { each: "pools", quota: "=id", kind: "calendar", unit: "requests", limit: "max", remaining: "left" };
    const { readings } = mapping.parse({ request: { path: "/v1" }, readings: [rule, rule, rule] });
    const pools = Array.from({ length: 1000 }, (_, n) => ({ id: `pool_${n}`, max: 10, left: 1 }));
    const big = { work: "extract", readings, answer: { pools }, surroundings: SURROUNDINGS } as const;
    const stop = new AbortController();
    setImmediate(() => stop.abort(new Error("shutting down")));

    await expect(inlineEvaluator.run(big, { signal: stop.signal })).rejects.toThrow("shutting down");
  });
});
