import { describe, expect, it } from "vitest";
import { createWatch } from "../../src/alerting/watch.ts";
import { ENGINE_DEFAULTS } from "../../src/engine/settings.ts";
import { findProvider } from "../../src/providers/registry.ts";
import type { Observation } from "../../src/quota/observation.ts";
import { createMemoryStore } from "../../src/store/memory-store.ts";
import { createIntake } from "../../src/traffic/intake.ts";
import { understandingOf } from "../providers/understood.ts";

const START = new Date("2026-11-21T12:00:00Z");
const UNIFIED = "anthropic-ratelimit-unified-";
const epochIn = (seconds: number) => `${START.getTime() / 1000 + seconds}`;

/** An account of this provider of which nothing is known but what calls to it tell. */
function start(id: string) {
  let now = START;
  const account = {
    ...{ provider: id, account: "main", labels: {}, intervalSeconds: 300, staleAfterSeconds: 900, overrides: {} },
    understand: understandingOf(findProvider(id)),
  };
  const watch = createWatch({
    accounts: [account],
    store: createMemoryStore(),
    settings: ENGINE_DEFAULTS,
    startedAt: START,
  });
  const intake = createIntake({
    accounts: [account],
    counts: { add: () => true },
    known: watch.account,
    observed: watch.observe,
    now: () => now,
  });
  /** The state of each quota after a call that came so many seconds after the start. */
  const take = (seconds: number, call: Partial<Observation>) => {
    now = new Date(START.getTime() + seconds * 1000);
    intake.take("main", { at: now, status: 200, headers: {}, ...call });
    intake.flush();
    watch.evaluate(now);
    const quotas = watch.account(account)?.quotas ?? [];
    return Object.fromEntries(quotas.map(({ reading, state }) => [reading.quota, state]));
  };
  return Object.assign(take, { shown: () => watch.account(account)?.quotas ?? [] });
}

describe("an account of which only live traffic tells", () => {
  it("is out of money at the second refusal, and has some again after two calls that were served", () => {
    const call = start("openai");
    const refused = { status: 429, error: { error: { type: "insufficient_quota", code: "credit_balance_exhausted" } } };

    expect(call(0, refused)).toEqual({ spend: "ok" });
    expect(call(60, refused)).toEqual({ spend: "exhausted" });
    expect(call(120, {})).toEqual({ spend: "exhausted" });
    expect(call(180, {})).toEqual({ spend: "ok" });
  });

  it("is never out of money for the same code at DashScope, but throttled in three minutes of a quarter of an hour", () => {
    const call = start("qwen");
    const refused = { status: 429, error: { error: { type: "insufficient_quota", code: "insufficient_quota" } } };

    expect(call(0, refused)).toEqual({ tokens: "ok" });
    expect(call(60, refused)).toEqual({ tokens: "ok" });
    expect(call(120, refused)).toEqual({ tokens: "watch" });
  });

  it("is out of its window when that is rejected, and has a new one after the reset", () => {
    const call = start("claude");
    const window = (status: string, utilization: string, reset: number) => ({
      [`${UNIFIED}5h-status`]: status,
      [`${UNIFIED}5h-utilization`]: utilization,
      [`${UNIFIED}5h-reset`]: epochIn(reset),
    });

    expect(call(0, { headers: window("allowed", "0.5", 7200) })).toEqual({ five_hour: "ok" });
    call(60, { status: 429, headers: window("rejected", "1.0", 7200) });
    expect(call(120, { status: 429, headers: window("rejected", "1.02", 7200) })).toEqual({ five_hour: "exhausted" });
    expect(call(7300, { headers: window("allowed", "0.01", 25_200) })).toEqual({ five_hour: "ok" });
  });

  it("is out of a day's requests to a model until that model answers, whatever others do", () => {
    const call = start("gemini");
    const violation = { quotaId: "RequestsPerDay", quotaDimensions: { model: "gemini-2.5-pro" }, quotaValue: "100" };
    const refused = { status: 429, error: { error: { message: "No.", details: [{ violations: [violation] }] } } };
    const quota = "gemini_2_5_pro_daily";

    call(0, { ...refused, model: "gemini-2.5-pro" });
    expect(call(60, { ...refused, model: "gemini-2.5-pro" })).toEqual({ [quota]: "exhausted" });
    for (const seconds of [70, 80, 90]) call(seconds, { model: "gemini-2.5-flash" });
    expect(call(100, { model: "gemini-2.5-pro" })).toEqual({ [quota]: "exhausted" });
    expect(call(110, { model: "gemini-2.5-pro" })).toEqual({ [quota]: "ok" });
  });

  it("has a window of its own for each model that has one, and nothing of one is taken for use of another", () => {
    const take = start("groq");
    const left = (remaining: number, limit: number) => ({
      "x-ratelimit-limit-requests": String(limit),
      "x-ratelimit-remaining-requests": String(remaining),
      "x-ratelimit-reset-requests": "5m0s",
    });

    for (let minute = 0; minute < 20; minute++) {
      take(120 * minute, { model: "large-model", headers: left(40 - minute, 50) });
      take(120 * minute + 60, { model: "small-model", headers: left(4000 - minute, 5000) });
    }

    expect(
      take.shown().map(({ reading }) => [reading.quota, reading.remaining, reading.models, reading.partial]),
    ).toEqual([
      ["requests_day", 21, ["large-model"], undefined],
      ["small_model_requests_day", 3981, ["small-model"], true],
    ]);
  });

  it("is not exhausted by a busy provider, a wrong key or a mistake of the caller", () => {
    const call = start("anthropic");
    for (const [index, status] of [529, 529, 503, 401, 401, 400, 400, 500].entries()) call(index * 60, { status });

    expect(call(600, { status: 529 })).toEqual({});
  });
});
