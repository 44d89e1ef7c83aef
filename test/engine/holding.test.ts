import { describe, expect, it } from "vitest";
import type { QuotaSnapshot } from "../../src/engine/snapshot.ts";
import {
  alertsOf,
  at,
  BALANCE,
  DAY,
  FOUR_HOURS,
  falling,
  HOUR,
  MINUTE,
  only,
  quotaOf,
  type Run,
  startRun,
  type Told,
} from "../support/readings.ts";

const OTHER: Told = { ...FOUR_HOURS, quota: "other", remaining: 900 };

/** Two hours into the window, exhausted without forewarning. */
function exhaustedRun(over: Told = {}): Run {
  const run = startRun({ reading: { ...FOUR_HOURS, ...over } });
  run.pass(2 * HOUR);
  run.readEach(
    MINUTE,
    [900, 899, 0, 0].map((remaining) => ({ remaining })),
  );
  return run;
}

describe("validity", () => {
  it("ends when the last good reading is older than allowed", () => {
    const run = startRun();
    run.read({ remaining: 900 });

    expect(only(run.pass(10 * MINUTE)).valid).toBe(true);
    expect(only(run.pass(1))).toMatchObject({ valid: false, state: "unknown", lastGoodAt: at(0) });
  });

  it("comes back with a good reading", () => {
    const run = startRun();
    run.read({ remaining: 900 });
    run.pass(HOUR);

    expect(run.read({ remaining: 890 })).toMatchObject({ valid: true, state: "ok" });
  });

  it("is not prolonged by degraded readings, which change no value either", () => {
    const run = startRun();
    run.read({ remaining: 900 });
    run.pass(9 * MINUTE);
    run.read({ confidence: "degraded", limit: undefined });

    expect(only(run.pass(2 * MINUTE))).toMatchObject({ valid: false, lastGoodAt: at(0), reading: { remaining: 900 } });
  });

  it("takes rates, burn rates and forecasts with it, but no counter", () => {
    const run = startRun();
    run.readEach(MINUTE, falling(1000, 5, 30));

    expect(only(run.show())).toMatchObject({ long: { perSecond: 5 / MINUTE }, consumedTotal: 145 });
    expect(only(run.show()).forecast?.likely).toBeDefined();
    expect(only(run.pass(11 * MINUTE))).toMatchObject({
      long: { perSecond: undefined, burn: undefined },
      short: { perSecond: undefined, burn: undefined },
      forecast: undefined,
      consumedTotal: 145,
    });
  });

  it.each(["headers", "count"] as const)("of %s lasts as long as their window, and fires nothing", (source) => {
    const run = startRun({ reading: { ...FOUR_HOURS, source } });
    run.readAll([{ remaining: 900 }, { ...OTHER, source: "api" }]);
    run.pass(3 * HOUR);
    const before = quotaOf(run.readAll([{ ...OTHER, source: "api" }]), "requests");
    run.pass(HOUR);
    const after = quotaOf(run.readAll([{ ...OTHER, source: "api" }]), "requests");

    expect([before.valid, after.valid]).toEqual([true, false]);
    expect(alertsOf(after)).toEqual([]);
  });
});

describe("a passed reset", () => {
  it("leaves values as read and takes the forecast away until the next reading", () => {
    const run = startRun();
    run.pass(4 * HOUR - 31 * MINUTE);
    run.readEach(MINUTE, falling(1000, 5, 30));
    const before = only(run.show());
    const after = only(run.pass(2 * MINUTE));

    expect(before.long.burn).toBeDefined();
    expect(before.forecast).toBeDefined();
    expect(after).toMatchObject({
      valid: true,
      reading: { remaining: 850 },
      forecast: undefined,
      long: { burn: undefined },
    });
  });

  it("lets no quota bind by the forecast of the window before", () => {
    const run = startRun();
    run.pass(4 * HOUR - 31 * MINUTE);
    const read = (remaining: number) =>
      run.readAll([{ remaining }, { ...OTHER, remaining: 800, resetAt: at(30 * HOUR) }]);
    for (const { remaining } of falling(1000, 30, 28)) {
      run.pass(MINUTE);
      read(remaining ?? 0);
    }
    expect(quotaOf(run.show(), "requests").binding).toBe(true);
    run.readAll([{ remaining: 160 }, { ...OTHER, remaining: 100, resetAt: at(30 * HOUR) }]);

    expect(quotaOf(run.pass(4 * MINUTE), "other").binding).toBe(true);
  });
});

