import { describe, expect, it } from "vitest";
import { cut, terminalJson, terminalText, widthOf, wrap } from "../../src/cli/terminal-text.ts";

const ESCAPE = String.fromCharCode(0x1b);

describe("text for a terminal", () => {
  it.each([
    { kind: "an escape sequence", text: `a${ESCAPE}[2Jb`, shown: "a\ufffd[2Jb" },
    { kind: "the one-character form of it", text: "a\u009b2Jb", shown: "a\ufffd2Jb" },
    { kind: "line breaks and a bell", text: "a\r\n\u0007b", shown: "a\ufffd\ufffd\ufffdb" },
    { kind: "a change of reading direction", text: "a\u202eb\u2066c\u200fd", shown: "a\ufffdb\ufffdc\ufffdd" },
    { kind: "what cannot be seen", text: "a\u200bb\u00adc\u{e0041}d\ufeff", shown: "a\ufffdb\ufffdc\ufffdd\ufffd" },
    { kind: "other ends of lines", text: "a\u2028b\u2029c", shown: "a\ufffdb\ufffdc" },
    { kind: "half a character", text: "a\ud83db", shown: "a\ufffdb" },
    { kind: "a pile of accents", text: `a${"\u0301".repeat(50)}b`, shown: "a\u0301\u0301\u0301b" },
    { kind: "words of any language", text: "Zoë 東京 привет 🚀", shown: "Zoë 東京 привет 🚀" },
  ])("shows $kind harmlessly", ({ text, shown }) => {
    expect(terminalText(text)).toBe(shown);
  });

  it("stays the same JSON when hostile characters in it are escaped", () => {
    const value = { [`k\u009b`]: `${ESCAPE}[2J\u009b\u202e\u2028\u{e0041}\u007f`, plain: "Zoë 東京" };

    const text = terminalJson(value);

    expect(JSON.parse(text)).toEqual(value);
    expect(text).toBe(
      '{\n  "k\\u009b": "\\u001b[2J\\u009b\\u202e\\u2028\\udb40\\udc41\\u007f",\n  "plain": "Zoë 東京"\n}',
    );
  });
});

describe("the width of a text", () => {
  it.each([
    { text: "", width: 0 },
    { text: "plain", width: 5 },
    { text: "Zoë", width: 3 },
    { text: "Zoe\u0308", width: 3 },
    { text: "\u0308", width: 0 },
    { text: "東京", width: 4 },
    { text: "ｱ", width: 1 },
    { text: "Ａ", width: 2 },
    { text: "한국", width: 4 },
    { text: "\u1112\u1161\u11ab", width: 2 },
    { text: "🚀", width: 2 },
    { text: "👩‍👩‍👧", width: 2 },
    { text: "🇩🇪", width: 2 },
    { text: "❤", width: 1 },
    { text: "❤\ufe0f", width: 2 },
    { text: "█░–…", width: 4 },
  ])("of '$text' is $width", ({ text, width }) => {
    expect(widthOf(text)).toBe(width);
  });

  it.each([
    { text: "abcdef", width: 6, kept: "abcdef" },
    { text: "abcdef", width: 5, kept: "abcd…" },
    { text: "東京都", width: 5, kept: "東京…" },
    { text: "東京都", width: 4, kept: "東…" },
    { text: "e\u0301e\u0301e\u0301", width: 2, kept: "e\u0301…" },
    { text: "abc", width: 1, kept: "…" },
  ])("is never above $width when '$text' is cut to it", ({ text, width, kept }) => {
    expect(cut(text, width, "…")).toBe(kept);
    expect(widthOf(kept)).toBeLessThanOrEqual(width);
  });

  it.each([
    { text: "one two three", width: 9, lines: ["one two", "  three"] },
    { text: "one two three", width: Infinity, lines: ["one two three"] },
    { text: "東京 大阪 京都", width: 9, lines: ["東京 大阪", "  京都"] },
    { text: "abcdefgh i", width: 5, lines: ["abc", "  def", "  gh", "  i"] },
  ])("is at most $width in every line of '$text'", ({ text, width, lines }) => {
    expect(wrap(text, width, "  ")).toEqual(lines);
  });
});
