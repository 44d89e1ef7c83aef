import { describe, expect, it } from "vitest";
import type { QuotaSnapshot } from "../../src/engine/snapshot.ts";
import {
  alertsOf,
  at,
  BALANCE,
  FOUR_HOURS,
  falling,
  HOUR,
  MINUTE,
  only,
  type Run,
  startRun,
  type Told,
} from "../support/readings.ts";

const left = (...amounts: number[]): Told[] => amounts.map((remaining) => ({ remaining }));
const NEXT = { resetAt: at(8 * HOUR) };
const states = (snapshots: readonly QuotaSnapshot[]) => snapshots.map(({ state }) => state);
const last = (snapshots: readonly QuotaSnapshot[]) => snapshots.at(-1) as QuotaSnapshot;
const since = (quota: QuotaSnapshot, alert: string) => quota.alerts.find((active) => active.alert === alert)?.since;

/** Two a minute for an hour, then twelve: it would run out 133 minutes into the four hours. */
function burst(run: Run, minutes: number): QuotaSnapshot[] {
  return [...run.readEach(MINUTE, falling(1000, 2, 60)), ...run.readEach(MINUTE, falling(880, 12, minutes))];
}

describe("a window that will run out", () => {
  it("pages within fifteen minutes of a sixfold burst", () => {
    const snapshots = burst(startRun(), 30);
    const paged = snapshots.findIndex(({ severity }) => severity === "critical");

    expect(paged).toBeGreaterThan(60);
    expect(paged).toBeLessThanOrEqual(75);
  });

  it("pages at the second reading that says so, and asks for it", () => {
    const snapshots = burst(startRun(), 30);
    const paged = snapshots.findIndex(({ state }) => state === "critical");

    expect(snapshots[paged - 1]).toMatchObject({ doubtful: true });
    expect(snapshots[paged]).toMatchObject({ doubtful: false, severity: "critical" });
    expect(alertsOf(snapshots[paged] as QuotaSnapshot)).toEqual(["LLMQuotaWillExhaust critical"]);
  });

  it("pages in one piece, which ends some readings after the burst has ended", () => {
    const run = startRun();
    const paged = burst(run, 30);
    const remaining = 1000 - 120 - 360;
    const calm = run.readEach(MINUTE, falling(remaining, 0.2, 100));
    const isPage = [...paged, ...calm].map(({ severity }) => severity === "critical");

    expect(isPage.filter((page, index) => page !== (isPage[index - 1] ?? false))).toEqual([true, false]);
    expect(isPage.slice(90, 93)).toEqual([true, true, true]);
    expect(last(calm).state).toBe("ok");
  });

  it("is never more than watched when it is soft", () => {
    const run = startRun({ reading: { ...FOUR_HOURS, enforcement: "soft" } });
    const snapshots = [...burst(run, 73), ...run.readEach(MINUTE, left(4, 0, 0, 0))];

    expect(new Set(states(snapshots))).toEqual(new Set(["ok", "watch"]));
    expect(last(snapshots).severity).toBe("warning");
  });

  it("warns only when it binds a part of the models", () => {
    const run = startRun({ reading: { ...FOUR_HOURS, partial: true } });

    expect(alertsOf(last(burst(run, 30)))).toEqual(["LLMQuotaWillExhaust warning"]);
  });

  it("is watched while running out is near but not worth a page", () => {
    const snapshots = startRun().readEach(MINUTE, falling(1000, 5, 40));

    expect(last(snapshots)).toMatchObject({ state: "watch", severity: "warning" });
    expect(alertsOf(last(snapshots))).toEqual(["LLMQuotaWatch warning"]);
    expect(states(snapshots)).not.toContain("critical");
  });

  it("agrees on the milder of two states that readings in turn ask for", () => {
    const run = startRun({ reading: { ...BALANCE, limit: 100 }, account: { staleAfterSeconds: HOUR } });
    const [first, second] = run
      .readEach(0.5 * HOUR, left(62, 61.4, 60.8, 60.2, 57.1, 57, 54))
      .filter(({ alerts }) => alerts.length > 0);

    expect(alertsOf(first as QuotaSnapshot)).toEqual(["LLMQuotaCreditsLow warning"]);
    expect(second?.state).toBe("topup");
  });
});

