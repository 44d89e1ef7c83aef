import fc from "fast-check";
import { Gauge, Registry } from "prom-client";
import { describe, expect, it, test } from "vitest";
import { createLines, label } from "../../../src/metrics/lines.ts";
import { FormatError, isComplete, samplesOf } from "../../../src/providers/prometheus/exposition.ts";

/** The samples of the metric `left`. */
function leftIn(page: string) {
  return samplesOf(page, new Set(["left"])).map(({ labels, ...rest }) => ({
    ...rest,
    labels: Object.fromEntries(labels),
  }));
}

const SEVEN = { name: "left", labels: {}, value: 7 };

describe("a page of metrics", () => {
  it.each<[what: string, page: string, expected: object]>([
    ["nothing but a value", "left 7\n", SEVEN],
    ["no line break at its end", "left 7", SEVEN],
    ["line breaks of Windows", "# TYPE left gauge\r\nleft 7\r\n", SEVEN],
    ["blanks and tabs everywhere", " \tleft \t7\t \n", SEVEN],
    ["comments, empty lines and types around", "# left 5\n\n# HELP left 6\n#left 8\nleft 7\n# left 9\n", SEVEN],
    ["labels", 'left{a="1",b="2"} 7\n', { ...SEVEN, labels: { a: "1", b: "2" } }],
    ["a comma behind the last label", 'left{a="1",} 7\n', { ...SEVEN, labels: { a: "1" } }],
    ["blanks in the braces", 'left { a = "1" , b = "2" } 7\n', { ...SEVEN, labels: { a: "1", b: "2" } }],
    ["no label in the braces", "left{} 7\n", SEVEN],
    ["no blank behind the braces", 'left{a="1"}7\n', { ...SEVEN, labels: { a: "1" } }],
    [
      "braces, commas and blanks in a label",
      'left{a="} 1, {x=\\"2\\"}"} 7\n',
      { ...SEVEN, labels: { a: '} 1, {x="2"}' } },
    ],
    ["escapes", 'left{a="C:\\\\dir\\nand \\"x\\""} 7\n', { ...SEVEN, labels: { a: 'C:\\dir\nand "x"' } }],
    ["an escape that there is not", 'left{a="\\d+"} 7\n', { ...SEVEN, labels: { a: "\\d+" } }],
    ["a label of another language", 'left{a="额度"} 7\n', { ...SEVEN, labels: { a: "额度" } }],
    ["a label name in quotes", 'left{"team.name"="x"} 7\n', { ...SEVEN, labels: { "team.name": "x" } }],
    ["a time in milliseconds", "left 7 1795262400500\n", { ...SEVEN, at: new Date("2026-11-21T12:00:00.500Z") }],
    [
      "a time in seconds, as OpenMetrics",
      "left 7 1795262400.5\n",
      { ...SEVEN, at: new Date("2026-11-21T12:00:00.500Z") },
    ],
    ["an exemplar", 'left 7 # {trace_id="x"} 0.5 1795262400.5\n', SEVEN],
    ["a time and an exemplar", 'left 7 1795262400 # {a="}"} 1\n', { ...SEVEN, at: new Date("2026-11-21T12:00:00Z") }],
    ["another metric with a longer name", "left_total 8\nleft 7\nleftover 9\n", SEVEN],
    ["a line of another metric that is broken", "right{a= 8\n(!)\nleft 7\n", SEVEN],
    ["what follows the end of OpenMetrics", "left 7\n# EOF\nleft 8\n", SEVEN],
  ])("is read with %s", (_what, page, expected) => {
    expect(leftIn(page)).toEqual([expected]);
  });

  it.each<[text: string, value: number]>([
    ["0", 0],
    ["-0.5", -0.5],
    ["+3", 3],
    ["1e+06", 1_000_000],
    ["1.5E-3", 0.0015],
    [".5", 0.5],
    ["5.", 5],
    ["NaN", Number.NaN],
    ["Nan", Number.NaN],
    ["+Inf", Number.POSITIVE_INFINITY],
    ["-Inf", Number.NEGATIVE_INFINITY],
    ["Infinity", Number.POSITIVE_INFINITY],
    ["1e999", Number.POSITIVE_INFINITY],
  ])("has the value %s", (text, value) => {
    expect(leftIn(`left ${text}\n`)).toEqual([{ ...SEVEN, value }]);
  });

  it.each<[what: string, line: string]>([
    ["a value that is a word", "left plenty"],
    ["a value in quotes", 'left "7"'],
    ["two values", "left 7 8 9"],
    ["a decimal comma", "left 7,5"],
    ["no value", "left "],
    ["no value behind its labels", 'left{a="1"}'],
    ["labels without an end", 'left{a="1" 7'],
    ["a label without an end", 'left{a="1} 7'],
    ["a label without quotes", "left{a=1} 7"],
    ["a matcher in place of a label", 'left{a!="1"} 7'],
    ["a word in braces", "left{a} 7"],
    ["JSON in its place", '{"left": 7}'],
    ["a histogram of the newer form", "left {count:2,sum:3}"],
    ["a line without end", `left{a="${"x".repeat(70_000)}"} 7`],
  ])("is refused for %s of a metric that is asked for, by its line alone", (_what, line) => {
    expect(() => leftIn(`# HELP\n${line}\nleft 7\n`)).toThrow(new FormatError(2));
  });

  it.each<[what: string, page: string]>([
    ["JSON", '{"right": 7}'],
    ["an error in words", "left: internal error"],
    ["a name alone", "left"],
    ["no text at all", ""],
    ["a metric whose name goes on", "left.over 7"],
  ])("that is %s has no sample", (_what, page) => {
    expect(leftIn(page)).toEqual([]);
  });

  it("may have a name in quotes, in the braces", () => {
    const page = '{"llm.left",team="x"} 7\n{ "llm.left" } 8\n{"llm.other"} 9\n';

    expect(samplesOf(page, new Set(["llm.left"])).map(({ name, value }) => ({ name, value }))).toEqual([
      { name: "llm.left", value: 7 },
      { name: "llm.left", value: 8 },
    ]);
  });

  it.each<[page: string, complete: boolean]>([
    ["left 7\n# EOF\n", true],
    ["left 7\n# EOF", true],
    ["# EOF\n", true],
    ["left 7\n", false],
    ["left 7\n# EO", false],
    ["left 7\n# EOF\nleft 8\n", false],
  ])("of OpenMetrics says where it ends: %j", (page, complete) => {
    expect(isComplete(page)).toBe(complete);
  });
});

