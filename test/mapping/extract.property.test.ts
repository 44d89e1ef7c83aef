import fc from "fast-check";
import { expect, it } from "vitest";
import { expectValidReading } from "../contract/expect-valid.ts";
import { DAILY, NOW, run } from "./run-mapping.ts";

/** Answers of any shape, with the names that the mappings below look for. */
const leaf = fc.oneof(
  fc.double(),
  fc.integer(),
  fc.string(),
  fc.boolean(),
  fc.constant(null),
  fc.constantFrom("12", "-1", "NaN", "$3", 1e308),
);
const answer = fc.letrec((tie) => ({
  value: fc.oneof({ maxDepth: 4 }, leaf, fc.array(tie("value"), { maxLength: 4 }), tie("object")),
  object: fc.dictionary(fc.constantFrom("a", "b", "l", "left", "max", "at", "n"), tie("value"), { maxKeys: 6 }),
})).value;

const MAPPINGS = [
  [{ ...DAILY, remaining: "left", limit: "max", reset_at: "at" }],
  [{ ...DAILY, quota: "=n", each: "l", remaining: "a.left * 2", used: "b - 1", limit: "max" }],
  [{ ...DAILY, quota: "=key", each: "$entries(a)", remaining: "$amount(value)", expires_at: "$answer.at" }],
  [{ ...DAILY, unit: "ratio", each: "l[left > 0]", fraction_used: "$sum(a) / $count(b)", when: "a = b" }],
  [{ ...DAILY, unit: "=n", kind: "=a", used: "$number(left)", period: "=max", models: "l" }],
] as const;

it("makes valid readings of any answer, or says where it does not fit", async () => {
  await fc.assert(
    fc.asyncProperty(answer, fc.constantFrom(...MAPPINGS), async (given, rules) => {
      try {
        const { readings } = await run(rules, given);
        for (const reading of readings) expectValidReading(reading, NOW);
        expect(new Set(readings.map(({ quota }) => quota)).size).toBe(readings.length);
      } catch (error) {
        if (!(error instanceof Error) || error.name !== "MappingError") throw error;
        expect(error.message).toMatch(/^\$.*: readings\.0\.\w+ = "/);
      }
    }),
    { numRuns: 500 },
  );
});
