import { type Html, html } from "./html.ts";

/** An instant as words, with the exact time for who looks closer and for programs. */
export function time(instant: Date, text = `${instant.toISOString().slice(0, 19).replace("T", " ")} UTC`): Html {
  return html`<time datetime="${instant.toISOString()}" title="${instant.toISOString()}">${text}</time>`;
}