const labelName = fc.stringMatching(/^[a-z_][a-z0-9_]{0,8}$/).filter((name) => !name.startsWith("__"));
const values = fc.array(fc.record({ text: fc.string({ unit: "binary" }), value: fc.double() }), { maxLength: 5 });

test("what prom-client writes is read as it was meant", async () => {
  await fc.assert(
    fc.asyncProperty(labelName, values, async (name, samples) => {
      const distinct = [...new Map(samples.map((sample) => [sample.text, sample])).values()];
      const registry = new Registry();
      const gauge = new Gauge({ name: "left", help: "x", labelNames: [name], registers: [registry] });
      for (const { text, value } of distinct) gauge.set({ [name]: text }, value);

      expect(leftIn(await registry.metrics())).toEqual(
        // A gauge writes no -0.
        distinct.map(({ text, value }) => ({ name: "left", labels: { [name]: text }, value: value === 0 ? 0 : value })),
      );
    }),
  );
});

test("what our own pages tell is read as it was meant", () => {
  const written = fc.array(
    fc.record({ text: fc.string({ unit: "binary" }), value: fc.double({ noNaN: true, noDefaultInfinity: true }) }),
  );
  fc.assert(
    fc.property(labelName, fc.string({ unit: "binary" }), written, (name, account, samples) => {
      const distinct = [...new Map(samples.map((sample) => [sample.text, sample])).values()];
      const lines = createLines({ name: "left", help: "x", type: "gauge", labels: ["b"] });
      lines.about(`{${label(name === "b" ? "a" : name, account)}`);
      for (const { text, value } of distinct) lines.write(value, text);

      // No page may hold a NUL.
      const plain = (text: string) => text.replaceAll("\0", "\uFFFD");
      expect(leftIn(lines.take())).toEqual(
        distinct.map(({ text, value }) => ({
          name: "left",
          labels: { [name === "b" ? "a" : name]: plain(account), b: plain(text) },
          value: value === 0 ? 0 : value,
        })),
      );
    }),
  );
});

test("any text is read or refused by its line", () => {
  const piece = fc.oneof(
    fc.string(),
    fc.constantFrom("left", "{", "}", '"', "=", ",", " ", "\n", "\\", "#", "7", "NaN", "a"),
  );
  fc.assert(
    fc.property(fc.array(piece, { maxLength: 40 }), (pieces) => {
      try {
        for (const { name, value } of leftIn(pieces.join(""))) {
          expect(name).toBe("left");
          expect(value).toBeTypeOf("number");
        }
      } catch (error) {
        expect(error).toBeInstanceOf(FormatError);
      }
    }),
  );
});
