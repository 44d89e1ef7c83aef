import { shown } from "../engine/shown.ts";
import type { QuotaSnapshot } from "../engine/snapshot.ts";
import { remainingOf } from "../quota/amounts.ts";
import { formatNumber } from "../quota/format.ts";
import type { HistoryPoint } from "../store/store.ts";
import { type Frame, frameOf } from "./chart-frame.ts";
import { type Pieces, piecesOf } from "./history-pieces.ts";
import { type Html, html } from "./html.ts";
import { forecastInWords } from "./sentences.ts";

interface Charted {
  readonly quota: QuotaSnapshot;
  readonly points: readonly HistoryPoint[];
  /** Time between two reads. */
  readonly intervalSeconds: number;
  readonly now: Date;
}

/** A drawing has this many steps each way; it is then stretched to the room that there is. */
const STEPS = 1000;

/**
 * What was left over the last windows and what is expected, drawn and in words. The curve is stretched with the page,
 * the words in it are not: hence one drawing inside the other.
 */
export function historyChart(charted: Charted, id: string): Html {
  const { quota, points, now } = charted;
  if (points.length < 2) return html`<p class="empty">${whyNoCurve(charted)}</p>`;
  const frame = frameOf(charted);
  const pieces = piecesOf(points, gapOf(charted));
  const words = historyInWords(charted, pieces.resets.length);
  return html`<figure>
<svg class="chart" role="img" aria-labelledby="${id}-title" aria-describedby="${id}-desc">
<title id="${id}-title">History of ${quota.quota}</title>
<desc id="${id}-desc">${words} Forecast: ${forecastInWords(quota, now)}.</desc>
<svg viewBox="0 0 ${STEPS} ${STEPS}" preserveAspectRatio="none">
${curves(pieces, frame)}
${forecastCurves(charted, frame)}
</svg>
${marks(charted, frame)}
</svg>
<div class="axis" aria-hidden="true"><span>${dayAndTime(frame.from)}</span><span>${dayAndTime(frame.to)} UTC</span></div>
<figcaption>${words}</figcaption>
</figure>`;
}

function whyNoCurve({ quota, points }: Charted): string {
  if (points.length === 1) return "No history yet: one reading is kept.";
  const isRead = quota.lastGoodAt !== undefined;
  return isRead && remainingOf(quota.reading) === undefined
    ? "No history: the provider does not tell what is left."
    : "No history yet: no reading is kept.";
}

/** Longer than this without a reading, and nobody knows what was between: of a long history not every point is kept. */
function gapOf({ points, intervalSeconds }: Charted): number {
  const steps = points.slice(1).map(({ at }, index) => at.getTime() - (points[index] ?? { at }).at.getTime());
  const usual = steps.toSorted((one, other) => one - other)[steps.length >> 1] ?? 0;
  return 4 * Math.max(intervalSeconds * 1000, usual);
}

function curves({ lines, limits, resets }: Pieces, frame: Frame): Html {
  const base = y(0, frame);
  const areas = lines.map((line) => {
    const [first, last] = [line[0], line.at(-1)];
    return first && last ? `${pathOf([line], frame)}L${x(last.at, frame)} ${base}L${x(first.at, frame)} ${base}Z` : "";
  });
  const verticals = resets.map((at) => `M${x(at, frame)} 0V${STEPS}`);
  return html`<path class="grid" d="M0 ${base}H${STEPS}M0 ${y(frame.top / 2, frame)}H${STEPS}"/>
<path class="area" d="${areas.join("")}"/>
${verticals.length > 0 && html`<path class="reset-line" d="${verticals.join("")}"/>`}
${limits.length > 0 && html`<path class="limit-line" d="${pathOf(limits, frame)}"/>`}
<path class="line" d="${pathOf(lines, frame)}"/>`;
}

