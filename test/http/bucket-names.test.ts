import { describe, expect, it } from "vitest";
import { namedBucket } from "../../src/http/bucket-names.ts";

describe("the name of a bucket in a header", () => {
  it.each([
    ["", { quota: "requests", unit: "requests" }],
    ["requests", { quota: "requests", unit: "requests" }],
    ["req-minute", { quota: "requests", unit: "requests", window: "minute" }],
    ["day", { quota: "requests", unit: "requests", window: "day" }],
    ["requests-day", { quota: "requests", unit: "requests", window: "day" }],
    ["tokens-per-day", { quota: "tokens", unit: "tokens", window: "day" }],
    ["tokens-second", { quota: "tokens", unit: "tokens", window: "second" }],
    ["tokens-month", { quota: "tokens", unit: "tokens", window: "month" }],
    ["input-tokens", { quota: "input_tokens", unit: "input_tokens" }],
    ["tokens-prompt-hour", { quota: "input_tokens", unit: "input_tokens", window: "hour" }],
    ["tokens-generated", { quota: "output_tokens", unit: "output_tokens" }],
    ["project-tokens", { quota: "project_tokens", unit: "tokens" }],
    ["images-minute", { quota: "images", unit: "images", window: "minute" }],
  ])("%j says %o", (name, expected) => {
    expect(namedBucket(name)).toEqual(expected);
  });

  it.each([
    "key",
    "unified-5h",
    "tokens-query-cost",
    "tokens-minute-minute",
    "per-day",
    "constructor",
    "sk-ant-api03-hush",
  ])("%j says nothing", (name) => {
    expect(namedBucket(name)).toBeUndefined();
  });
});
