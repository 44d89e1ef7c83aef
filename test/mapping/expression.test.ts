import { describe, expect, it } from "vitest";
import { expressionProblem, fieldsIn } from "../../src/mapping/expression.ts";

describe("an expression, before it has seen an answer", () => {
  it.each([
    "data.left",
    "100",
    "limits[type = 'week'].left",
    "$sum(lines.cost) / 100",
    "$amount(credits)",
    "($x := a.b; $x * 2)",
    "$map(list, function($item, $i) { $item.left + $i })",
    "$answer.total - used",
    "list@$one.items#$place.(left + $place)",
    "$contains(text, /ab+/)",
    "$$.data",
    "`odd key`.left",
    "$variables.region = 'eu' ? 1 : 2",
    "left ~> $number",
  ])("%s is good", (text) => {
    expect(expressionProblem(text)).toBeUndefined();
  });

  it.each([
    ["", "is empty; needs a JSONata expression such as data.remaining"],
    ["  ", "is empty; needs a JSONata expression such as data.remaining"],
    ["(a", "is no JSONata expression: it ends too early, a bracket may be missing, near character 2"],
    ["a b", "is no JSONata expression: something is left over after its end, near character 3"],
    ["a.", "is no JSONata expression: it ends too early, near character 2"],
    ["'abc", "is no JSONata expression: a text has no closing quote, near character 4"],
    ["$nummber(a)", 'uses $nummber, which does not exist: did you mean "number"?'],
    ["not(a)", "calls not; functions begin with $: $not(…)"],
    ["$eval('1')", "uses $eval, which is not available here"],
    ["($e := $eval; $e('1'))", "uses $eval, which is not available here"],
    ["$random()", "uses $random, which is not available here"],
    ["x".repeat(2001), "is longer than 2000 characters"],
    [`${"(".repeat(1900)}`, /^is no JSONata expression: /],
  ])("%s is not", (text, problem) => {
    const found = expressionProblem(text);

    if (typeof problem === "string") expect(found).toBe(problem);
    else expect(found).toMatch(problem);
  });
});

describe("the fields that an expression reads", () => {
  const of = (text: string) =>
    fieldsIn(text).map(({ isFromAnswer, keys }) => `${isFromAnswer ? "answer " : ""}${keys.join(".")}`);

  it.each([
    ["data.left", ["data.left"]],
    ["$amount(a.b) / 100 - c", ["a.b", "c"]],
    ["limits[type = 'week'].left", ["limits"]],
    ["$answer.x.y + $$.z", ["answer x.y", "z"]],
    ["a.(b + c)", ["a"]],
    ["$map(x, function($v) { $v.y })", ["x"]],
    ["a + a", ["a"]],
    ["100", []],
  ])("%s", (text, fields) => {
    expect(of(text)).toEqual(fields);
  });
});
