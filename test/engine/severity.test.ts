import { describe, expect, it } from "vitest";
import type { AccountSnapshot } from "../../src/engine/snapshot.ts";
import type { QuotaOverride } from "../../src/quota/account.ts";
import type { Reading } from "../../src/quota/reading.ts";
import { alertsOf, at, DAY, HOUR, MINUTE, quotaOf, startRun, type Told } from "../support/readings.ts";

const SESSION: Told = {
  quota: "session",
  kind: "rolling",
  unit: "ratio",
  limit: 1,
  resetAt: at(5 * HOUR),
  periodSeconds: 5 * HOUR,
};
const WEEKLY: Told = {
  quota: "weekly",
  kind: "calendar",
  unit: "ratio",
  limit: 1,
  resetAt: at(7 * DAY),
  periodSeconds: 7 * DAY,
};
const CREDITS: Told = { quota: "balance", kind: "credits", unit: "usd" };

function startAccount(overrides: Readonly<Record<string, QuotaOverride>> = {}) {
  const run = startRun({ reading: {}, account: { overrides } });
  run.pass(2 * HOUR);
  /** Reads so often that whatever is empty or full is believed. */
  const settle = (...readings: Told[]): AccountSnapshot => {
    let shown = run.show();
    for (let round = 0; round < 5; round++) {
      run.pass(MINUTE);
      shown = run.readAll(readings);
    }
    return shown;
  };
  return { run, settle };
}
const severities = ({ quotas }: AccountSnapshot) =>
  Object.fromEntries(quotas.map(({ quota, severity }) => [quota, severity]));
const bindingOf = ({ quotas }: AccountSnapshot) => quotas.flatMap(({ quota, binding }) => (binding ? [quota] : []));

const full = (reading: Told): Told => ({ ...reading, remaining: reading.limit ?? 50 });
const empty = (reading: Told): Told => ({ ...reading, remaining: 0 });
const refused = (reading: Told): Told => ({ ...reading, remaining: 0, refused: true });

describe("severity beside another quota of the account", () => {
  it("is lowered when the other is critical and comes back later", () => {
    const { settle } = startAccount();
    settle(full(SESSION), empty(WEEKLY));

    expect(severities(settle(empty(SESSION), empty(WEEKLY)))).toEqual({ session: "warning", weekly: "critical" });
  });

  it("is raised again when the other is back first", () => {
    const { settle } = startAccount();
    settle(full(SESSION), empty(WEEKLY));
    settle(empty(SESSION), empty(WEEKLY));

    expect(severities(settle(empty(SESSION), full(WEEKLY)))).toEqual({ session: "critical", weekly: "none" });
  });

  it("is not lowered for what already pages, and the later one pages too when it comes back later", () => {
    const { settle } = startAccount();
    settle(empty(SESSION), full(WEEKLY));

    expect(severities(settle(empty(SESSION), empty(WEEKLY)))).toEqual({ session: "critical", weekly: "critical" });
  });

  it("is lowered for the next episode of one that paged before", () => {
    const { run, settle } = startAccount();
    settle(empty(SESSION), full(WEEKLY));
    settle(empty(SESSION), empty(WEEKLY));
    const calm = settle({ ...SESSION, remaining: 0.15 }, empty(WEEKLY));
    run.pass(MINUTE);

    expect(quotaOf(calm, "session").state).not.toBe("exhausted");
    expect(severities(settle(empty(SESSION), empty(WEEKLY)))).toEqual({ session: "warning", weekly: "critical" });
  });

  it("is decided by the later reset when both run out in the same answer", () => {
    expect(severities(startAccount().settle(empty(SESSION), empty(WEEKLY)))).toEqual({
      session: "warning",
      weekly: "critical",
    });
  });

  it("is lowered beside a balance, which never comes back by itself", () => {
    const { settle } = startAccount();

    expect(severities(settle(empty(WEEKLY), refused(CREDITS)))).toEqual({ weekly: "warning", balance: "critical" });
  });

  it("is one page of several that never come back", () => {
    const other = { ...CREDITS, quota: "another_balance" };

    expect(severities(startAccount().settle(refused(CREDITS), refused(other)))).toEqual({
      balance: "warning",
      another_balance: "critical",
    });
  });

  it("lowers all alerts of the quota", () => {
    const { settle } = startAccount();

    expect(alertsOf(quotaOf(settle(empty(SESSION), empty(WEEKLY)), "session"))).toEqual(["LLMQuotaExhausted warning"]);
  });

  it("neither lowers nor is lowered where nobody knows when a window comes back", () => {
    const unknown = { ...SESSION, resetAt: undefined };

    expect(severities(startAccount().settle(empty(unknown), empty(WEEKLY)))).toEqual({
      session: "critical",
      weekly: "critical",
    });
  });

  it("is not lowered beside a bucket that is configured to page", () => {
    const bucket: Told = { quota: "rpm", kind: "rate_limit", unit: "requests", limit: 100, periodSeconds: 60 };
    const { settle } = startAccount({ rpm: { severity: "critical" } });

    expect(severities(settle(empty(bucket), empty(WEEKLY)))).toEqual({ rpm: "critical", weekly: "critical" });
  });

  it("stays as configured", () => {
    const { settle } = startAccount({ session: { severity: "critical" } });

    expect(severities(settle(empty(SESSION), empty(WEEKLY)))).toEqual({ session: "critical", weekly: "critical" });
  });
});

