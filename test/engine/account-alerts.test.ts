import { describe, expect, it } from "vitest";
import { type AccountMemory, newAccountMemory, takeOutcome } from "../../src/engine/account.ts";
import { evaluateAccount } from "../../src/engine/evaluate.ts";
import { resumeAccount } from "../../src/engine/resume.ts";
import { ENGINE_DEFAULTS } from "../../src/engine/settings.ts";
import type { Account } from "../../src/quota/account.ts";
import type { Subscription } from "../../src/quota/reading.ts";
import { alertsOf, at, DAY, HOUR, MINUTE, type Run, startRun } from "../support/readings.ts";

const GOOD = { remaining: 900 };
const API_KEY = { account: { credential: "api_key" } } as const;

/** Reads every minute; `undefined` is an answer that does not say, `fail` no answer at all. */
function tell(run: Run, ...series: readonly (Subscription | "fail" | undefined)[]): string[] {
  for (const told of series) {
    run.pass(MINUTE);
    if (told === "fail") run.fail("network");
    else run.readAll([GOOD], told === undefined ? {} : { subscription: told });
  }
  return alertsOf(run.show());
}

describe("a subscription", () => {
  it.each<{ name: string; series: (Subscription | "fail" | undefined)[]; alerts: string[] }>([
    { name: "is fine while active", series: ["active", "active"], alerts: [] },
    { name: "that was never seen active has not lapsed", series: ["inactive", "inactive", "inactive"], alerts: [] },
    { name: "has not lapsed by one answer", series: ["active", "active", "inactive"], alerts: [] },
    {
      name: "has not lapsed by two answers that another parts",
      series: ["active", "active", "inactive", "active", "inactive"],
      alerts: [],
    },
    {
      name: "that one answer called active was not active",
      series: ["inactive", "inactive", "active", "inactive", "inactive"],
      alerts: [],
    },
    {
      name: "has lapsed by two answers",
      series: ["active", "active", "inactive", "inactive"],
      alerts: ["LLMQuotaSubscriptionLapsed critical"],
    },
    {
      name: "is confirmed across a read that failed",
      series: ["active", "active", "inactive", "fail", "inactive"],
      alerts: ["LLMQuotaSubscriptionLapsed critical"],
    },
    {
      name: "in grace still serves",
      series: ["active", "active", "grace", "grace"],
      alerts: ["LLMQuotaSubscriptionLapsed warning"],
    },
    {
      name: "in grace is told at first sight",
      series: ["grace", "grace"],
      alerts: ["LLMQuotaSubscriptionLapsed warning"],
    },
    { name: "in grace is not told of one answer", series: ["grace"], alerts: [] },
    {
      name: "is critical when grace has ended",
      series: ["grace", "grace", "inactive", "inactive"],
      alerts: ["LLMQuotaSubscriptionLapsed critical"],
    },
    {
      name: "stays in grace by one answer that calls it inactive",
      series: ["grace", "grace", "inactive"],
      alerts: ["LLMQuotaSubscriptionLapsed warning"],
    },
    {
      name: "stays lapsed while reads fail",
      series: ["active", "active", "inactive", "inactive", "fail", "fail", "fail"],
      alerts: ["LLMQuotaSubscriptionLapsed critical"],
    },
    {
      name: "stays lapsed while answers do not say",
      series: ["active", "active", "inactive", "inactive", undefined, undefined, undefined],
      alerts: ["LLMQuotaSubscriptionLapsed critical"],
    },
    {
      name: "stays lapsed by one answer that calls it active",
      series: ["active", "active", "inactive", "inactive", "active", "inactive"],
      alerts: ["LLMQuotaSubscriptionLapsed critical"],
    },
    {
      name: "is back by two answers",
      series: ["active", "active", "inactive", "inactive", "active", "active"],
      alerts: [],
    },
    { name: "is back from grace", series: ["active", "active", "grace", "grace", "active", "active"], alerts: [] },
  ])("$name", ({ series, alerts }) => {
    expect(tell(startRun(), ...series)).toEqual(alerts);
  });

  it("keeps the time at which its grace began when the grace ends", () => {
    const run = startRun();
    tell(run, "active", "active", "grace", "grace", "inactive", "inactive");

    expect(run.show().alerts).toEqual([
      { alert: "LLMQuotaSubscriptionLapsed", severity: "critical", quota: "", since: at(4 * MINUTE) },
    ]);
  });

  it("is forgotten after a day of good answers that do not speak of it", () => {
    const run = startRun();
    tell(run, "active", "active", "inactive", "inactive", undefined);
    run.pass(DAY - MINUTE);

    expect(tell(run, "fail")).toContain("LLMQuotaSubscriptionLapsed critical");
    expect(tell(run, undefined)).toEqual([]);
  });

  it("is not confirmed by an answer of the same instant", () => {
    const run = startRun();
    tell(run, "active", "active", "inactive");
    run.readAll([GOOD], { subscription: "inactive" });

    expect(alertsOf(run.show())).toEqual([]);
  });

  it("is known again from its memory alone", () => {
    const account: Account = {
      provider: "acme",
      account: "main",
      labels: {},
      intervalSeconds: 60,
      staleAfterSeconds: 600,
      overrides: {},
    };
    const take = (memory: AccountMemory, seconds: number, subscription: Subscription) => {
      const answer = { readings: [], metered: true, subscription };
      takeOutcome(memory, account, { ok: true, at: at(seconds), seconds: 0, answer }, ENGINE_DEFAULTS);
    };
    const before = newAccountMemory();
    for (const [minute, told] of (["active", "active", "inactive", "inactive"] as const).entries())
      take(before, minute * MINUTE, told);
    const clock = { now: at(HOUR).getTime() / 1000, startedAt: at(HOUR).getTime() / 1000 };
    evaluateAccount(before, account, { ...clock, now: at(5 * MINUTE).getTime() / 1000 }, ENGINE_DEFAULTS);

    const shown = evaluateAccount(structuredClone(before), account, clock, ENGINE_DEFAULTS);

    expect(shown.alerts).toEqual([
      { alert: "LLMQuotaSubscriptionLapsed", severity: "critical", quota: "", since: at(5 * MINUTE) },
    ]);
  });
});

