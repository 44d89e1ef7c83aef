import { format, inspect } from "node:util";
import { describe, expect, it } from "vitest";
import { Secret } from "../src/secret.ts";

const TEXT = "sk-do-not-show-me-0123456789";
const secret = new Secret(TEXT);

describe("a secret", () => {
  it.each<{ name: string; printed: string }>([
    { name: "a template", printed: `${secret}` },
    { name: "a concatenation", printed: String(secret) },
    { name: "JSON", printed: JSON.stringify({ key: secret, list: [secret] }) },
    { name: "inspect", printed: inspect({ deep: { key: secret } }, { depth: 9, showHidden: true }) },
    { name: "format", printed: format("%s %o %j", secret, secret, { secret }) },
    { name: "an error", printed: inspect(new Error("failed", { cause: secret })) },
    { name: "its own keys", printed: Object.entries(secret).join() },
  ])("does not show in $name", ({ printed }) => {
    expect(printed).not.toContain(TEXT);
  });

  it("prints as what it is", () => {
    expect([`${secret}`, JSON.stringify(secret), inspect(secret)]).toEqual(["[secret]", '"[secret]"', "[secret]"]);
  });

  it("is told when asked for, and by how it begins", () => {
    expect(secret.reveal()).toBe(TEXT);
    expect([secret.startsWith("sk-do"), secret.startsWith("sk-admin")]).toEqual([true, false]);
  });

  it.each([
    [TEXT, true],
    [TEXT.slice(0, -1), false],
    [`${TEXT} `, false],
    [TEXT.toUpperCase(), false],
    ["", false],
  ])("matches %j: %s", (text, expected) => {
    expect(secret.matches(text)).toBe(expected);
  });
});