describe("a severity in the config", () => {
  it.each(["critical", "warning", "info"] as const)("of %s is that of whatever fires", (severity) => {
    const { settle } = startAccount({ weekly: { severity } });

    expect(severities(settle(empty(WEEKLY)))).toEqual({ weekly: severity });
  });

  it("of none silences the quota and leaves its state", () => {
    const { settle } = startAccount({ weekly: { severity: "none" } });

    expect(settle(empty(WEEKLY)).quotas[0]).toMatchObject({ state: "exhausted", severity: "none", alerts: [] });
  });

  it("lets a partial quota page", () => {
    const { settle } = startAccount({ weekly: { severity: "critical" } });

    expect(severities(settle(empty({ ...WEEKLY, partial: true })))).toEqual({ weekly: "critical" });
  });
});

describe("an override of what the provider tells", () => {
  it("makes a quota soft", () => {
    const { settle } = startAccount({ weekly: { enforcement: "soft" } });

    expect(settle(empty(WEEKLY)).quotas[0]).toMatchObject({ state: "watch", reading: { enforcement: "soft" } });
  });

  it.each<{ name: string; told: Told; shown: Partial<Reading> }>([
    {
      name: "gives a limit to what only tells its use",
      told: { limit: undefined, used: 400, remaining: undefined },
      shown: { limit: 1000, used: 400, confidence: "estimated" },
    },
    {
      name: "gives a limit to what has none",
      told: { limit: undefined, used: 400, remaining: undefined, unlimited: true },
      shown: { limit: 1000, used: 400, confidence: "estimated" },
    },
    {
      name: "does not go over a limit that the provider tells",
      told: { limit: 500, remaining: 100 },
      shown: { limit: 500, remaining: 100, confidence: "reported" },
    },
  ])("$name", ({ told, shown }) => {
    const run = startRun({ account: { overrides: { requests: { limit: 1000 } } } });
    const { reading } = run.read(told);

    expect(reading).toMatchObject(shown);
    expect(reading.unlimited).toBeUndefined();
  });

  it("gives the windows of rates another length", () => {
    const { settle } = startAccount({ weekly: { periodSeconds: HOUR } });

    expect(settle(full(WEEKLY)).quotas[0]).toMatchObject({
      long: { windowSeconds: 720 },
      short: { windowSeconds: 300 },
    });
  });
});

describe("the binding quota", () => {
  it.each<{ name: string; readings: Told[]; binding: string[] }>([
    {
      name: "is the lowest ratio where nothing will run out",
      readings: [
        { ...SESSION, remaining: 0.6 },
        { ...WEEKLY, remaining: 0.4 },
      ],
      binding: ["weekly"],
    },
    {
      name: "is the first by name of two alike",
      readings: [
        { ...WEEKLY, remaining: 0.5 },
        { ...SESSION, remaining: 0.5 },
      ],
      binding: ["session"],
    },
    {
      name: "is of the exhausted ones the one that comes back last",
      readings: [empty(SESSION), empty(WEEKLY)],
      binding: ["weekly"],
    },
    {
      name: "is the exhausted one beside others",
      readings: [empty(SESSION), { ...WEEKLY, remaining: 0.01 }],
      binding: ["session"],
    },
    {
      name: "is the exhausted balance beside exhausted windows",
      readings: [empty(WEEKLY), refused(CREDITS)],
      binding: ["balance"],
    },
    {
      name: "is never soft",
      readings: [{ ...SESSION, remaining: 0, enforcement: "soft" }, full(WEEKLY)],
      binding: ["weekly"],
    },
    {
      name: "is never partial",
      readings: [{ ...SESSION, remaining: 0, partial: true }, full(WEEKLY)],
      binding: ["weekly"],
    },
    {
      name: "is never a per-minute bucket",
      readings: [{ quota: "rpm", kind: "rate_limit", unit: "requests", limit: 10, remaining: 0 }, full(WEEKLY)],
      binding: ["weekly"],
    },
    {
      name: "is never unlimited",
      readings: [{ quota: "free", kind: "calendar", unit: "tokens", unlimited: true }],
      binding: [],
    },
    { name: "is never a balance of which nothing is known", readings: [empty(CREDITS)], binding: [] },
    { name: "is the only balance", readings: [full(CREDITS)], binding: ["balance"] },
  ])("$name", ({ readings, binding }) => {
    expect(bindingOf(startAccount().settle(...readings))).toEqual(binding);
  });

  it("is the one that is forecast to run out first, whatever the ratios", () => {
    const { run } = startAccount();
    let shown = run.show();
    for (let minute = 0; minute < 30; minute++) {
      run.pass(MINUTE);
      shown = run.readAll([
        { ...SESSION, unit: "tokens", limit: 1000, remaining: 900 - 10 * minute },
        { ...WEEKLY, remaining: 0.3 },
      ]);
    }

    expect(bindingOf(shown)).toEqual(["session"]);
  });

  it("is none of an account that cannot be read", () => {
    const { run, settle } = startAccount();
    settle(full(WEEKLY));

    expect(bindingOf(run.pass(HOUR))).toEqual([]);
  });
});