/** From what is left now to nothing at the early, likely and late instant, or to what will be left at the reset. */
function forecastCurves({ quota, now }: Charted, frame: Frame): Html | undefined {
  const { forecast, remaining, limit } = shown(quota);
  if (forecast === undefined || remaining === undefined || remaining <= 0) return undefined;
  const start: Spot = { at: quota.lastGoodAt?.getTime() ?? now.getTime(), value: remaining };
  const toZero = (instant: Date | undefined) =>
    instant === undefined ? undefined : [start, { at: instant.getTime(), value: 0 }];
  const { resetAt } = quota.reading;
  const { early, likely, late, projectedUsedRatio } = forecast;
  const lasts =
    likely === undefined && projectedUsedRatio !== undefined && limit !== undefined && resetAt !== undefined
      ? [start, { at: resetAt.getTime(), value: Math.max(0, limit * (1 - projectedUsedRatio)) }]
      : undefined;
  const path = (name: string, spots: readonly Spot[] | undefined) =>
    spots && html`<path class="${name}" d="${pathOf([cut(spots, frame)], frame)}"/>\n`;
  const [first, last] = [cut(toZero(early) ?? [], frame), cut(toZero(late) ?? [], frame)];
  const fan = first.length > 0 && last.length > 0 ? `${pathOf([[...first, ...last.toReversed()]], frame)}Z` : "";
  return html`${fan !== "" && html`<path class="fan" d="${fan}"/>\n`}${path("estimate", toZero(early))}${path("estimate", toZero(late))}${path("likely", toZero(likely) ?? lasts)}`;
}

interface Spot {
  readonly at: number;
  readonly value: number;
}

/** A straight line that leaves the frame on its right ends there. */
function cut([from, to]: readonly Spot[], frame: Frame): readonly Spot[] {
  if (from === undefined || to === undefined) return [];
  if (to.at <= frame.to) return [from, to];
  const share = (frame.to - from.at) / (to.at - from.at);
  return [from, { at: frame.to, value: from.value + (to.value - from.value) * share }];
}

/** The uprights that have a name, and how much the chart is high. */
function marks({ quota, now }: Charted, frame: Frame): Html {
  const { unit, resetAt } = quota.reading;
  const upright = (at: number, name: string, words: string, row: string) => {
    const place = ((at - frame.from) / (frame.to - frame.from)) * 100;
    if (place < 0 || place > 100) return undefined;
    const [side, shift] = place > 50 ? ["left-of", -5] : ["right-of", 5];
    const at100 = `${place.toFixed(2)}%`;
    return html`<line class="${name}" x1="${at100}" x2="${at100}" y1="0" y2="100%"/><text class="tick ${side}" x="${at100}" y="${row}" dx="${shift}">${words}</text>\n`;
  };
  return html`<text class="tick" x="0" y="14" dx="5">${formatNumber(frame.highest, unit)}</text>
${upright(now.getTime(), "now-line", "now", "96%")}${resetAt !== undefined && resetAt > now && upright(resetAt.getTime(), "reset-line", "resets", "14")}`;
}

const x = (at: number, { from, to }: Frame) => (((at - from) / (to - from)) * STEPS).toFixed(1);
const y = (value: number, { bottom, top }: Frame) => (((top - value) / (top - bottom)) * STEPS).toFixed(1);

/** SVG path data: each line is one stroke; one that is a single spot still leaves a dot. */
function pathOf(lines: readonly (readonly Spot[])[], frame: Frame): string {
  return lines
    .map((line) => {
      const spots = line.map(({ at, value }) => `${x(at, frame)} ${y(value, frame)}`);
      return spots.length === 0 ? "" : `M${spots.join("L")}${spots.length === 1 ? "h0.1" : ""}`;
    })
    .join("");
}

function historyInWords({ quota, points }: Charted, resets: number): Html {
  const values = points.map(({ remaining }) => remaining);
  const { unit } = quota.reading;
  const [most, least] = [Math.max(...values), Math.min(...values)];
  const [first] = points;
  const range =
    most === least
      ? `${formatNumber(most, unit)} left throughout`
      : `between ${formatNumber(least, unit)} and ${formatNumber(most, unit)} left`;
  const seen = resets === 0 ? "no reset seen" : `${resets} reset${resets === 1 ? "" : "s"} seen`;
  return html`Since ${first === undefined ? "" : dayAndTime(first.at.getTime())} UTC: ${range}, ${seen}.`;
}

let formatter: Intl.DateTimeFormat | undefined;

/** The formatter takes long to make, which the start of the daemon must not wait for. */
function dayAndTime(at: number): string {
  formatter ??= new Intl.DateTimeFormat("en-GB", {
    timeZone: "UTC",
    ...({ day: "numeric", month: "short", hour: "2-digit", minute: "2-digit" } as const),
  });
  return formatter.format(at);
}
