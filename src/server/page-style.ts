import { createHash } from "node:crypto";
import { CHART_STYLE } from "./chart-style.ts";

const COLOURS = `
:root {
  color-scheme: light dark;
  --bg: #f4f6f9; --card: #fff; --text: #19212c; --muted: #566172; --line: #e1e6ed; --track: #e8ecf1; --link: #0b57a4;
  --exhausted: #a3121f; --critical: #c1301e; --topup: #9a5200; --watch: #806000; --use_or_lose: #5b3fb5;
  --unknown: #5b6675; --ok: #1b7541; --badge-text: #fff; --shadow: 0 1px 2px rgb(16 24 40 / 6%);
}
@media (prefers-color-scheme: dark) {
  :root {
    --bg: #0f1318; --card: #181e26; --text: #e6eaf0; --muted: #9daaba; --line: #2a333f; --track: #2b3541; --link: #84bdf8;
    --exhausted: #ff7b83; --critical: #ff8f6b; --topup: #f5b04d; --watch: #e8c65a; --use_or_lose: #b8a4ff;
    --unknown: #9daaba; --ok: #6fd196; --badge-text: #0f1318; --shadow: none;
  }
}
.exhausted { --state: var(--exhausted); } .critical { --state: var(--critical); } .topup { --state: var(--topup); }
.watch { --state: var(--watch); } .use_or_lose { --state: var(--use_or_lose); }
.unknown, .unreadable { --state: var(--unknown); } .ok, .unlimited { --state: var(--ok); } .plain { --state: var(--line); }
.severity-critical { --state: var(--critical); } .severity-warning { --state: var(--watch); }
.severity-info { --state: var(--use_or_lose); } .severity-none { --state: var(--unknown); }
`;

const LAYOUT = `
* { box-sizing: border-box; }
body {
  margin: 0 auto; max-width: 72rem; padding: 1.5rem 1.25rem 2.5rem; background: var(--bg); color: var(--text);
  font: 0.9375rem/1.5 system-ui, sans-serif; overflow-wrap: anywhere; font-variant-numeric: tabular-nums;
}
a { color: var(--link); text-underline-offset: 0.15em; }
:focus-visible { outline: 2px solid var(--link); outline-offset: 2px; border-radius: 3px; }
main:focus { outline: none; }
h1 { margin: 0; font-size: 1.5rem; line-height: 1.25; letter-spacing: -0.01em; }
h2 { margin: 0; font-size: 1.0625rem; }
h2 a { color: inherit; text-decoration-color: var(--muted); }
.provider { color: var(--muted); font-weight: 400; }
.summary { margin: 0.125rem 0 0; color: var(--muted); }
.muted, footer { color: var(--muted); }
header { margin-bottom: 1.25rem; }
.card {
  margin: 0 0 0.875rem; padding: 0.875rem 1.125rem; background: var(--card); border: 1px solid var(--line);
  border-left: 4px solid var(--state); border-radius: 8px; box-shadow: var(--shadow);
}
.head { display: flex; flex-wrap: wrap; gap: 0.125rem 1rem; justify-content: space-between; align-items: baseline; }
.facts { margin: 0; font-size: 0.8125rem; color: var(--muted); }
.label { display: inline-block; max-width: 100%; padding: 0 0.4rem; border: 1px solid var(--line); border-radius: 4px; }
.error { margin: 0.5rem 0 0; padding: 0.375rem 0.75rem; border-left: 3px solid var(--critical); background: var(--bg); border-radius: 4px; }
.empty { margin: 0.5rem 0 0; color: var(--muted); }
td .empty { margin: 0; }
.notice, #stale { margin: 0 0 0.875rem; padding: 0.5rem 0.875rem; border: 1px solid var(--watch); border-radius: 8px; background: var(--card); }
.chips { display: flex; flex-wrap: wrap; gap: 0.375rem; margin: 0.75rem 0 0; padding: 0; list-style: none; }
.chip {
  display: inline-flex; align-items: center; min-height: 1.75rem; padding: 0.125rem 0.75rem; border: 1px solid var(--line);
  border-radius: 999px; background: var(--card); color: var(--text); font-size: 0.8125rem; text-decoration: none; white-space: pre;
}
.chip:hover { border-color: var(--muted); }
.chip[aria-current] { border-color: var(--text); background: var(--text); color: var(--bg); font-weight: 600; }
.dot { width: 0.5625rem; height: 0.5625rem; margin-right: 0.4375rem; border-radius: 50%; background: var(--state); }
.chip[aria-current] .dot { box-shadow: 0 0 0 1.5px var(--bg); }
.skip { position: absolute; left: -100rem; }
.skip:focus { left: 1rem; top: 0.5rem; padding: 0.25rem 0.75rem; background: var(--card); }
.alerts { margin: 0.5rem 0 0; padding: 0; list-style: none; }
.alerts li { display: flex; flex-wrap: wrap; gap: 0.125rem 0.625rem; align-items: baseline; padding: 0.125rem 0; }
.alerts .badge { background: none; color: var(--state); box-shadow: inset 0 0 0 1px var(--state); }
.alerts .name { color: var(--muted); font-size: 0.8125rem; }
footer { margin-top: 1.25rem; font-size: 0.8125rem; }
footer p { margin: 0.25rem 0; max-width: 60rem; }
`;

