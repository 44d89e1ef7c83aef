import { createHash } from "node:crypto";

/** The whole look of the status page. It is inlined, and allowed by its hash: no second request, no inline attribute. */
export const PAGE_STYLE = `
:root {
  color-scheme: light dark;
  --bg: #f6f7f9; --card: #fff; --text: #1c2430; --muted: #5b6675; --line: #dfe3e9; --track: #e6e9ee; --link: #0b5cad;
  --exhausted: #a3121f; --critical: #c8321f; --topup: #a85800; --watch: #8a6100; --use_or_lose: #5b3fb5;
  --unknown: #5b6675; --ok: #1c7a43; --unlimited: #1c7a43; --badge-text: #fff;
}
@media (prefers-color-scheme: dark) {
  :root {
    --bg: #12161c; --card: #1b212a; --text: #e6eaf0; --muted: #9aa6b5; --line: #2d3642; --track: #303a47; --link: #7cb8f7;
    --exhausted: #ff7b83; --critical: #ff8f6b; --topup: #f5b04d; --watch: #e8c65a; --use_or_lose: #b8a4ff;
    --unknown: #9aa6b5; --ok: #6fd196; --unlimited: #6fd196; --badge-text: #12161c;
  }
}
* { box-sizing: border-box; }
body {
  margin: 0 auto; max-width: 68rem; padding: 1.25rem 1rem 2rem; background: var(--bg); color: var(--text);
  font: 0.9375rem/1.45 system-ui, sans-serif; overflow-wrap: anywhere;
}
a { color: var(--link); }
h1 { margin: 0; font-size: 1.375rem; }
h2 { margin: 0; font-size: 1.0625rem; }
h2 .provider { color: var(--muted); font-weight: 400; }
.summary { margin: 0.25rem 0 1.25rem; }
.muted, footer { color: var(--muted); }
section { margin: 0 0 1rem; padding: 0.875rem 1rem; background: var(--card); border: 1px solid var(--line); border-radius: 8px; }
.head { display: flex; flex-wrap: wrap; gap: 0.125rem 1rem; justify-content: space-between; align-items: baseline; }
.facts { margin: 0; font-size: 0.8125rem; color: var(--muted); }
.label { display: inline-block; padding: 0 0.4rem; border: 1px solid var(--line); border-radius: 4px; }
.error { margin: 0.5rem 0 0; padding: 0.375rem 0.625rem; border-left: 3px solid var(--critical); }
.empty { margin: 0.5rem 0 0; color: var(--muted); }
table { width: 100%; margin-top: 0.5rem; border-collapse: collapse; table-layout: fixed; }
caption, .hidden { position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%); white-space: nowrap; }
th, td { padding: 0.5rem 0.75rem 0.5rem 0; text-align: left; vertical-align: top; font-weight: 400; }
thead th { padding-block: 0.25rem; font-size: 0.75rem; color: var(--muted); }
tbody tr { border-top: 1px solid var(--line); }
tbody th { font-weight: 600; }
.col-quota { width: 24%; } .col-state { width: 13%; } .col-left { width: 27%; } .col-reset { width: 14%; }
.note { display: block; font-size: 0.8125rem; font-weight: 400; color: var(--muted); }
.left, .reset, .forecast { font-variant-numeric: tabular-nums; }
.badge {
  display: inline-block; padding: 0.0625rem 0.5rem; border-radius: 999px; background: var(--unknown); color: var(--badge-text);
  font-size: 0.8125rem; font-weight: 600; white-space: nowrap;
}
.bar { display: block; width: 100%; height: 8px; margin-top: 0.375rem; border-radius: 4px; background: var(--track); }
.bar .mark { fill: var(--text); }
.no-bar { height: 8px; margin-top: 0.375rem; border: 1px dashed var(--muted); border-radius: 4px; }
.exhausted .badge { background: var(--exhausted); } .critical .badge { background: var(--critical); }
.topup .badge { background: var(--topup); } .watch .badge { background: var(--watch); }
.use_or_lose .badge { background: var(--use_or_lose); } .ok .badge, .unlimited .badge { background: var(--ok); }
.exhausted .fill { fill: var(--exhausted); } .critical .fill { fill: var(--critical); } .topup .fill { fill: var(--topup); }
.watch .fill { fill: var(--watch); } .use_or_lose .fill { fill: var(--use_or_lose); } .unknown .fill { fill: var(--unknown); }
.ok .fill { fill: var(--ok); }
.exhausted .bar { background: none; box-shadow: inset 0 0 0 1px var(--exhausted); }
footer { font-size: 0.8125rem; }
footer p { margin: 0.25rem 0; }
@media (max-width: 44rem) {
  thead { position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%); }
  tbody tr { display: grid; grid-template-columns: 1fr auto; padding: 0.5rem 0; }
  th, td { padding: 0.0625rem 0; }
  .left, .reset, .forecast { grid-column: 1 / -1; }
  .reset { padding-top: 0.25rem; }
  .reset, .forecast { color: var(--muted); }
}
`;

/** The source expression that lets a browser use exactly this style and no other. */
export const PAGE_STYLE_SOURCE = `'sha256-${createHash("sha256").update(PAGE_STYLE).digest("base64")}'`;