describe("a credential that expires", () => {
  const expiring = (run: Run, credentialExpiresAt: Date | undefined, times = 2): string[] => {
    for (let count = 0; count < times; count++) {
      run.pass(MINUTE);
      run.readAll([GOOD], credentialExpiresAt === undefined ? {} : { credentialExpiresAt });
    }
    return alertsOf(run.show());
  };
  const SOON = at(3 * DAY);
  const LATE = at(30 * DAY);

  it("is told seven days ahead, without a further read", () => {
    const run = startRun({ account: { ...API_KEY.account, staleAfterSeconds: 60 * DAY } });
    expect(expiring(run, LATE)).toEqual([]);

    expect(alertsOf(run.pass(23 * DAY - 2 * MINUTE))).toEqual([]);
    expect(run.pass(1).alerts).toEqual([
      { alert: "LLMQuotaCredentialExpiring", severity: "warning", quota: "", since: at(23 * DAY + 1) },
    ]);
  });

  it.each<{ name: string; account: Partial<Account>; times: number; alerts: string[] }>([
    { name: "an API key", account: API_KEY.account, times: 2, alerts: ["LLMQuotaCredentialExpiring warning"] },
    { name: "an API key, but not of one answer", account: API_KEY.account, times: 1, alerts: [] },
    { name: "never a login file, as its tool renews it", account: { credential: "login_file" }, times: 5, alerts: [] },
    { name: "nothing where there is no credential", account: {}, times: 5, alerts: [] },
  ])("is told of $name", ({ account, times, alerts }) => {
    expect(expiring(startRun({ account }), SOON, times)).toEqual(alerts);
  });

  it("is still told when it has expired and reads fail", () => {
    const run = startRun(API_KEY);
    expiring(run, SOON);
    run.pass(4 * DAY);

    expect(alertsOf(run.fail("server"))).toContain("LLMQuotaCredentialExpiring warning");
  });

  it.each([
    { name: "one that expires later", next: LATE },
    { name: "one that never expires", next: undefined },
  ])("is over once two answers tell of $name", ({ next }) => {
    const run = startRun(API_KEY);
    expiring(run, SOON);

    expect(expiring(run, next, 1)).toEqual(["LLMQuotaCredentialExpiring warning"]);
    expect(expiring(run, next, 1)).toEqual([]);
  });

  it("is not told again because the time of expiry is told imprecisely", () => {
    const run = startRun(API_KEY);
    expiring(run, SOON);

    for (const seconds of [1, -2, 30, -60])
      expect(expiring(run, new Date(SOON.getTime() + seconds * 1000), 1)).toEqual([
        "LLMQuotaCredentialExpiring warning",
      ]);
  });
});