const QUOTAS = `
table { width: 100%; margin-top: 0.625rem; border-collapse: collapse; table-layout: fixed; }
caption, .hidden { position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%); white-space: nowrap; }
th, td { padding: 0.5rem 0.875rem 0.5rem 0; text-align: left; vertical-align: top; font-weight: 400; }
thead th { padding-block: 0.125rem 0.25rem; font-size: 0.75rem; color: var(--muted); }
tbody tr { border-top: 1px solid var(--line); }
tbody tr:last-child > * { padding-bottom: 0.125rem; }
tbody th { font-weight: 600; }
.col-quota { width: 22%; } .col-state { width: 12%; } .col-left { width: 26%; } .col-reset { width: 17%; }
.quiet .col-state { width: 18%; }
.col-when { width: 8rem; } .col-took { width: 6rem; }
.note { display: block; font-size: 0.8125rem; font-weight: 400; color: var(--muted); }
.badge {
  display: inline-block; padding: 0.0625rem 0.5625rem; border-radius: 999px; background: var(--state); color: var(--badge-text);
  font-size: 0.8125rem; font-weight: 600; line-height: 1.4; white-space: nowrap; vertical-align: 0.0625em;
}
.bar { display: block; width: 100%; height: 8px; margin-top: 0.375rem; border-radius: 4px; background: var(--track); }
.bar .fill { fill: var(--state); }
.bar .mark { fill: var(--text); }
.no-bar { height: 8px; margin-top: 0.375rem; border: 1px dashed var(--muted); border-radius: 4px; }
.exhausted .bar { background: none; box-shadow: inset 0 0 0 1px var(--exhausted); }
@media (max-width: 46rem) {
  body { padding: 1rem 0.75rem 2rem; }
  .card { padding: 0.75rem 0.875rem; }
  table:not(.polls) thead { position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%); }
  table:not(.polls) tbody tr { display: grid; grid-template-columns: 1fr auto; gap: 0 0.75rem; padding: 0.625rem 0; }
  table:not(.polls) :is(th, td) { padding: 0.0625rem 0; }
  .left, .reset, .forecast { grid-column: 1 / -1; }
  table .reset { padding-top: 0.375rem; }
  .reset, .forecast { color: var(--muted); }
  .col-when { width: 5.5rem; } .col-took { width: 4.5rem; }
}
`;

/** The whole look of the pages. It is inlined, and allowed by its hash: no second request, no inline attribute. */
export const PAGE_STYLE = `${COLOURS}${LAYOUT}${QUOTAS}${CHART_STYLE}`;

/** The source expression that lets a browser use exactly this style and no other. */
export const PAGE_STYLE_SOURCE = `'sha256-${createHash("sha256").update(PAGE_STYLE).digest("base64")}'`;
