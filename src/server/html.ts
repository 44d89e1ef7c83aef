/** Text that is safe to send as HTML: made by `html`, or by `trusted`. */
export class Html {
  readonly text: string;

  constructor(text: string) {
    this.text = text;
  }
}

/** What may stand in a template. A list is joined, undefined and false give nothing. */
type Part = string | number | Html | readonly Html[] | undefined | false;

/** A template in which everything that is not already Html is escaped, so that it cannot be forgotten. */
export function html(strings: TemplateStringsArray, ...parts: readonly Part[]): Html {
  return new Html(strings.reduce((text, string, index) => text + toText(parts[index - 1]) + string));
}

function toText(part: Part): string {
  if (part === undefined || part === false) return "";
  if (part instanceof Html) return part.text;
  if (typeof part === "object") return part.map((item) => item.text).join("");
  return escapeHtml(String(part));
}

const ENTITIES: Readonly<Record<string, string>> = {
  "&": "&amp;",
  "<": "&lt;",
  ">": "&gt;",
  '"': "&quot;",
  "'": "&#39;",
};

function escapeHtml(text: string): string {
  return text.replace(/[&<>"']/g, (character) => ENTITIES[character] ?? character);
}

/** For a text of our own that must not be escaped, such as a style sheet. Never for anything that came from outside. */
export function trusted(text: string): Html {
  return new Html(text);
}
