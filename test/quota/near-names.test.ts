import { describe, expect, it } from "vitest";
import { nearest, suggestion } from "../../src/quota/near-names.ts";

const KEYS = ["interval", "timeout", "stale_after", "listen_address"];

describe("nearest", () => {
  it.each([
    ["a missing letter", "timeot", ["timeout"]],
    ["an added letter", "timeouts", ["timeout"]],
    ["a wrong letter", "intervel", ["interval"]],
    ["two letters swapped", "tiemout", ["timeout"]],
    ["another way to join words", "listenAddress", ["listen_address"]],
    ["hyphens", "stale-after", ["stale_after"]],
    ["capital letters", "Interval", ["interval"]],
    ["another word", "retries", []],
  ])("finds what was meant behind %s", (_, word, expected) => {
    expect(nearest(word, KEYS)).toEqual(expected);
  });

  it("puts the nearest first", () => {
    expect(nearest("deepsek", ["deepset", "deepseek", "kilo"])).toEqual(["deepseek", "deepset"]);
  });
});

describe("suggestion", () => {
  it("offers every near word", () => {
    expect(suggestion("acm", ["acme", "acma", "kilo"])).toBe('did you mean "acma" or "acme"?');
  });

  it("lists what is known where nothing is near", () => {
    expect(suggestion("openai", ["kilo", "chutes"])).toBe("known here: chutes, kilo");
  });
});