describe("what fires on a quota that cannot be read", () => {
  it("goes on while the account fails, until long after the known reset", () => {
    const run = exhaustedRun();
    run.fail("network");

    expect(only(run.pass(HOUR))).toMatchObject({ valid: false, state: "exhausted", severity: "critical" });
    run.pass(4 * HOUR + 10 * MINUTE - run.now());
    expect(only(run.show()).state).toBe("exhausted");
    expect(only(run.pass(1))).toMatchObject({ state: "unknown", severity: "none", alerts: [] });
  });

  it("goes on without end when nothing is known of a reset", () => {
    const run = exhaustedRun({ resetAt: undefined });

    expect(only(run.pass(30 * DAY))).toMatchObject({ state: "exhausted", severity: "critical" });
  });

  it("ends by a good reading", () => {
    const run = exhaustedRun();
    run.pass(HOUR);
    run.read({ remaining: 800 });
    run.pass(MINUTE);

    expect(run.read({ remaining: 800 })).toMatchObject({ state: "ok", alerts: [] });
  });

  it("goes on through degraded readings", () => {
    const run = exhaustedRun();
    run.pass(MINUTE);

    expect(run.read({ confidence: "degraded", limit: undefined })).toMatchObject({
      state: "exhausted",
      reading: { remaining: 0 },
    });
  });

  it("goes on when one answer leaves the quota out", () => {
    const run = exhaustedRun();
    run.pass(MINUTE);
    const quota = quotaOf(run.readAll([OTHER]), "requests");

    expect(quota).toMatchObject({
      present: false,
      gone: false,
      state: "exhausted",
      severity: "critical",
      doubtful: false,
    });
  });

  it("ends when good answers have left it out for a day, and the quota is gone then", () => {
    const run = exhaustedRun({ resetAt: undefined });
    const leftOut = () => {
      run.pass(HOUR);
      return quotaOf(run.readAll([OTHER]), "requests");
    };
    const hours = Array.from({ length: 26 }, leftOut);

    expect(hours.map(({ state }) => state).lastIndexOf("exhausted")).toBe(23);
    expect(hours.map(({ gone }) => gone).indexOf(true)).toBe(25);
  });

  it("does not end when one answer left it out and the account failed for a day", () => {
    const run = exhaustedRun({ resetAt: undefined });
    run.readAll([OTHER]);
    run.pass(2 * DAY);

    expect(quotaOf(run.fail("server"), "requests").state).toBe("exhausted");
  });
});

