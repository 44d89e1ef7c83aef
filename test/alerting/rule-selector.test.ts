import { describe, expect, it } from "vitest";
import { checkedSelector, RulesOptionError } from "../../src/alerting/rule-selector.ts";

describe("a selector", () => {
  it.each([
    ['job="llm"', 'job="llm"'],
    [' job = "llm" , env=~"prod|canary", ', 'job="llm",env=~"prod|canary"'],
    ["job='llm',region!=\"\"", "job='llm',region!=\"\""],
    ['path="a,b}{",name!~"(?i)x.*"', 'path="a,b}{",name!~"(?i)x.*"'],
    ['name="say \\"hi\\" \\u00e9"', 'name="say \\"hi\\" \\u00e9"'],
    ['name=~"(?P<first>a)\\\\d+"', 'name=~"(?P<first>a)\\\\d+"'],
  ])("of %s stands between the braces as %s", (given, taken) => {
    expect(checkedSelector(given)).toBe(taken);
  });

  it.each([
    ["", 'needs label matchers such as job="llm",env="prod"'],
    ["job=llm", 'needs label matchers such as job="llm",env="prod"'],
    ['{job="llm"}', 'needs label matchers such as job="llm",env="prod"'],
    ['job="llm" env="prod"', 'needs label matchers such as job="llm",env="prod"'],
    ['job="llm",,env="prod"', 'needs label matchers such as job="llm",env="prod"'],
    ['1job="llm"', 'needs label matchers such as job="llm",env="prod"'],
    ["job=`llm`", 'needs label matchers such as job="llm",env="prod"'],
    ['job="llm', 'needs label matchers such as job="llm",env="prod"'],
    ['job="a\nb"', 'needs label matchers such as job="llm",env="prod"'],
    ['__name__="up"', "the rules name the families by themselves"],
    ['job=~"(a"', '"(a" is no regular expression'],
    ['job=~"(?=a)"', '"(?=a)" is no regular expression'],
    ['job="\\q"', '"\\q" has an escape that PromQL does not know'],
  ])("of %s is refused", (selector, why) => {
    expect(() => checkedSelector(selector)).toThrow(new RulesOptionError(`the selector is ${selector}: ${why}`));
  });
});
