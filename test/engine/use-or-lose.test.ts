import { describe, expect, it } from "vitest";
import type { QuotaSnapshot } from "../../src/engine/snapshot.ts";
import { alertsOf, at, BALANCE, DAY, HOUR, startRun, type Told } from "../support/readings.ts";

const WEEK: Told = {
  quota: "weekly",
  kind: "calendar",
  unit: "tokens",
  limit: 1000,
  resetAt: at(7 * DAY),
  periodSeconds: 7 * DAY,
};
const STALE = { staleAfterSeconds: DAY };
const last = (snapshots: readonly QuotaSnapshot[]) => snapshots.at(-1) as QuotaSnapshot;
const same = (count: number, told: Told): Told[] => Array.from({ length: count }, () => told);

/** Hours into the run at which the reminder stands. */
function remindedAt(reading: Told, series: readonly Told[]): number[] {
  const snapshots = startRun({ reading, account: STALE }).readEach(HOUR, series);
  return snapshots.flatMap(({ state }, index) => (state === "use_or_lose" ? index + 1 : []));
}

describe("the reminder that capacity lapses", () => {
  it("comes in the last quarter of an idle week, at the second reading that says so", () => {
    const [first, ...others] = remindedAt(WEEK, same(167, { remaining: 1000 }));

    expect(first).toBe(0.75 * 7 * 24 + 1);
    expect(others.at(-1)).toBe(167);
  });

  it("is an info and nothing more", () => {
    const run = startRun({ reading: WEEK, account: STALE });
    run.pass(6 * DAY);

    expect(alertsOf(last(run.readEach(HOUR, same(4, { remaining: 800 }))))).toEqual(["LLMQuotaUseOrLose info"]);
  });

  it("comes for a soft quota too, since it wants to be used", () => {
    expect(remindedAt({ ...WEEK, enforcement: "soft" }, same(160, { remaining: 1000 }))).not.toEqual([]);
  });

  it.each<{ name: string; reading: Told; remaining: number }>([
    { name: "a window shorter than a week", reading: { ...WEEK, periodSeconds: DAY }, remaining: 1000 },
    { name: "a window of which little is left", reading: WEEK, remaining: 290 },
    {
      name: "a sliding window, which loses nothing",
      reading: { ...WEEK, kind: "rolling", sliding: true },
      remaining: 1000,
    },
    { name: "a balance that does not expire", reading: { ...BALANCE, limit: 1000 }, remaining: 1000 },
    {
      name: "credits that expire in more than two weeks",
      reading: { ...BALANCE, expiresAt: at(30 * DAY) },
      remaining: 1000,
    },
    {
      name: "a limit that the config declares, as for the spend of a month",
      reading: { ...WEEK, confidence: "estimated" },
      remaining: 1000,
    },
    { name: "a limit of zero", reading: { ...WEEK, limit: 0 }, remaining: 0 },
  ])("does not come for $name", ({ reading, remaining }) => {
    expect(remindedAt(reading, same(167, { remaining }))).toEqual([]);
  });

  it("does not come when present use will take most of the rest", () => {
    const series = Array.from({ length: 160 }, (_, index) => ({ remaining: 1000 - 5.5 * index }));

    expect(remindedAt(WEEK, series)).toEqual([]);
  });

  it("comes as soon as a rate is known for credits that expire within two weeks, however late they are first seen", () => {
    expect(remindedAt({ ...BALANCE, enforcement: "soft", expiresAt: at(3 * DAY) }, same(4, { remaining: 25 }))).toEqual(
      [4],
    );
  });

  it("does not come in the last hour, when nothing can be done", () => {
    expect(remindedAt({ ...BALANCE, expiresAt: at(1.9 * HOUR) }, same(3, { remaining: 25 }))).toEqual([]);
  });

  it("ends when use catches up, and does not come again in that cycle", () => {
    const run = startRun({ reading: WEEK, account: STALE });
    run.pass(6 * DAY);
    run.readEach(HOUR, same(4, { remaining: 700 }));
    const catchingUp = [600, 500, 400, 300, 200, 100].map((remaining) => ({ remaining }));
    const reminded = run
      .readEach(HOUR, [...catchingUp, ...same(14, { remaining: 100 })])
      .map(({ state }) => state === "use_or_lose");

    expect(reminded.filter((is, index) => is !== (reminded[index - 1] ?? true))).toEqual([false]);
  });

  it("comes again in the next cycle", () => {
    const next = { remaining: 1000, resetAt: at(14 * DAY) };
    const hours = remindedAt(WEEK, [...same(167, { remaining: 1000 }), ...same(168, next)]);

    expect(hours.filter((hour, index) => hour - 1 !== hours[index - 1])).toEqual([127, 168 + 127]);
  });
});