describe("a quota that good answers leave out", () => {
  const leftOutAfter = (...pauses: number[]) => {
    const run = startRun();
    run.readAll([{ remaining: 1000 }, OTHER]);
    run.pass(MINUTE);
    run.readAll([{ remaining: 900 }, OTHER]);
    return pauses.map((pause) => {
      run.pass(pause);
      return quotaOf(run.readAll([OTHER]), "requests");
    });
  };

  it.each([
    {
      name: "is not gone before a quarter of an hour",
      pauses: [0, 60, 60, 60, 700],
      gone: [false, false, false, false, false],
    },
    { name: "is not gone before three answers", pauses: [0, 1000], gone: [false, false] },
    { name: "is gone after both", pauses: [0, 60, 840], gone: [false, false, true] },
  ])("$name", ({ pauses, gone }) => {
    expect(leftOutAfter(...pauses).map((quota) => quota.gone)).toEqual(gone);
  });

  it("keeps its counters, and comes back with them", () => {
    const run = startRun();
    run.readEach(MINUTE, [{ remaining: 1000 }, { remaining: 900 }]);
    for (const pause of [0, 60, 840]) {
      run.pass(pause);
      run.readAll([OTHER]);
    }

    expect(quotaOf(run.show(), "requests")).toMatchObject({ gone: true, binding: false, consumedTotal: 100 });
    run.pass(MINUTE);
    expect(quotaOf(run.readAll([{ remaining: 890 }, OTHER]), "requests")).toMatchObject({
      gone: false,
      present: true,
      consumedTotal: 110,
    });
  });

  it("does not ask for another reading of what is no longer told", () => {
    const run = startRun();
    run.readEach(MINUTE, [{ remaining: 900 }, { remaining: 899 }, { remaining: 898 }, { remaining: 0 }]);
    expect(only(run.show()).doubtful).toBe(true);

    expect(quotaOf(run.readAll([OTHER]), "requests").doubtful).toBe(false);
  });
});

describe("stale data", () => {
  it("is told when good answers contain the quota but nothing good of it", () => {
    const run = startRun();
    run.read({ remaining: 900 });
    const alerts = Array.from({ length: 12 }, () => {
      run.pass(MINUTE);
      return alertsOf(run.read({ confidence: "degraded", limit: undefined }));
    });

    expect(alerts[9]).toEqual([]);
    expect(alerts[10]).toEqual(["LLMQuotaDataStale warning"]);
    run.pass(MINUTE);
    expect(alertsOf(run.read({ remaining: 890 }))).toEqual([]);
  });

  it("is not told while the whole account cannot be read, or the answers leave the quota out", () => {
    const run = startRun();
    run.readAll([{ remaining: 900 }, OTHER]);
    run.pass(11 * MINUTE);

    expect(quotaOf(run.fail("timeout"), "requests").alerts).toEqual([]);
    expect(quotaOf(run.readAll([OTHER]), "requests").alerts).toEqual([]);
  });

  it("is no severity of the quota", () => {
    const run = startRun();
    run.read({ confidence: "degraded", limit: undefined });
    run.pass(11 * MINUTE);

    expect(run.read({ confidence: "degraded", limit: undefined })).toMatchObject({
      state: "unknown",
      severity: "none",
    });
  });

  it("is silenced with everything else on the quota", () => {
    const run = startRun({ account: { overrides: { requests: { severity: "none" } } } });
    run.read({ remaining: 900 });
    run.pass(11 * MINUTE);

    expect(alertsOf(run.read({ confidence: "degraded", limit: undefined }))).toEqual([]);
  });
});

describe("credits", () => {
  it("keep a page while they cannot be read, for as long as that takes", () => {
    const run = startRun({ reading: BALANCE });
    run.readEach(
      MINUTE,
      [5, 4, 0, 0].map((remaining) => ({ remaining })),
    );
    const quota: QuotaSnapshot = only(run.pass(10 * DAY));

    expect(quota).toMatchObject({ valid: false, state: "exhausted", severity: "critical" });
  });

  it("that we count keep a page until they have expired, as nobody tells of them after that", () => {
    const expiresAt = at(HOUR);
    const pack: Told = { quota: "pack", kind: "credits", unit: "requests", source: "count", confidence: "estimated" };
    const run = startRun({ reading: { ...pack, limit: 3, expiresAt } });
    for (const used of [2, 3, 4]) {
      run.pass(MINUTE);
      run.observe({ used });
    }

    expect(only(run.pass(HOUR))).toMatchObject({ valid: false, state: "exhausted" });
    expect(only(run.pass(8 * MINUTE))).toMatchObject({ state: "unknown", alerts: [] });
  });
});
