/**
 * Text from outside must not steer a terminal: no control or format characters, which include escape sequences, marks of
 * reading direction and invisible ones, no line breaks, and no pile of accents that reaches into other lines.
 */
export const terminalText = (text: string): string =>
  text.replaceAll(/[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}]/gu, "\ufffd").replaceAll(/(\p{M}{3})\p{M}+/gu, "$1");

/** JSON as it is, but with such characters escaped: it means the same, and a terminal shows it. */
export const terminalJson = (value: unknown): string =>
  JSON.stringify(value, null, 2).replaceAll(/[\u007f-\u009f\p{Cf}\p{Zl}\p{Zp}]/gu, (character) =>
    Array.from({ length: character.length }, (_, index) => escapeOf(character.charCodeAt(index))).join(""),
  );

const escapeOf = (unit: number) => `\\u${unit.toString(16).padStart(4, "0")}`;

/**
 * Code points that take two columns: East Asian Width W and F of Unicode 16 (EastAsianWidth.txt, 2024-09-10), in whole
 * blocks where only unassigned code points lie between. Emoji are told by their own property.
 */
const WIDE: readonly (readonly [number, number])[] = [
  [0x1100, 0x115f],
  [0x2e80, 0x303e],
  [0x3041, 0x4dbf],
  [0x4e00, 0xa4cf],
  [0xa960, 0xa97f],
  [0xac00, 0xd7a3],
  [0xf900, 0xfaff],
  [0xfe10, 0xfe19],
  [0xfe30, 0xfe6f],
  [0xff01, 0xff60],
  [0xffe0, 0xffe6],
  [0x16fe0, 0x18cff],
  [0x1aff0, 0x1b2ff],
  [0x20000, 0x3fffd],
];

const graphemes = new Intl.Segmenter("en", { granularity: "grapheme" });
const isPlain = (text: string) => /^[\x20-\x7e]*$/.test(text);

/** Columns that a text takes in a terminal. */
export function widthOf(text: string): number {
  if (isPlain(text)) return text.length;
  let width = 0;
  for (const { segment } of graphemes.segment(text)) width += widthOfGrapheme(segment);
  return width;
}

function widthOfGrapheme(grapheme: string): number {
  // Accents alone are drawn onto what stands before them.
  if (/^\p{M}+$/u.test(grapheme)) return 0;
  const first = grapheme.codePointAt(0) ?? 0;
  if (WIDE.some(([from, to]) => first >= from && first <= to)) return 2;
  return /\p{Emoji_Presentation}|\p{Regional_Indicator}|\ufe0f/u.test(grapheme) ? 2 : 1;
}

/** No wider than that; what was cut off is marked. */
export function cut(text: string, width: number, mark: string): string {
  if (widthOf(text) <= width) return text;
  let kept = "";
  let used = widthOf(mark);
  for (const { segment } of graphemes.segment(text)) {
    used += widthOfGrapheme(segment);
    if (used > width) break;
    kept += segment;
  }
  return `${kept}${mark}`;
}

/** Lines no wider than that, broken between words where possible; all but the first begin with the indent. */
export function wrap(text: string, width: number, indentation: string): string[] {
  const indent = width > 2 * indentation.length ? indentation : "";
  const lines: string[] = [];
  let line = "";
  for (const word of text.split(" ").flatMap((part) => pieces(part, width - indent.length))) {
    const longer = line === "" || line === indent ? `${line}${word}` : `${line} ${word}`;
    if (widthOf(longer) <= width) line = longer;
    else {
      lines.push(line);
      line = `${indent}${word}`;
    }
  }
  return [...lines, line];
}

function pieces(word: string, width: number): string[] {
  if (widthOf(word) <= width) return [word];
  const found: string[] = [];
  let piece = "";
  for (const { segment } of graphemes.segment(word)) {
    if (piece !== "" && widthOf(piece + segment) > width) {
      found.push(piece);
      piece = "";
    }
    piece += segment;
  }
  return [...found, piece];
}
