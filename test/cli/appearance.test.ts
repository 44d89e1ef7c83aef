import { describe, expect, it } from "vitest";
import { appearanceOf, type ColorChoice } from "../../src/cli/appearance.ts";

const SIZE = { columns: 72, rows: 20 };
const RED = "\u001b[31mx\u001b[0m";

describe("colour", () => {
  it.each<{ env: Record<string, string>; choice?: ColorChoice; isTerminal?: boolean; isRed: boolean }>([
    { env: {}, isRed: true },
    { env: {}, isTerminal: false, isRed: false },
    { env: { TERM: "dumb" }, isRed: false },
    { env: { NO_COLOR: "1" }, isRed: false },
    { env: { NO_COLOR: "" }, isRed: true },
    { env: { FORCE_COLOR: "1" }, isTerminal: false, isRed: true },
    { env: { FORCE_COLOR: "1", NO_COLOR: "1" }, isTerminal: false, isRed: true },
    { env: { FORCE_COLOR: "1", TERM: "dumb" }, isRed: true },
    { env: { FORCE_COLOR: "0" }, isRed: false },
    { env: { FORCE_COLOR: "false" }, isRed: false },
    { env: { FORCE_COLOR: "", NO_COLOR: "1" }, isRed: false },
    { env: { FORCE_COLOR: "1" }, choice: "never", isRed: false },
    { env: { NO_COLOR: "1", TERM: "dumb" }, choice: "always", isTerminal: false, isRed: true },
  ])("is used: $isRed, with $env, --color $choice, on a terminal: $isTerminal", (row) => {
    const { env, choice = "auto", isTerminal = true, isRed } = row;

    const { paint } = appearanceOf({ env, terminal: () => (isTerminal ? SIZE : undefined) }, choice);

    expect(paint("x", "red")).toBe(isRed ? RED : "x");
  });
});

describe("marks", () => {
  it.each([
    { env: { LANG: "en_US.UTF-8" }, bar: "██░… −¥1 –" },
    { env: { LANG: "C.utf8" }, bar: "██░… −¥1 –" },
    { env: { LC_ALL: "C", LANG: "en_US.UTF-8" }, bar: "##.~ -CNY 1 -" },
    { env: { LC_ALL: "", LC_CTYPE: "de_DE.UTF-8", LANG: "C" }, bar: "██░… −¥1 –" },
    { env: { LANG: "de_DE.ISO-8859-1" }, bar: "##.~ -CNY 1 -" },
    { env: {}, bar: "##.~ -CNY 1 -" },
  ])("are '$bar' with $env", ({ env, bar }) => {
    expect(appearanceOf({ env, terminal: () => SIZE }, "auto").marks("██░… −¥1 –")).toBe(bar);
  });
});

it("fits the terminal there is, and nothing where there is none", () => {
  expect(appearanceOf({ env: {}, terminal: () => SIZE }, "auto").columns).toBe(72);
  expect(appearanceOf({ env: {}, terminal: () => undefined }, "auto").columns).toBe(Infinity);
});
