import { describe, expect, it } from "vitest";
import type { QuotaSnapshot } from "../../src/engine/snapshot.ts";
import { alertsOf, at, HOUR, MINUTE, only, startRun, type Told } from "../support/readings.ts";

const SPEND: Told = { quota: "spend", kind: "calendar", unit: "usd", source: "headers" };
const BUCKET: Told = { quota: "requests", kind: "rate_limit", unit: "requests", source: "headers" };

describe("a quota of which only refusals tell", () => {
  const start = () => {
    const run = startRun({ reading: SPEND });
    return { ...run, tell: (told: Told): QuotaSnapshot => only(run.observe(told)) };
  };

  it("is exhausted at the second refusal, without a number", () => {
    const run = start();

    expect(run.tell({ refused: true })).toMatchObject({ state: "ok", doubtful: true });
    run.pass(1);
    const shown = run.tell({ refused: true });

    expect(shown).toMatchObject({
      state: "exhausted",
      severity: "critical",
      binding: true,
    });
    expect(alertsOf(shown)).toEqual(["LLMQuotaExhausted critical"]);
    expect(shown.reading).not.toHaveProperty("remaining");
  });

  it("is not exhausted by one refusal that is told twice", () => {
    const run = start();
    run.tell({ refused: true });

    expect(run.tell({ refused: true })).toMatchObject({ state: "ok" });
  });

  it("is no more than a warning just before its reset", () => {
    const run = start();
    const resetAt = at(5 * MINUTE);
    run.tell({ refused: true, resetAt });
    run.pass(1);

    expect(run.tell({ refused: true, resetAt })).toMatchObject({ state: "exhausted", severity: "warning" });
  });

  it("is back after two calls that were served, not after one", () => {
    const run = start();
    const states = [
      { refused: true },
      { refused: true },
      { served: true },
      { refused: true },
      { served: true },
      { served: true },
    ].map((told) => {
      run.pass(1);
      return run.tell(told as Told).state;
    });

    expect(states).toEqual(["ok", "exhausted", "exhausted", "exhausted", "exhausted", "ok"]);
  });

  it("stays exhausted while nobody calls", () => {
    const run = start();
    run.tell({ refused: true });
    run.pass(1);
    run.tell({ refused: true });

    expect(only(run.pass(3 * HOUR))).toMatchObject({ state: "exhausted", valid: false });
  });

  it("ends well past the reset that the refusals told, though nobody calls", () => {
    const run = start();
    const resetAt = at(6 * HOUR);
    for (let call = 0; call < 2; call++) {
      run.pass(MINUTE);
      run.tell({ refused: true, resetAt });
    }

    expect(only(run.pass(6 * HOUR))).toMatchObject({ state: "exhausted", valid: false });
    expect(only(run.pass(10 * MINUTE))).toMatchObject({ state: "unknown", alerts: [] });
  });

  it("alerts nobody when it is soft", () => {
    const run = start();
    run.tell({ refused: true, enforcement: "soft" });
    run.pass(1);

    expect(run.tell({ refused: true, enforcement: "soft" })).toMatchObject({ state: "ok", severity: "none" });
  });
});

describe("a per-minute bucket of which calls are refused", () => {
  const refuse = (times: readonly number[]) => {
    const run = startRun({ reading: BUCKET });
    return times.map((time) => {
      run.pass(time - run.now());
      return only(run.observe({ refused: true, ...(time % 2 === 0 ? {} : { limit: 50, remaining: 40 }) }));
    });
  };

  it("warns in the third minute of a quarter of an hour", () => {
    const shown = refuse([10, 71, 80, 130]);

    expect(shown.map(({ state }) => state)).toEqual(["ok", "ok", "ok", "watch"]);
    expect(alertsOf(shown.at(-1) as QuotaSnapshot)).toEqual(["LLMQuotaRateLimited warning"]);
  });

  it("does not warn of a hundred refusals in two minutes", () => {
    const shown = refuse(Array.from({ length: 100 }, (_, index) => index));

    expect(new Set(shown.map(({ state }) => state))).toEqual(new Set(["ok"]));
  });

  it("does not warn of three minutes that are further apart", () => {
    expect(refuse([0, 8 * MINUTE, 16 * MINUTE]).map(({ state }) => state)).toEqual(["ok", "ok", "ok"]);
  });

  it("warns no longer when nobody has called for a quarter of an hour", () => {
    const run = startRun({ reading: BUCKET });
    for (let call = 0; call < 3; call++) {
      run.pass(MINUTE);
      run.observe({ refused: true });
    }

    expect(alertsOf(only(run.pass(14 * MINUTE)))).toEqual(["LLMQuotaRateLimited warning"]);
    expect(only(run.pass(2 * MINUTE))).toMatchObject({ state: "unknown", alerts: [] });
  });

  it("warns no longer than that, however long its numbers hold", () => {
    const run = startRun({ reading: BUCKET, account: { staleAfterSeconds: 3 * HOUR } });
    for (let call = 0; call < 3; call++) {
      run.pass(MINUTE);
      run.observe({ refused: true });
    }

    expect(only(run.pass(16 * MINUTE))).toMatchObject({ state: "ok", valid: true, alerts: [] });
  });

  it("goes on warning while a read that told so cannot be made again", () => {
    const run = startRun({ reading: { ...BUCKET, source: "api" } });
    for (let call = 0; call < 3; call++) {
      run.pass(MINUTE);
      run.read({ refused: true });
    }

    expect(alertsOf(only(run.pass(16 * MINUTE)))).toContain("LLMQuotaRateLimited warning");
  });
});
