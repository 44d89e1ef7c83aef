import { describe, expect, it } from "vitest";
import type { FailureReason } from "../../src/quota/failure.ts";
import { alertsOf, at, MINUTE, startRun } from "../support/readings.ts";

const GOOD = { remaining: 900 };

describe("an account that cannot be read", () => {
  it("is told after as long as its readings hold, but not sooner after the start", () => {
    const run = startRun();
    run.fail("network");

    expect(alertsOf(run.pass(10 * MINUTE - 1))).toEqual([]);
    expect(alertsOf(run.pass(1))).toEqual(["LLMQuotaAccountUnreadable warning"]);
  });

  it("is told from its last success on, and recovers with the next", () => {
    const run = startRun();
    run.pass(30 * MINUTE);
    run.readAll([GOOD]);

    expect(alertsOf(run.pass(9 * MINUTE))).toEqual([]);
    expect(run.pass(MINUTE).alerts).toEqual([
      { alert: "LLMQuotaAccountUnreadable", severity: "warning", quota: "", since: at(40 * MINUTE) },
    ]);
    expect(alertsOf(run.readAll([GOOD]))).toEqual([]);
  });
});

describe("a credential", () => {
  it.each<{ name: string; reads: (FailureReason | "good")[]; rejected: boolean }>([
    { name: "is not rejected by one refusal", reads: ["good", "auth"], rejected: false },
    { name: "is rejected by two in a row", reads: ["good", "auth", "auth"], rejected: true },
    { name: "is rejected from the start", reads: ["auth", "auth"], rejected: true },
    { name: "is not rejected by two that another failure parts", reads: ["auth", "timeout", "auth"], rejected: false },
    { name: "is not rejected by two that a success parts", reads: ["auth", "good", "auth"], rejected: false },
    { name: "stays rejected through other failures", reads: ["auth", "auth", "timeout", "network"], rejected: true },
    { name: "is good again with a good read", reads: ["auth", "auth", "good"], rejected: false },
    { name: "is not rejected for want of a plan", reads: ["not_entitled", "not_entitled"], rejected: false },
  ])("$name", ({ reads, rejected }) => {
    const run = startRun();
    const shown = reads.map((read) => {
      run.pass(MINUTE);
      return read === "good" ? run.readAll([GOOD]) : run.fail(read);
    });

    expect(shown.at(-1)?.alerts.map(({ alert, severity }) => `${alert} ${severity}`)).toEqual(
      rejected ? ["LLMQuotaCredentialRejected critical"] : [],
    );
  });
});

describe("what is known of an account", () => {
  it("begins with nothing", () => {
    expect(startRun().show()).toMatchObject({
      up: false,
      error: undefined,
      answer: undefined,
      lastSuccessAt: undefined,
      lastPollAt: undefined,
      pollsTotal: 0,
      quotas: [],
      alerts: [],
    });
  });

  it("counts polls and failures by reason, and keeps the last good answer", () => {
    const run = startRun();
    run.readAll([GOOD], { plan: "pro", subscription: "active" });
    run.pass(MINUTE);
    const shown = run.fail("server");

    expect(shown).toMatchObject({
      up: false,
      error: { reason: "server", message: "no answer" },
      answer: { plan: "pro", subscription: "active" },
      lastSuccessAt: at(0),
      lastPollAt: at(MINUTE),
      pollsTotal: 2,
      failuresTotal: { server: 1, auth: 0, bug: 0 },
    });
    expect(run.readAll([GOOD])).toMatchObject({ up: true, error: undefined, pollsTotal: 3 });
  });

  it("does not change in a snapshot once shown", () => {
    const run = startRun();
    const before = run.readAll([GOOD]);
    const copy = structuredClone(before);
    run.pass(MINUTE);
    run.fail("auth");
    run.readAll([{ remaining: 0 }]);

    expect(before).toEqual(copy);
  });
});
