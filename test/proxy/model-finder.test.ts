import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { createModelFinder, modelInPath } from "../../src/proxy/model-finder.ts";

function modelOf(text: string, size = text.length): string | undefined {
  const finder = createModelFinder();
  const bytes = Buffer.from(text);
  for (let at = 0; at < bytes.length; at += size) finder.push(bytes.subarray(at, at + size));
  return finder.found();
}

describe("the model that a request asks for", () => {
  it.each([
    ["first", '{"model":"gpt-5","messages":[]}', "gpt-5"],
    ["last, with spaces", '{ "messages" : [ { "role":"user" } ] , "model" : "gpt-5" }', "gpt-5"],
    [
      "after text that looks like it",
      '{"messages":[{"model":"no","content":"\\"model\\":\\"no\\""}],"model":"yes"}',
      "yes",
    ],
    ["with a name beyond ASCII", '{"model":"modèle"}', "modèle"],
    ["after numbers and words", '{"n":1,"stream":true,"stop":null,"t":0.5e-3,"model":"m"}', "m"],
    ["after a string that ends in a backslash", '{"a":"\\\\","model":"m"}', "m"],
  ])("is found %s", (_where, text, model) => {
    for (const size of [1, 2, 7, text.length]) expect(modelOf(text, size)).toBe(model);
  });

  it.each([
    ["nested", '{"a":{"model":"m"}}'],
    ["the value of another key", '{"a":"model","b":"m"}'],
    ["no text", '{"model":7}'],
    ["empty", '{"model":""}'],
    ["in a list", '[{"model":"m"}]'],
    ["written with escapes", '{"model":"a\\u0062"}'],
    ["too long", `{"model":"${"m".repeat(200)}"}`],
    ["beyond the first 64 KiB", `{"a":"${"x".repeat(65_536)}","model":"m"}`],
    ["in what is no JSON", 'model=m&"model"'],
  ])("is not taken where it is %s", (_why, text) => {
    expect(modelOf(text)).toBeUndefined();
  });

  it("is what a parser would find, however the body is cut", () => {
    const body = fc.record({ a: fc.jsonValue(), model: fc.stringMatching(/^[a-z0-9./:-]{1,40}$/), b: fc.jsonValue() });

    fc.assert(
      fc.property(body, fc.integer({ min: 1, max: 50 }), (json, size) => {
        expect(modelOf(JSON.stringify(json), size)).toBe(json.model);
      }),
      { numRuns: 200 },
    );
  });
});

it.each([
  ["/v1beta/models/gemini-2.5-pro:generateContent", "gemini-2.5-pro"],
  ["/v1beta/models/gemini-2.5-pro:streamGenerateContent", "gemini-2.5-pro"],
  ["/v1beta/models", undefined],
  ["/v1/chat/completions", undefined],
])("the path %s names %s", (path, model) => {
  expect(modelInPath(path)).toBe(model);
});
