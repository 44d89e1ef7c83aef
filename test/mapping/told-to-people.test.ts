import { describe, expect, it } from "vitest";
import { expressionProblem } from "../../src/mapping/expression.ts";
import { DAILY, misfit, one, run } from "./run-mapping.ts";

describe("text out of an answer has bounds", () => {
  it("takes a plan of 500 characters, and no longer one", async () => {
    const readings = [{ ...DAILY, remaining: "1" }];

    expect((await run(readings, { p: "x".repeat(500) }, { plan: "p" })).plan).toHaveLength(500);
    await expect(run(readings, { p: "x".repeat(501) }, { plan: "p" })).rejects.toThrow(
      '$.p: plan = "p" gives a text of more than 500 characters',
    );
  });

  it("takes 10,000 models, and no more", async () => {
    const rule = { remaining: "1", models: "m" };
    const names = Array.from({ length: 10_000 }, (_, n) => `m${n}`);

    expect((await one(rule, { m: names })).models).toHaveLength(10_000);
    expect(await misfit(rule, { m: [...names, "one more"] })).toBe(
      '$.m: readings.0.models = "m" gives more than 10000 names',
    );
    expect(await misfit(rule, { m: ["x".repeat(501)] })).toBe(
      '$.m: readings.0.models = "m" gives a text of more than 500 characters',
    );
  });
});

describe("a message says what to do", () => {
  it.each([
    [
      "which function cannot do with its argument",
      { used: "$sum(rows.cost)" },
      '$.rows.cost: readings.0.used = "$sum(rows.cost)" gives $sum what is not for it, as argument 1; $amount(…) makes a number of a text',
    ],
    [
      "that a function of another kind cannot",
      { used: "$uppercase(rows)" },
      '$.rows: readings.0.used = "$uppercase(rows)" gives $uppercase what is not for it, as argument 1',
    ],
    [
      "what stands for no cap",
      { remaining: "9223372036854775807" },
      '$: readings.0.remaining = "9223372036854775807" gives a number that is beyond all counting; unlimited_when says what stands for no cap',
    ],
  ])("%s", async (_what, reading, message) => {
    expect(await misfit(reading, { rows: [{ cost: "2.5" }, { cost: 1 }] })).toBe(message);
  });

  it("that an expression has no equals sign before it", () => {
    expect(expressionProblem("=daily.max")).toBe(
      "begins with =, which is for quota, kind, unit, enforcement and period alone; leave it out",
    );
  });

  it.each([
    ["a == 1", "a symbol cannot stand there, near character 4"],
    ["a && b", "a symbol cannot stand there, near character 4"],
    ["a || b", "something is left over after its end, near character 3"],
  ])("how JSONata writes %s", (text, problem) => {
    expect(expressionProblem(text)).toBe(
      `is no JSONata expression: ${problem}; it writes =, and, or in place of ==, &&, ||`,
    );
  });

  it("that a time of 0 is none, and not null", async () => {
    const { traces } = await run([{ ...DAILY, remaining: "1", reset_at: "t" }], { t: 0 });

    expect(traces.find(({ field }) => field === "readings.0.reset_at")).toMatchObject({
      outcome: "null",
      told: "unknown: it gives what stands for none",
    });
  });
});
