/** The look of what only the page about one account has. */
export const CHART_STYLE = `
nav[aria-label="Back"] { margin-bottom: 0.5rem; font-size: 0.875rem; }
.reason { margin: 0.25rem 0 0; }
.detail { display: grid; grid-template-columns: minmax(0, 5fr) minmax(0, 9fr); gap: 0.75rem 2rem; margin-top: 0.75rem; }
.big { margin: 0; font-size: 1.1875rem; font-weight: 600; line-height: 1.35; }
dl { margin: 0.75rem 0 0; font-size: 0.875rem; }
dl > div { display: grid; grid-template-columns: 8.5rem minmax(0, 1fr); gap: 0.75rem; padding: 0.1875rem 0; }
dl > div + div { border-top: 1px solid var(--line); }
dt { color: var(--muted); }
dd { margin: 0; }
details p { margin: 0; }
.columns { display: grid; grid-template-columns: repeat(auto-fit, minmax(min(100%, 24rem), 1fr)); gap: 0 0.875rem; }
.columns ul, main > ul { margin: 0.5rem 0 0; padding-left: 1.125rem; }
figure { margin: 0; min-width: 0; }
figcaption { margin-top: 0.25rem; font-size: 0.8125rem; color: var(--muted); }
.axis { display: flex; justify-content: space-between; margin-top: 0.1875rem; font-size: 0.75rem; color: var(--muted); }
.chart { display: block; width: 100%; height: 11.5rem; border-radius: 4px; background: var(--bg); overflow: hidden; }
.chart path, .chart line { fill: none; vector-effect: non-scaling-stroke; }
.chart .grid { stroke: var(--line); stroke-width: 1; }
.chart .area { fill: var(--state); fill-opacity: 0.14; }
.chart .line { stroke: var(--state); stroke-width: 2; stroke-linejoin: round; stroke-linecap: round; }
.chart .limit-line { stroke: var(--muted); stroke-width: 1.5; stroke-dasharray: 1 4; stroke-linecap: round; }
.chart .reset-line { stroke: var(--muted); stroke-width: 1; stroke-opacity: 0.55; }
.chart .now-line { stroke: var(--text); stroke-width: 1; }
.chart .fan { fill: var(--state); fill-opacity: 0.12; }
.chart .estimate { stroke: var(--state); stroke-width: 1; stroke-opacity: 0.6; }
.chart .likely { stroke: var(--state); stroke-width: 2; stroke-dasharray: 6 4; }
.chart .tick { font-size: 0.75rem; fill: var(--muted); stroke: var(--bg); stroke-width: 3; paint-order: stroke; }
.chart .left-of { text-anchor: end; }
@media (max-width: 46rem) {
  .detail { grid-template-columns: minmax(0, 1fr); }
  .chart { height: 9rem; }
}
@media (forced-colors: active) { .badge, .chip { border: 1px solid; } }
`;