describe("a login file past its expiry", () => {
  const EXPIRY = at(HOUR);
  const start = (credential: Account["credential"] & string) => {
    const run = startRun({ account: { credential } });
    run.readAll([GOOD], { credentialExpiresAt: EXPIRY });
    return run;
  };
  const refuse = (run: Run) => {
    run.fail("auth");
    run.pass(MINUTE);
    return alertsOf(run.fail("auth"));
  };

  it("is not rejected: the account is only unreadable", () => {
    const run = start("login_file");
    run.pass(HOUR);

    expect(refuse(run)).toEqual(["LLMQuotaAccountUnreadable warning"]);
  });

  it("is not rejected where it had expired before the daemon began", () => {
    const run = startRun({ account: { credential: "login_file" } });
    for (let polls = 0; polls < 5; polls++) {
      run.fail("auth", { expired: true });
      run.pass(MINUTE);
    }
    expect(alertsOf(run.show())).toEqual([]);

    run.pass(5 * MINUTE);
    expect(alertsOf(run.fail("auth", { expired: true }))).toEqual(["LLMQuotaAccountUnreadable warning"]);
  });

  it("is rejected once two calls in a row with a renewed one are refused", () => {
    const run = startRun({ account: { credential: "login_file" } });
    run.fail("auth");
    run.fail("auth", { expired: true });
    run.fail("auth");
    expect(alertsOf(run.show())).toEqual([]);

    expect(alertsOf(run.fail("auth"))).toEqual(["LLMQuotaCredentialRejected critical"]);
  });

  it("stays rejected if it was before", () => {
    const run = start("login_file");
    refuse(run);
    run.pass(HOUR);

    expect(alertsOf(run.fail("auth"))).toContain("LLMQuotaCredentialRejected critical");
  });

  it("is rejected where it is an API key", () => {
    const run = start("api_key");
    run.pass(HOUR);

    expect(refuse(run)).toContain("LLMQuotaCredentialRejected critical");
  });
});

describe("the tokens of probes", () => {
  const probe = (inputTokens: number, outputTokens: number) => ({
    probe: { model: "small", inputTokens, outputTokens, latencyMs: 40 },
  });

  it("are counted from 0, and only what was told", () => {
    const run = startRun();
    expect(run.show().probeTokensTotal).toEqual({ input: 0, output: 0 });

    run.readAll([GOOD], probe(8, 1));
    run.pass(MINUTE);
    run.fail("timeout");
    run.pass(MINUTE);
    run.readAll([GOOD]);
    run.pass(MINUTE);
    expect(run.readAll([GOOD], probe(9, 1)).probeTokensTotal).toEqual({ input: 17, output: 2 });
  });

  it("are counted from 0 again by another process", () => {
    const before = { ...newAccountMemory(), probeTokens: { input: 17, output: 2 } };

    expect(resumeAccount(before).probeTokens).toEqual({ input: 0, output: 0 });
  });
});
