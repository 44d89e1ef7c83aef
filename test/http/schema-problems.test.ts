import { describe, expect, it } from "vitest";
import { z } from "zod";
import { describeProblems } from "../../src/http/schema-problems.ts";

function problems(schema: z.ZodType, answer: unknown): string {
  return describeProblems(schema.safeParse(answer).error?.issues ?? []);
}

describe("describeProblems", () => {
  it.each<[name: string, schema: z.ZodType, answer: unknown, text: string]>([
    [
      "a wrong type by its path",
      z.object({ limits: z.object({ daily: z.number() }) }),
      { limits: { daily: "hush" } },
      "$.limits.daily: expected number, received string",
    ],
    ["a missing field", z.object({ a: z.number() }), {}, "$.a: expected number, but it is missing"],
    ["the whole answer", z.object({}), [], "$: expected object, received array"],
    ["an element of a list", z.array(z.number()), [1, "hush"], "$[1]: expected number, received string"],
    ["our own words", z.string().regex(/^a/, "expected an a"), "hush", "$: expected an a"],
    [
      "the branch of a union that the answer was meant to be",
      z.object({ u: z.union([z.string(), z.object({ c: z.object({ d: z.number() }) })]) }),
      { u: { c: { d: "hush" } } },
      "$.u.c.d: expected number, received string",
    ],
    [
      "every branch of a union where none comes closer",
      z.union([z.string(), z.number()]),
      true,
      "$: expected string, received boolean; $: expected number, received boolean",
    ],
    [
      "keys, but not those that the sender made up",
      z.record(z.string(), z.number()),
      { "hu sh": "x" },
      "$[…]: expected number, received string",
    ],
    ["no unexpected key", z.strictObject({}), { hush: 1 }, "$: not what was expected"],
    [
      "three fields and how many more",
      z.object({ a: z.number(), b: z.number(), c: z.number(), d: z.number(), e: z.number() }),
      { a: "", b: "", c: "", d: "", e: "" },
      "$.a: expected number, received string; $.b: expected number, received string; $.c: expected number, received string; and 2 more",
    ],
  ])("names %s", (_name, schema, answer, text) => {
    expect(problems(schema, answer)).toBe(text);
  });

  it("can tell of a list that is wrong throughout, however long", () => {
    const schema = z.union([z.array(z.object({ a: z.number() })), z.object({ b: z.number() })]);

    expect(
      problems(
        schema,
        Array.from({ length: 200_000 }, () => ({})),
      ),
    ).toMatch(/^\$\[0\]\.a: .*; and 199997 more$/);
  });

  it("never repeats a value of the answer", () => {
    const schema = z.object({
      a: z.enum(["x"]),
      b: z.iso.datetime(),
      c: z.discriminatedUnion("k", [z.object({ k: z.literal("q") })]),
    });

    expect(problems(schema, { a: "hush", b: "hush", c: { k: "hush" } })).not.toContain("hush");
  });
});
