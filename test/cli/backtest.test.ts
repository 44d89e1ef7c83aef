import { describe, expect, it } from "vitest";
import { backtestDocument, backtestText } from "../../src/cli/backtest-text.ts";
import { trackAccount } from "../../src/cli/backtest-track.ts";
import { ENGINE_DEFAULTS } from "../../src/engine/settings.ts";
import type { Account, ReadOutcome } from "../../src/quota/account.ts";
import { aReading, inSeconds, NOW } from "../support/snapshot.ts";

const ACCOUNT: Account = {
  provider: "nanogpt",
  account: "main",
  labels: {},
  intervalSeconds: 300,
  staleAfterSeconds: 900,
  overrides: {},
};
const HOUR = 3600;
const DAY = 24 * HOUR;
const LIMIT = 1000;

/** One day-long window after another, of which each uses so much an hour. */
function days(...perHour: readonly number[]): ReadOutcome[] {
  return perHour.flatMap((use, day) =>
    Array.from({ length: DAY / 300 }, (_, index): ReadOutcome => {
      const since = index * 300;
      const at = inSeconds(day * DAY + since);
      const remaining = Math.max(0, LIMIT - (use * since) / HOUR);
      const reading = aReading({
        ...{ readAt: at, limit: LIMIT, remaining, periodSeconds: DAY, resetAt: inSeconds((day + 1) * DAY) },
        unit: "requests",
      });
      return { ok: true, at, seconds: 0, answer: { metered: true, readings: [reading] } };
    }),
  );
}
const track = (outcomes: readonly ReadOutcome[], account = ACCOUNT) => trackAccount(account, outcomes, ENGINE_DEFAULTS);

describe("a history that runs out on its second day", () => {
  const [one] = track(days(10, 100, 10));

  it("is counted", () => {
    expect(one).toMatchObject({ readings: 864, periods: 3, limit: LIMIT });
    expect(one?.exhaustions).toEqual([inSeconds(DAY + 10 * HOUR)]);
  });

  it("was paged before, until the reset", () => {
    expect(one?.pages).toHaveLength(1);
    expect(one?.pages).toMatchObject([
      { worth: "in_time", exhaustedAt: inSeconds(DAY + 10 * HOUR), end: inSeconds(2 * DAY) },
    ]);
    expect(one?.pages[0]?.begin.getTime()).toBeLessThan(inSeconds(DAY + 9 * HOUR).getTime());
  });

  it("is told in lines that fit a terminal", () => {
    const text = backtestText(one === undefined ? [] : [one]);
    const lines = text.split("\n");

    expect(lines[0]).toBe("main (nanogpt): weekly_input_tokens");
    expect(lines[1]).toBe("  2026-11-21 23:00 to 2026-11-24 22:55 UTC: 864 readings, 3 periods");
    expect(lines[2]).toBe("  ran out once, 1 page: 1 in time");
    expect(lines.filter((line) => line.length > 80)).toEqual([]);
    expect(text).toMatch(/\n {3}pages \| +P-+\n/);
    expect(text).toMatch(/\n ran out \| +x+\n/);
    expect(text).toMatch(/ {2}page 2026-11-2\d \d\d:\d\d to 2026-11-23 23:00: \d+h(\d+m)? before it ran out\n$/);
  });

  it("is told to programs", () => {
    expect(JSON.parse(JSON.stringify(backtestDocument(one === undefined ? [] : [one])))).toMatchObject({
      quotas: [
        {
          ...{ provider: "nanogpt", account: "main", quota: "weekly_input_tokens", unit: "requests" },
          ...{ readings: 864, periods: 3, from: NOW.toISOString(), exhaustions: ["2026-11-23T09:00:00.000Z"] },
          pages: [{ worth: "in_time", exhausted_at: "2026-11-23T09:00:00.000Z", end: "2026-11-23T23:00:00.000Z" }],
        },
      ],
    });
  });
});

it("nothing is paged for even use that lasts, and the text says so", () => {
  const tracks = track(days(20, 30, 20));

  expect(tracks.map(({ pages, exhaustions }) => [pages, exhaustions])).toEqual([[[], []]]);
  expect(backtestText(tracks).split("\n")[2]).toBe("  never ran out, no page");
});

it("a use that stops after the page makes it one for nothing", () => {
  const hours = days(10, 100, 10).filter(({ at }) => at < inSeconds(2 * DAY));
  // From the tenth hour of the second day on nobody uses anything.
  const stopped = hours.map((outcome): ReadOutcome => {
    const since = (outcome.at.getTime() - inSeconds(DAY).getTime()) / 1000;
    if (!outcome.ok || since < 8 * HOUR) return outcome;
    const readings = outcome.answer.readings.map((reading) => ({ ...reading, remaining: 200 }));
    return { ...outcome, answer: { ...outcome.answer, readings } };
  });
  const [one] = track(stopped);

  expect(one?.exhaustions).toEqual([]);
  expect(one?.pages.map(({ worth }) => worth)).toEqual(["false"]);
  expect(backtestText(one === undefined ? [] : [one])).toContain("1 page: 1 for nothing\n");
});

it("a severity of the config counts", () => {
  const silenced = { ...ACCOUNT, overrides: { weekly_input_tokens: { severity: "warning" as const } } };

  expect(track(days(10, 100), silenced)).toMatchObject([{ pages: [], exhaustions: [inSeconds(DAY + 10 * HOUR)] }]);
  expect(backtestText(track(days(10, 100), silenced))).toContain("  ran out once (1 not foretold), no page\n");
});

it("a page that is still on at the end is undecided", () => {
  const [one] = track(days(10, 100).filter(({ at }) => at < inSeconds(DAY + 9.5 * HOUR)));

  expect(one?.pages.at(-1)).toMatchObject({ worth: "open", end: undefined, exhaustedAt: undefined });
});

it("without a reading there is nothing to tell", () => {
  expect(track([])).toEqual([]);
});
