import { describe, expect, it } from "vitest";
import { samplesOf } from "../../../src/providers/prometheus/exposition.ts";
import { isMeant, parseSelector, selectorProblem } from "../../../src/providers/prometheus/selector.ts";

const PAGE = `left{team="a",key="ci"} 1
left{team="b",key="ci"} 2
left{team="b"} 3
left 4
right 5
{"llm.left",team="a"} 6
`;

/** The values that a selector gives. */
function chosen(text: string): readonly number[] {
  const selector = parseSelector(text);
  if ("problem" in selector) throw new Error(selector.problem);
  return samplesOf(PAGE, new Set([selector.name]))
    .filter((sample) => isMeant(selector, sample))
    .map(({ value }) => selector.convert(value));
}

describe("a selector", () => {
  it.each<[selector: string, values: readonly number[]]>([
    ["right", [5]],
    ["  right  ", [5]],
    ["left", [1, 2, 3, 4]],
    ["left{}", [1, 2, 3, 4]],
    ['left{team="a"}', [1]],
    ["left{team='a'}", [1]],
    ['left { team = "b" , key = "ci" , }', [2]],
    ['left{team="b",key!="ci"}', [3]],
    ['left{key=""}', [3, 4]],
    ['left{key!=""}', [1, 2]],
    ['left{team!="b"}', [1, 4]],
    ['left{missing!="x"}', [1, 2, 3, 4]],
    ['left{team="c"}', []],
    ["nothing", []],
    ['{__name__="right"}', [5]],
    ['{"llm.left"}', [6]],
    ['{"llm.left",team="a"}', [6]],
    ["right * 3600", [18_000]],
    ["right*3600", [18_000]],
    ["right / 100", [0.05]],
    ["right / 2.5", [2]],
    ["right * 1e-2", [0.05]],
    ['left{team="a"} * 10', [10]],
    ["left{team='a'}/10", [0.1]],
  ])("%s gives %j", (text, values) => {
    expect(chosen(text)).toEqual(values);
  });

  it("takes a division as one, and not as the product of an inexact part", () => {
    const selector = parseSelector("x / 100");

    expect("convert" in selector && selector.convert(731.25)).toBe(7.3125);
  });

  it("takes what is escaped for what it stands for", () => {
    const selector = parseSelector(String.raw`x{a="C:\\dir\n\"q\"",b='it\'s'}`);

    expect(selector).toMatchObject({ matchers: [{ value: 'C:\\dir\n"q"' }, { value: "it's" }] });
  });

  it.each<[selector: string, problem: string]>([
    ["", "begin with the name of a metric"],
    ["{}", "begin with the name of a metric"],
    ['{team="a"}', "begin with the name of a metric"],
    ["5", "begin with the name of a metric"],
    ['left{team=~"a.*"}', "no regular expressions; from: server takes any PromQL"],
    ['left{team!~"a.*"}', "no regular expressions"],
    ["left{team=a}", "is no list such as"],
    ['left{team="a"', "is no list such as"],
    ['left{team="a}', "is no list such as"],
    ['left{team="a" key="b"}', "is no list such as"],
    ["left{team}", "is no list such as"],
    ["left * 0", "a number above 0"],
    ["left * -1", "a number above 0"],
    ["left / 0", "a number above 0"],
    ["left *", "only * or /"],
    ["left + 1", "only * or /"],
    ["left - right", "only * or /"],
    ["1 - left", "begin with the name of a metric"],
    ["left * 3600 / 2", "only * or /"],
    ["left[5m]", "only * or /"],
    ["sum(left)", "from: server takes any PromQL"],
    ["left offset 5m", "only * or /"],
    ["left.over", "only * or /"],
  ])("%j is refused: %s", (text, problem) => {
    expect(selectorProblem(text)).toContain(problem);
  });

  it("that is right has no problem", () => {
    expect(selectorProblem('left{team="a"} * 10')).toBeUndefined();
  });
});
