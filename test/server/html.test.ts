import { expect, test } from "vitest";
import { html, trusted } from "../../src/server/html.ts";

test.each([
  ["text is escaped", html`<p>${`<a href="x">'&`}</p>`, "<p>&lt;a href=&quot;x&quot;&gt;&#39;&amp;</p>"],
  ["a number stands as it is, also 0", html`${0}|${1.5}`, "0|1.5"],
  ["nothing stands for undefined and false", html`<${undefined}${false}>`, "<>"],
  ["a template in a template is not escaped again", html`<b>${html`<i>${"&"}</i>`}</b>`, "<b><i>&amp;</i></b>"],
  ["a list is joined", html`<ul>${["<", ">"].map((x) => html`<li>${x}`)}</ul>`, "<ul><li>&lt;<li>&gt;</ul>"],
  ["trusted text passes", html`${trusted("a > b")}`, "a > b"],
])("%s", (_what, made, text) => {
  expect(made.text).toBe(text);
});
