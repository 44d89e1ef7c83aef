import type { Observation } from "../quota/observation.ts";
import type { News } from "./read-log.ts";
import type { PlanLimits } from "./tool.ts";

/** What a log has told, as the calls of live traffic that it was. */
export function callsOf({ entries, limits }: News, now: Date): readonly Observation[] {
  const calls = entries.map(
    ({ at, model, usage }): Observation => ({
      ...{ at: new Date(at), headers: {}, usage },
      ...(model !== undefined && { model }),
    }),
  );
  const headers = limits === undefined ? {} : headersOf(limits, now);
  if (limits === undefined || Object.keys(headers).length === 0) return calls;
  return [...calls, { at: new Date(limits.at), headers, uncounted: true }];
}

/** As the provider itself tells them in the headers of an answer; a window that has ended tells nothing any more. */
function headersOf({ at, windows }: PlanLimits, now: Date): Readonly<Record<string, string>> {
  const current = windows.filter(({ minutes, resetAt = at + minutes * 60_000 }) => resetAt > now.getTime());
  return Object.fromEntries(
    current.flatMap(({ slot, usedPercent, minutes, resetAt }) => [
      [`x-codex-${slot}-used-percent`, String(usedPercent)],
      [`x-codex-${slot}-window-minutes`, String(minutes)],
      ...(resetAt === undefined ? [] : [[`x-codex-${slot}-reset-at`, String(Math.round(resetAt / 1000))]]),
    ]),
  );
}
