import { describe, expect, it, test } from "vitest";
import type { QuotaSnapshot } from "../../src/engine/snapshot.ts";
import { frameOf } from "../../src/server/chart-frame.ts";
import { historyChart } from "../../src/server/history-chart.ts";
import { piecesOf } from "../../src/server/history-pieces.ts";
import { historySince } from "../../src/store/history.ts";
import type { HistoryPoint } from "../../src/store/store.ts";
import { aBalance, aForecast, aQuota, aReading, inSeconds, NOW } from "../support/snapshot.ts";

const HOUR = 3600;
const DAY = 24 * HOUR;

const point = (seconds: number, remaining: number, over: Partial<HistoryPoint> = {}): HistoryPoint => ({
  at: inSeconds(seconds),
  remaining,
  limit: undefined,
  resetAt: undefined,
  ...over,
});
const ms = (seconds: number) => inSeconds(seconds).getTime();

test.each([
  [5 * HOUR, 10 * HOUR],
  [DAY, 2 * DAY],
  [60, HOUR],
  [30 * DAY, 30 * DAY],
  [undefined, 30 * DAY],
])("of a period of %s s, %s s are looked back on", (periodSeconds, expected) => {
  const reading = periodSeconds === undefined ? {} : { periodSeconds };
  expect(historySince(reading, NOW)).toEqual(inSeconds(-expected));
});

describe("the pieces of a history", () => {
  it("are cut where nothing was read for long", () => {
    const { lines } = piecesOf([point(-500, 9), point(-400, 8), point(-100, 7), point(0, 6)], 150_000);
    expect(lines).toEqual([
      [
        { at: ms(-500), value: 9 },
        { at: ms(-400), value: 8 },
      ],
      [
        { at: ms(-100), value: 7 },
        { at: ms(0), value: 6 },
      ],
    ]);
  });

  it("are cut at a reset, but not where the reset time has passed and nothing came back", () => {
    const points = [
      point(-300, 3, { resetAt: inSeconds(-250) }),
      point(-200, 2, { resetAt: inSeconds(-150) }),
      point(-100, 9, { resetAt: inSeconds(500) }),
    ];
    const { lines, resets } = piecesOf(points, 1e9);
    expect(lines.map((line) => line.map(({ value }) => value))).toEqual([[3, 2], [9]]);
    expect(resets).toEqual([ms(-150)]);
  });

  it("have a limit that changes in steps, and none where none was told", () => {
    const points = [point(-3, 1, { limit: 10 }), point(-2, 1, { limit: 8 }), point(-1, 1), point(0, 1, { limit: 8 })];
    expect(piecesOf(points, 1e9).limits).toEqual([
      [
        { at: ms(-3), value: 10 },
        { at: ms(-2), value: 10 },
        { at: ms(-2), value: 8 },
      ],
      [{ at: ms(0), value: 8 }],
    ]);
  });
});

describe("the frame", () => {
  const windowed = aQuota({ reading: aReading({ periodSeconds: 5 * HOUR, resetAt: inSeconds(2 * HOUR) }) });

  it("holds the current window from its begin to its reset, whatever is known of it", () => {
    const { from, to } = frameOf({ quota: windowed, points: [point(-60, 5)], now: NOW });
    expect(from).toBe(ms(-3 * HOUR));
    expect(to).toBe(ms(2 * HOUR + 0.02 * 5 * HOUR));
  });

  it("reaches back to the first reading, and no further", () => {
    expect(frameOf({ quota: windowed, points: [point(-8 * HOUR, 5)], now: NOW }).from).toBe(ms(-8 * HOUR));
  });

  it("of a balance reaches as far ahead as back, or a day, and not beyond the last estimate", () => {
    const balance = (late: number) => aQuota({ reading: aBalance(5), forecast: aForecast({ late: inSeconds(late) }) });
    const end = (late: number, since: number) => {
      const { from, to } = frameOf({ quota: balance(late), points: [point(-since, 5)], now: NOW });
      return Math.round((from + (to - from) / 1.02 - NOW.getTime()) / 1000);
    };
    expect(end(90 * DAY, 10 * DAY)).toBe(10 * DAY);
    expect(end(90 * DAY, HOUR)).toBe(DAY);
    expect(end(3 * DAY, 10 * DAY)).toBe(3 * DAY);
  });

  it.each([
    ["limit and what was left", [point(-1, 50, { limit: 100 })], 0, 118],
    ["what was overdrawn", [point(-1, -20, { limit: 100 })], -20, 121.6],
    ["nothing at all", [point(-1, 0)], 0, 1],
  ])("is high enough for %s", (_what, points, bottom, top) => {
    const frame = frameOf({ quota: windowed, points, now: NOW });
    expect([frame.bottom, frame.top]).toEqual([bottom, top]);
  });
});

