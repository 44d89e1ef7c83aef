import type { HistoryPoint } from "../store/store.ts";

interface Spot {
  /** Milliseconds. */
  readonly at: number;
  readonly value: number;
}

/** A history cut where nothing is known between two readings, or where a reset lies between them. */
export interface Pieces {
  readonly lines: readonly (readonly Spot[])[];
  readonly limits: readonly (readonly Spot[])[];
  /** When the windows that have ended did so. */
  readonly resets: readonly number[];
}

export function piecesOf(points: readonly HistoryPoint[], gapMs: number): Pieces {
  const lines: Spot[][] = [];
  const limits: Spot[][] = [];
  const resets: number[] = [];
  let before: HistoryPoint | undefined;
  for (const point of points) {
    const near = before !== undefined && point.at.getTime() - before.at.getTime() <= gapMs ? before : undefined;
    const reset = before && resetBetween(before, point);
    if (reset !== undefined) resets.push(reset);
    if (near === undefined || reset !== undefined) lines.push([]);
    lines.at(-1)?.push({ at: point.at.getTime(), value: point.remaining });
    addLimit(limits, point, near?.limit);
    before = point;
  }
  return { lines, limits, resets };
}

/** A limit holds until it is told anew: it changes in a step. */
function addLimit(limits: Spot[][], { at, limit }: HistoryPoint, before: number | undefined): void {
  if (limit === undefined) return;
  if (before === undefined) limits.push([]);
  else if (before !== limit) limits.at(-1)?.push({ at: at.getTime(), value: before });
  limits.at(-1)?.push({ at: at.getTime(), value: limit });
}

/** A reset time that has passed is none when nothing came back: providers tell stale ones. */
function resetBetween(before: HistoryPoint, point: HistoryPoint): number | undefined {
  const reset = before.resetAt;
  if (reset === undefined || reset <= before.at || reset > point.at) return undefined;
  return point.remaining > before.remaining ? reset.getTime() : undefined;
}