describe("a window with nothing left", () => {
  it("is exhausted at once when recent use explains it", () => {
    const snapshots = startRun().readEach(MINUTE, falling(100, 10, 10));

    expect(last(snapshots)).toMatchObject({ state: "exhausted", severity: "critical" });
  });

  it("is believed at the second reading when nothing explains it", () => {
    const [, , , first, second] = startRun().readEach(MINUTE, left(900, 899, 898, 0, 0));

    expect(first).toMatchObject({ state: "ok", doubtful: true, alerts: [] });
    expect(second).toMatchObject({ state: "exhausted", severity: "critical", doubtful: false });
    expect(alertsOf(second as QuotaSnapshot)).toEqual(["LLMQuotaExhausted critical"]);
  });

  it("is believed at the second reading when it was so from the start", () => {
    expect(states(startRun().readEach(MINUTE, left(0, 0)))).toEqual(["ok", "exhausted"]);
  });

  it("is believed at once by a single poll of the command line", () => {
    const run = startRun({ settings: { confirm_readings: 1 } });

    expect(run.read({ remaining: 0 })).toMatchObject({ state: "exhausted", doubtful: false });
  });

  it("is what the provider says, whatever the numbers are", () => {
    const refused: Told = { remaining: 500, refused: true };

    expect(states(startRun().readEach(MINUTE, [{ remaining: 501 }, refused, refused]))).toEqual([
      "ok",
      "ok",
      "exhausted",
    ]);
  });

  it("only warns when it began too shortly before the reset to matter", () => {
    const run = startRun();
    run.pass(4 * HOUR - 11 * MINUTE);
    const snapshots = run.readEach(MINUTE, falling(80, 10, 8));

    expect(alertsOf(last(snapshots))).toEqual(["LLMQuotaExhausted warning"]);
  });

  it("goes on with the page that announced it, and ends with it at the reset", () => {
    const run = startRun();
    const announced = last(burst(run, 60));
    const exhausted = last(run.readEach(MINUTE, left(148, 136, 124, 112, 100, 88, 76, 64, 52, 40, 28, 16, 4, 0)));

    expect(alertsOf(exhausted)).toEqual(["LLMQuotaExhausted critical", "LLMQuotaWillExhaust critical"]);
    expect(since(exhausted, "LLMQuotaWillExhaust")).toEqual(since(announced, "LLMQuotaWillExhaust"));
    run.pass(4 * HOUR + 10 - run.now());
    expect(run.read({ remaining: 1000, ...NEXT })).toMatchObject({ state: "ok", alerts: [] });
  });

  it("stands as exhausted at the instant when it ran out, without a rate for the time in which nothing could be used", () => {
    const run = startRun();
    const snapshots = run.readEach(MINUTE, [...falling(100, 10, 10), ...left(...Array.from({ length: 30 }, () => 0))]);

    expect(last(snapshots).forecast).toMatchObject({ likely: at(10 * MINUTE), probability: 1, runwaySeconds: 0 });
    expect(last(snapshots).long).toEqual({ windowSeconds: 2880, perSecond: 10 / MINUTE, burn: undefined });
  });

  it.each<{ name: string; told: Told[]; expected: string[] }>([
    { name: "is back at once with a clear share", told: left(60, 60), expected: ["exhausted", "ok"] },
    {
      name: "is back after three readings with little",
      told: left(30, 30, 29, 29),
      expected: ["exhausted", "exhausted", "exhausted", "ok"],
    },
    {
      name: "is not back by one bad reading",
      told: left(900, 0, 0),
      expected: ["exhausted", "exhausted", "exhausted"],
    },
    {
      name: "is not back by one bad limit",
      told: [{ limit: 5000, remaining: 4000 }, { remaining: 0 }, { remaining: 0 }],
      expected: ["exhausted", "exhausted", "exhausted"],
    },
    {
      name: "is back with a limit that two readings tell",
      told: [
        { limit: 5000, remaining: 4000 },
        { limit: 5000, remaining: 4000 },
      ],
      expected: ["exhausted", "ok"],
    },
  ])("$name", ({ told, expected }) => {
    const run = startRun();
    run.pass(2 * HOUR);
    run.readEach(MINUTE, left(500, 499, 0, 0));

    expect(run.readEach(MINUTE, told).map(({ state }) => (state === "watch" ? "ok" : state))).toEqual(expected);
  });

  it("stays exhausted over the reset until a reading tells of it, and is not exhausted anew by answers of the old window", () => {
    const run = startRun();
    run.pass(3 * HOUR);
    run.readEach(MINUTE, left(900, 899, 0, 0));
    run.pass(4 * HOUR + 10 - run.now());

    expect(run.read({ remaining: 0 }).state).toBe("exhausted");
    expect(
      states(run.readEach(MINUTE, [{ remaining: 990, ...NEXT }, ...left(0, 0, 0), { remaining: 980, ...NEXT }])),
    ).toEqual(["ok", "ok", "ok", "ok", "ok"]);
  });

  it("does not begin between a passed reset and the answer that tells of it", () => {
    const run = startRun();
    run.pass(4 * HOUR - 5 * MINUTE);
    run.readEach(MINUTE, left(300, 295, 290, 285));
    run.pass(MINUTE + 10);

    expect(states(run.readEach(20, left(0, 0, 0)))).not.toContain("exhausted");
  });

  it("begins in the end when a provider never tells the next reset", () => {
    const run = startRun();
    run.pass(4 * HOUR - 5 * MINUTE);
    run.readEach(MINUTE, left(300, 295, 290, 285));
    const after = run.readEach(10 * MINUTE, left(250, 200, 150, 100, 80, 60, 40, 20, 0, 0));

    expect(last(after)).toMatchObject({ state: "exhausted", severity: "critical" });
  });

  it("goes on as the same incident after a reset that was a lie", () => {
    const run = startRun();
    const before = last(run.readEach(MINUTE, falling(100, 10, 10)));
    const lie = run.readEach(MINUTE, left(1000, 1000, 1000));
    const after = run.readEach(MINUTE, left(0));

    expect(states(lie).map((state) => state === "exhausted")).toEqual([true, false, false]);
    expect(last(after)).toMatchObject({ state: "exhausted", severity: "critical" });
    expect(since(last(after), "LLMQuotaExhausted")).toEqual(since(before, "LLMQuotaExhausted"));
  });
});