describe("the chart", () => {
  const reading = aReading({ limit: 100, remaining: 50, periodSeconds: 1000, resetAt: inSeconds(500) });
  const points = [point(-400, 90, { limit: 100 }), point(-2, 50, { limit: 100 })];
  const chart = (over: Partial<QuotaSnapshot> = {}, history: readonly HistoryPoint[] = points) =>
    historyChart({ quota: aQuota({ reading, ...over }), points: history, intervalSeconds: 300, now: NOW }, "q").text;

  it.each([
    [[], "No history yet: no reading is kept."],
    [[point(-1, 5)], "No history yet: one reading is kept."],
  ])("is a sentence as long as there is no line to draw", (history, sentence) => {
    expect(chart({}, history)).toBe(`<p class="empty">${sentence}</p>`);
  });

  it("says so where only the use is told, of which there is no curve", () => {
    const { limit: _limit, remaining: _remaining, ...used } = reading;
    expect(chart({ reading: { ...used, used: 12 } }, [])).toBe(
      '<p class="empty">No history: the provider does not tell what is left.</p>',
    );
    expect(chart({ reading: { ...used, used: 12 }, lastGoodAt: undefined }, [])).toContain("No history yet");
  });

  it.each([
    ["is broken by an hour without readings, though a balance is looked back on for a month", 300, HOUR, 2],
    ["is whole where a reading was missed", 300, 600, 1],
    ["is whole where only one reading in a hundred is kept", 100 * 300, 100 * 600, 1],
  ])("%s", (_what, between, pause, strokes) => {
    const history = [...Array(40).keys()].map((index) => point((index - 40) * between - (index < 20 ? pause : 0), 5));
    const [, line] = /class="line" d="([^"]*)"/.exec(chart({ reading: aBalance(5) }, history)) ?? [];
    expect(line?.match(/M/g)).toHaveLength(strokes);
  });

  it("has a name and a description with its numbers", () => {
    const drawn = chart();
    expect(drawn).toContain('role="img" aria-labelledby="q-title" aria-describedby="q-desc"');
    expect(drawn).toContain('<title id="q-title">History of weekly_input_tokens</title>');
    expect(drawn).toContain(
      '<desc id="q-desc">Since 21 Nov, 22:53 UTC: between 50 and 90 left, no reset seen. Forecast: no forecast yet.</desc>',
    );
  });

  it("draws what was left, the limit, now and the reset", () => {
    const drawn = chart();
    // The window opened 500 s ago and is 1,000 s long, with 2 % of air; the limit of 100 is at 18 of 118 parts.
    expect(drawn).toContain('<path class="line" d="M98.0 237.3L488.2 576.3"/>');
    expect(drawn).toContain('<path class="limit-line" d="M98.0 152.5L488.2 152.5"/>');
    expect(drawn).toContain('<line class="now-line" x1="49.02%" x2="49.02%"');
    expect(drawn).toContain('<line class="reset-line" x1="98.04%" x2="98.04%"');
    expect(drawn).not.toMatch(/class="(?:likely|fan|estimate)"/);
  });

  it("draws the forecast from what is left to its three instants", () => {
    const forecast = aForecast({ early: inSeconds(200), likely: inSeconds(300), late: inSeconds(400) });
    const drawn = chart({ forecast });
    expect(drawn).toContain('<path class="likely" d="M488.2 576.3L784.3 1000.0"/>');
    expect(drawn).toContain('<path class="fan" d="M488.2 576.3L686.3 1000.0L882.4 1000.0L488.2 576.3Z"/>');
  });

  it("draws what will be left at the reset where it lasts", () => {
    const drawn = chart({ forecast: aForecast({ projectedUsedRatio: 0.8 }) });
    expect(drawn).toContain('<path class="likely" d="M488.2 576.3L980.4 830.5"/>');
    expect(drawn).not.toMatch(/class="(?:fan|estimate)"/);
  });

  it("cuts an estimate at the edge instead of bending it", () => {
    const drawn = chart({ forecast: aForecast({ late: inSeconds(1038) }) });
    expect(drawn).toContain('<path class="estimate" d="M488.2 576.3L1000.0 789.0"/>');
  });

  it("draws no forecast for data that is too old", () => {
    expect(chart({ valid: false, forecast: aForecast({ likely: inSeconds(300) }) })).not.toContain('class="likely"');
  });

  it("is made of plain numbers for whatever was left", () => {
    for (const value of [0, -5, 1e18, 1e-9]) {
      const drawn = chart({ reading: { ...reading, remaining: value } }, [point(-9, value), point(-3, value)]);
      expect(drawn).not.toMatch(/NaN|Infinity|undefined|e[+-]\d/);
      expect(drawn).toContain("left throughout");
    }
  });
});
