import { describe, expect, it } from "vitest";
import type { AccountSnapshot } from "../../src/engine/snapshot.ts";
import { at, DAY, HOUR, MINUTE, quotaOf, type Run, startRun, type Told } from "../support/readings.ts";

/** `alert severity` of everything that fires, with its quota. */
const firing = ({ alerts, quotas }: AccountSnapshot) =>
  [...alerts, ...quotas.flatMap((quota) => quota.alerts)].map(
    ({ alert, severity, quota }) => `${quota || "account"} ${alert} ${severity}`,
  );

/** First and last minute of everything that fires. */
function episodes() {
  const seen: Record<string, [number, number]> = {};
  return {
    seen,
    note(run: Run) {
      const minute = run.now() / MINUTE;
      for (const name of firing(run.show())) seen[name] = [seen[name]?.[0] ?? minute, minute];
    },
  };
}

const SESSION: Told = {
  quota: "session",
  kind: "rolling",
  unit: "ratio",
  limit: 1,
  periodSeconds: 5 * HOUR,
  resetAt: at(5 * HOUR),
};
const WEEKLY: Told = {
  quota: "weekly",
  kind: "calendar",
  unit: "ratio",
  limit: 1,
  periodSeconds: 7 * DAY,
  resetAt: at(7 * DAY),
};
const CREDITS: Told = { quota: "balance", kind: "credits", unit: "usd" };

