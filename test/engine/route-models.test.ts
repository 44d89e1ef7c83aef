import { expect, it } from "vitest";
import { listedAs } from "../../src/engine/route-models.ts";

it.each([
  ["the same name", ["big", "small"], "small", "small"],
  ["a prefix of the vendor in the list only", ["acme/big"], "big", "acme/big"],
  ["a prefix of the vendor in the question only", ["big"], "acme/big", "big"],
  ["the prefix of a gateway before that of the vendor", ["acme/big"], "gate/acme/big", "acme/big"],
  ["a path before the name", ["accounts/acme/models/big"], "big", "accounts/acme/models/big"],
  ["the same name before one with a prefix", ["acme/big", "big"], "big", "big"],
  ["the first of several prefixes", ["one/big", "two/big"], "big", "one/big"],
  ["another vendor", ["one/big"], "two/big", undefined],
  ["another size of letters", ["Big"], "big", undefined],
  ["a part of a name", ["big-2"], "big", undefined],
  ["the end of a name that no slash divides", ["llama-big"], "big", undefined],
  ["a near name", ["claude-sonnet-5"], "claude-sonnet-4", undefined],
  ["a tag that is left out", ["llama3.1:8b"], "llama3.1", undefined],
  ["a slash at the end", ["big"], "big/", undefined],
  ["a slash alone", ["big"], "/", undefined],
  ["no list", [], "big", undefined],
])("%s: %j has %s as %s", (_what, list, asked, expected) => {
  expect(listedAs(list, asked)).toBe(expected);
});

it("a list gives the same answer again, after however many other questions", () => {
  const list = ["acme/big", "small"];
  const ask = () => [listedAs(list, "big"), listedAs(list, "none")];
  expect(ask()).toEqual(["acme/big", undefined]);
  for (let index = 0; index < 100; index++) expect(listedAs(list, `none-${index}`)).toBeUndefined();
  expect([ask(), ask()]).toEqual([
    ["acme/big", undefined],
    ["acme/big", undefined],
  ]);
});

it("a list that is another object is looked through anew", () => {
  expect(listedAs(["big"], "small")).toBeUndefined();
  expect(listedAs(["big", "small"], "small")).toBe("small");
});
