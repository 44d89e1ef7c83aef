import { type Html, html, trusted } from "./html.ts";
import { PAGE_SCRIPT } from "./page-script.ts";
import { PAGE_STYLE } from "./page-style.ts";

export const REFRESH_SECONDS = 15;
const EVENTS = "/api/v1/events";

interface PageParts {
  readonly title: string;
  readonly header: Html;
  readonly main: Html;
  readonly footer: Html;
  readonly version: string;
  /** Where it hears that something has changed. */
  readonly events?: string;
}

/** What every page has around its content. It asks for nothing but itself and what has changed, and needs no script. */
export function pageFrame({ title, header, main, footer, version, events = EVENTS }: PageParts): string {
  return html`<!doctype html>
<html lang="en" data-refresh="${REFRESH_SECONDS}" data-events="${events}">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<noscript><meta http-equiv="refresh" content="${REFRESH_SECONDS}"></noscript>
<title>${title}</title>
<style>${trusted(PAGE_STYLE)}</style>
</head>
<body>
<a class="skip" href="#content">Skip to the quotas</a>
<p id="stale" role="status" hidden>The daemon does not answer. What stands here is old; it is renewed as soon as there is an answer.</p>
<header>
${header}
</header>
<main id="content" tabindex="-1">
${main}
</main>
<footer>
${footer}
<p>llm-quota-exporter ${version}</p>
</footer>
<script>${trusted(PAGE_SCRIPT)}</script>
</body>
</html>
`.text;
}