describe("what must come out right from end to end", () => {
  it("a daily window that burns evenly to 99 % pages nobody", () => {
    const run = startRun({
      reading: { ...WEEKLY, unit: "requests", limit: 5000, periodSeconds: DAY, resetAt: at(DAY) },
    });
    const { seen, note } = episodes();
    for (let minute = 5; minute <= 24 * 60; minute += 5) {
      run.pass(5 * MINUTE);
      const used = Math.round((0.99 * 5000 * minute) / (24 * 60));
      run.readAll([{ remaining: 5000 - used, resetAt: at(DAY) }]);
      note(run);
    }
    run.pass(5 * MINUTE);
    run.readAll([{ remaining: 5000, resetAt: at(2 * DAY) }]);
    note(run);

    expect(Object.keys(seen).filter((name) => name.endsWith("critical"))).toEqual([]);
    expect(firing(run.show())).toEqual([]);
  });

  it("a session exhausted, then two hours of failures over its reset: held, then unknown, then well", () => {
    const run = startRun({ reading: SESSION });
    run.pass(3 * HOUR);
    for (const remaining of [0.06, 0.05, 0.04, 0.03, 0.02, 0.01, 0, 0]) {
      run.pass(5 * MINUTE);
      run.readAll([{ remaining }]);
    }
    run.pass(HOUR - 5 * MINUTE);
    const shown: string[] = [];
    for (let minute = 0; minute < 120; minute += 5) {
      run.pass(5 * MINUTE);
      const { quotas } = run.fail("server");
      shown.push(quotas[0]?.state ?? "none");
    }

    const ended = shown.indexOf("unknown");
    expect(new Set(shown.slice(0, ended))).toEqual(new Set(["exhausted"]));
    expect(new Set(shown.slice(ended))).toEqual(new Set(["unknown"]));
    expect(run.now() - (shown.length - ended - 1) * 5 * MINUTE).toBeGreaterThan(5 * HOUR + 10 * MINUTE);
    expect(firing(run.show())).toEqual(["account LLMQuotaAccountUnreadable warning"]);
    const after = run.readAll([{ remaining: 1, resetAt: undefined }]);
    expect([firing(after), after.quotas[0]?.state]).toEqual([[], "ok"]);
  });

  it("prepaid credits from thirty days of runway to zero and topped up: a warning, a page, an end", () => {
    const run = startRun({ reading: CREDITS, account: { staleAfterSeconds: 3 * HOUR } });
    const { seen, note } = episodes();
    let left = 30;
    for (let hour = 0; left > 0; hour++) {
      run.pass(HOUR);
      left = 30 - hour / 24;
      run.readAll([{ remaining: Math.max(0, left) }]);
      note(run);
    }
    for (const remaining of [0, 100, 100]) {
      run.pass(HOUR);
      run.readAll([{ remaining }]);
    }
    const days = Object.fromEntries(
      Object.entries(seen).map(([name, minutes]) => [name, minutes.map((minute) => Math.round(minute / 1440))]),
    );

    expect(days).toEqual({
      "balance LLMQuotaCreditsLow warning": [23, 28],
      "balance LLMQuotaCreditsLow critical": [28, 30],
      "balance LLMQuotaExhausted critical": [30, 30],
    });
    expect(firing(run.show())).toEqual([]);
  });

  it("a subscriber with an empty wallet hears nothing of it", () => {
    const run = startRun({ reading: {} });
    const { seen, note } = episodes();
    for (let minute = 0; minute < 60; minute++) {
      run.pass(MINUTE);
      run.readAll(
        [
          { ...WEEKLY, remaining: 0.8 },
          { ...CREDITS, remaining: 0, enforcement: "soft" },
        ],
        { subscription: "active" },
      );
      note(run);
    }

    expect(seen).toEqual({});
    expect(quotaOf(run.show(), "balance")).toMatchObject({ state: "unknown", severity: "none", binding: false });
  });

  it("a per-minute bucket at zero for a minute is no news", () => {
    const run = startRun({
      reading: { quota: "rpm", kind: "rate_limit", unit: "requests", limit: 60, periodSeconds: 60 },
    });
    const { seen, note } = episodes();
    for (let seconds = 0; seconds < 30 * MINUTE; seconds += 15) {
      run.pass(15);
      const remaining = seconds >= 600 && seconds < 660 ? 0 : 40;
      run.readAll([{ remaining, resetAt: at(run.now() + 30) }]);
      note(run);
    }

    expect(seen).toEqual({});
  });

  it("one answer without the quota changes nothing that fires", () => {
    const run = startRun({ reading: {} });
    run.pass(2 * HOUR);
    const shown = [1, 0.9, 0, 0, undefined, 0].map((remaining) => {
      run.pass(MINUTE);
      return run.readAll([
        { ...WEEKLY, remaining: 0.9 },
        ...(remaining === undefined ? [] : [{ ...SESSION, remaining }]),
      ]);
    });

    expect(shown.slice(3).map(firing)).toEqual(Array.from({ length: 3 }, () => ["session LLMQuotaExhausted critical"]));
    expect(new Set(shown.slice(3).map((account) => quotaOf(account, "session").alerts[0]?.since.getTime())).size).toBe(
      1,
    );
  });

  it("two hard windows, the weekly one exhausted: one page, of the weekly", () => {
    const run = startRun({ reading: {} });
    run.pass(HOUR);
    const shown = [0.5, 0.5, 0, 0, 0].map((remaining) => {
      run.pass(MINUTE);
      return run.readAll([
        { ...SESSION, remaining: 0.7 },
        { ...WEEKLY, remaining },
      ]);
    });
    const last = shown.at(-1);

    expect(last && firing(last)).toEqual(["weekly LLMQuotaExhausted critical"]);
    expect(last?.quotas.map(({ quota, binding }) => [quota, binding])).toEqual([
      ["session", false],
      ["weekly", true],
    ]);
  });

  it("a revoked key is one page, a warning later, and the quota is unknown", () => {
    const run = startRun({ reading: WEEKLY });
    run.readAll([{ remaining: 0.9 }]);
    const { seen, note } = episodes();
    for (let minute = 1; minute <= 15; minute++) {
      run.pass(MINUTE);
      run.fail("auth");
      note(run);
    }

    expect(seen).toEqual({
      "account LLMQuotaCredentialRejected critical": [2, 15],
      "account LLMQuotaAccountUnreadable warning": [10, 15],
    });
    expect(quotaOf(run.show(), "weekly")).toMatchObject({ state: "unknown", valid: false });
  });
});