describe("a window without a forecast", () => {
  const noReset: Told = { ...FOUR_HOURS, resetAt: undefined };

  it("is watched below a fifth and no longer above a quarter", () => {
    const run = startRun({ reading: noReset });
    const down = run.readEach(MINUTE, left(210, 205, 199, 198));
    const up = run.readEach(MINUTE, left(240, 240, 240, 240, 260, 260, 260, 260));

    expect(states(down)).toEqual(["ok", "ok", "ok", "watch"]);
    expect(states(up)).toEqual([...Array.from({ length: 7 }, () => "watch"), "ok"]);
  });
});

describe("a quota without verdict", () => {
  it("is unlimited when the provider says that there is no cap", () => {
    const run = startRun({ reading: { quota: "requests", kind: "calendar", unit: "requests" } });

    expect(run.read({ unlimited: true })).toMatchObject({ state: "unlimited", severity: "none", alerts: [] });
  });

  it("is ok once there is a cap again", () => {
    const run = startRun();
    run.pass(2 * HOUR);
    run.readEach(MINUTE, left(900));

    expect(
      run
        .readEach(MINUTE, [{ unlimited: true, limit: undefined, resetAt: undefined }, ...left(899, 898, 897, 896)])
        .at(-1),
    ).toMatchObject({ state: "ok" });
  });

  it("is unknown while only degraded readings came", () => {
    const run = startRun({ reading: { ...FOUR_HOURS, confidence: "degraded", limit: undefined } });

    expect(run.read({})).toMatchObject({ state: "unknown", severity: "none", valid: false, lastGoodAt: undefined });
  });

  it("is ok while evidence is too thin for a rate", () => {
    expect(only(startRun().readAll([{ remaining: 900 }]))).toMatchObject({
      state: "ok",
      forecast: undefined,
      long: { perSecond: undefined, burn: undefined },
    });
  });

  it("is ok with use alone, of which nobody knows how much is left", () => {
    const run = startRun({ reading: { ...FOUR_HOURS, limit: undefined } });
    const snapshots = run.readEach(MINUTE, [{ used: 10 }, { used: 20 }, { used: 30 }, { used: 40 }]);

    expect(last(snapshots)).toMatchObject({ state: "ok", forecast: undefined, consumedTotal: 30 });
  });
});
