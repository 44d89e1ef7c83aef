import { describe, expect, it } from "vitest";
import { addPoint, emptySeries, forgetAfter, lastSpan } from "../../src/engine/series.ts";

const HOUR = 3600;

/** One unit and one active second for every second. */
function everySecond(step: number, until: number, span: number) {
  const series = emptySeries();
  for (let at = 0; at <= until; at += step) addPoint(series, at, at, at, span);
  return series;
}

describe("a series", () => {
  it("has no span before its second point", () => {
    const series = emptySeries();
    expect(lastSpan(series, 60)).toBeUndefined();
    addPoint(series, 0, 0, 0, HOUR);

    expect(lastSpan(series, 60)).toBeUndefined();
  });

  it("measures between its points", () => {
    expect(lastSpan(everySecond(60, 600, HOUR), 90)).toEqual({ consumed: 90, active: 90, seconds: 90 });
  });

  it("measures what it has when more is asked for", () => {
    expect(lastSpan(everySecond(60, 600, HOUR), HOUR)).toEqual({ consumed: 600, active: 600, seconds: 600 });
  });

  it("stays small, covers its span and keeps the newest point exactly", () => {
    const series = everySecond(1, 10 * HOUR, HOUR);

    expect(series.at.length).toBeLessThan(120);
    expect(series.at.at(-1)).toBe(10 * HOUR);
    expect(lastSpan(series, HOUR)).toEqual({ consumed: HOUR, active: HOUR, seconds: HOUR });
  });

  it("measures nothing over no time", () => {
    const series = emptySeries();
    addPoint(series, 0, 0, 0, HOUR);
    addPoint(series, 0, 5, 0, HOUR);

    expect(lastSpan(series, 60)).toEqual({ consumed: 0, active: 0, seconds: 0 });
  });

  it("forgets what lies after a clock that was set back, and counts neither its use nor its time", () => {
    const series = everySecond(60, 600, HOUR);
    forgetAfter(series, 300, 600, 600);
    addPoint(series, 360, 660, 660, HOUR);

    expect(series.at.at(-1)).toBe(360);
    expect(lastSpan(series, 120)).toEqual({ consumed: 120, active: 120, seconds: 120 });
  });
});
