import { formatDuration } from "../quota/duration.ts";
import { chart } from "./backtest-chart.ts";
import type { Page, Track, Worth } from "./backtest-track.ts";
import { terminalText } from "./terminal-text.ts";

/** What the pages of the daemon would have been, for people. No line is wider than 80 unless a name is long. */
export function backtestText(tracks: readonly Track[]): string {
  return tracks.map((track) => `${paragraph(track).map(terminalText).join("\n")}\n`).join("\n");
}

function paragraph(track: Track): string[] {
  const { account, provider, quota, enforcement, points, readings, periods, pages } = track;
  const from = points[0]?.at;
  const to = points.at(-1)?.at;
  const head = `${account} (${provider}): ${quota}${enforcement === "soft" ? ", soft: it never pages" : ""}`;
  if (from === undefined || to === undefined) return [head, "  no reading tells an amount"];
  return [
    head,
    `  ${minuteOf(from)} to ${minuteOf(to)} UTC: ${count(readings, "reading")}, ${count(periods, "period")}`,
    `  ${totals(track)}`,
    ...chart(track),
    ...pages.map((page) => `  ${pageText(page)}`),
  ];
}

function totals({ exhaustions, pages }: Track): string {
  const foretold = pages.filter(({ worth }) => worth === "in_time").length;
  const missed = exhaustions.length - foretold;
  const ranOut =
    exhaustions.length === 0
      ? "never ran out"
      : `ran out ${times(exhaustions.length)}${missed > 0 ? ` (${missed} not foretold)` : ""}`;
  if (pages.length === 0) return `${ranOut}, no page`;
  const parts = (Object.keys(WORTHS) as Worth[]).flatMap((worth) => {
    const found = pages.filter((page) => page.worth === worth).length;
    return found === 0 ? [] : [`${found} ${WORTHS[worth]}`];
  });
  return `${ranOut}, ${count(pages.length, "page")}: ${parts.join(", ")}`;
}

const WORTHS: Readonly<Record<Worth, string>> = {
  in_time: "in time",
  late: "when it had run out",
  early: "too early",
  false: "for nothing",
  open: "undecided",
};

function pageText({ begin, end, worth, exhaustedAt }: Page): string {
  const span = `page ${minuteOf(begin)} to ${end === undefined ? "the end" : minuteOf(end)}`;
  const ahead = exhaustedAt === undefined ? "" : lasting(Math.abs(exhaustedAt.getTime() - begin.getTime()) / 1000);
  switch (worth) {
    case "in_time":
      return `${span}: ${ahead} before it ran out`;
    case "late":
      return ahead === "" ? `${span}: it was empty from the start` : `${span}: ${ahead} after it ran out`;
    case "early":
      return `${span}: over when it ran out, ${ahead} after its begin`;
    case "false":
      return `${span}: nothing ran out`;
    case "open":
      return `${span}: the history ends before anything ran out`;
  }
}

const minuteOf = (at: Date) => at.toISOString().slice(0, 16).replace("T", " ");
const count = (number: number, noun: string) => `${number} ${noun}${number === 1 ? "" : "s"}`;
const times = (number: number) => (number === 1 ? "once" : `${number} times`);

/** To the minute, or to the second where it is less. */
function lasting(seconds: number): string {
  return formatDuration(seconds < 60 ? Math.round(seconds) : Math.round(seconds / 60) * 60);
}

/** The same for programs. Unknown is null. */
export function backtestDocument(tracks: readonly Track[]) {
  return {
    quotas: tracks.map(({ provider, account, quota, unit, enforcement, readings, periods, points, ...track }) => ({
      ...{ provider, account, quota, unit, enforcement, readings, periods },
      from: points[0]?.at ?? null,
      to: points.at(-1)?.at ?? null,
      exhaustions: track.exhaustions,
      pages: track.pages.map(({ begin, end, worth, exhaustedAt }) => ({
        ...{ begin, end: end ?? null, worth },
        exhausted_at: exhaustedAt ?? null,
        lead_seconds: exhaustedAt === undefined ? null : (exhaustedAt.getTime() - begin.getTime()) / 1000,
      })),
    })),
  };
}
