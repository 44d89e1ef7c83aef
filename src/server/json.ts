/**
 * Characters that JSON lets stand but that a terminal, a log viewer or a page might obey: delete and the second set of
 * control characters, what turns the direction of writing, what breaks a line of a script, and `<`.
 */
const OBEYED = /[<\u007f-\u009f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069]/g;

/** JSON in which text from outside is only text, wherever it is printed. It parses to the same value. */
export function toJson(value: unknown): string {
  return JSON.stringify(value).replace(
    OBEYED,
    (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, "0")}`,
  );
}
