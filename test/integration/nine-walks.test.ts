import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { SimulatedBalance } from "../../src/demo/balance.ts";
import { deepseek } from "../../src/demo/deepseek.ts";
import { steady } from "../../src/demo/load.ts";
import { nanogpt } from "../../src/demo/nanogpt.ts";
import { startSimulator } from "../../src/demo/simulator.ts";
import type { Upstream } from "../../src/demo/upstream.ts";
import { SimulatedWindow } from "../../src/demo/window.ts";
import { BEGIN, copyState, type DrivenDaemon, startDrivenDaemon, stopTheClocks } from "../support/driven-daemon.ts";
import { parseExposition, valuesOf } from "../support/exposition.ts";
import { type LocalServer, sendJson, startServer } from "../support/json-server.ts";

const MINUTE = 60;
const HOUR = 3600;
const DAY = 86_400;
const KEY = "sk-walk-0123456789";

let stack: AsyncDisposableStack;
beforeEach(() => {
  stopTheClocks();
  stack = new AsyncDisposableStack();
});
afterEach(async () => {
  await stack.disposeAsync();
  vi.useRealTimers();
});

async function simulate(upstream: Upstream) {
  const simulator = await startSimulator(upstream);
  stack.defer(() => simulator.stop());
  return simulator;
}

interface Walked {
  readonly provider: string;
  readonly baseUrl: string;
  readonly account?: object;
  /** Further sections of the config. */
  readonly sections?: Readonly<Record<string, unknown>>;
  readonly clockError?: () => number;
}

/** The daemon on one account, read for the first time. */
async function walk({ provider, baseUrl, account = {}, sections = {}, ...clock }: Walked): Promise<DrivenDaemon> {
  const entry = { name: "main", provider, base_url: baseUrl, api_key_env: "KEY", ...account };
  const config = { ...sections, accounts: [entry] };
  const daemon = stack.use(await startDrivenDaemon({ config, env: { KEY }, ...clock }));
  await daemon.pass(15);
  return daemon;
}

/** A provider that answers whatever stands in `answers` under the path of a call, and 404 elsewhere. */
async function serve(answers: Map<string, unknown>, headers: () => Record<string, string> = () => ({})) {
  const server: LocalServer = await startServer(({ path }, response) => {
    const body = answers.get(path);
    if (typeof body === "number") sendJson(response, { detail: "refused" }, body);
    else sendJson(response, body ?? { detail: "not found" }, body === undefined ? 404 : 200, headers());
  });
  stack.use(server);
  return server;
}

const iso = (secondsFromBegin: number) => new Date(BEGIN.getTime() + secondsFromBegin * 1000).toISOString();
const USAGE = "/users/me/subscription_usage";
const MONTHLY = { usage: 10, cap: 50, remaining: 40, reset_at: iso(20 * DAY) };
/** Read in whole percents. */
const session = (percentLeft: number, resetsAt: number) => ({
  usage: 100 - percentLeft,
  cap: 100,
  remaining: percentLeft,
  reset_at: iso(resetsAt),
});
const FIVE_HOURS = { quotas: { four_hour: { period: "5h" } } };

describe("what must come out right, through the whole daemon", () => {
  it("a daily window that burns evenly to 99 % pages nobody", async () => {
    const limit = 8_640_000;
    const dailyInputTokens = new SimulatedWindow({ limit, periodSeconds: DAY, load: steady(0.99 * (limit / DAY)) });
    const { baseUrl } = await simulate(nanogpt({ key: KEY, dailyInputTokens }));
    const daemon = await walk({ provider: "nanogpt", baseUrl });
    const severities = new Set<string>();
    const fired = new Set<string>();

    for (let hour = 1; hour < 24; hour++) {
      await daemon.pass(HOUR - (hour === 1 ? 15 : 0));
      for (const name of (await daemon.stage()).firing) fired.add(name);
      for (const quota of await daemon.quotas()) severities.add(quota.severity);
    }
    await daemon.pass(HOUR - 15);
    const before = await daemon.stage();
    const left = valuesOf(await daemon.metrics(), "llm_quota_remaining", { quota: "daily_input_tokens" });
    await daemon.pass(2 * MINUTE);
    const page = await daemon.metrics();

    expect([...fired].filter((name) => name.endsWith("critical"))).toEqual([]);
    expect(severities).not.toContain("critical");
    expect(before.quotas).toEqual([expect.stringMatching(/^daily_input_tokens (ok|watch) (none|warning) binding$/)]);
    // 1 % of the limit at the end, and what is used in the five minutes since the last read.
    expect(left[0]).toBeGreaterThanOrEqual(0.01 * limit);
    expect(left[0]).toBeLessThanOrEqual(0.015 * limit);
    expect(await daemon.stage()).toEqual({ quotas: ["daily_input_tokens ok none binding"], firing: [] });
    expect(valuesOf(page, "llm_quota_resets_total", {})).toEqual([1]);
  });

  it("a 5-hour session exhausted, then two hours of failures over its reset: held, then unknown, then well", async () => {
    const answers = new Map<string, unknown>([[USAGE, { subscription: true, four_hour: session(100, 5 * HOUR) }]]);
    const { url } = await serve(answers);
    const daemon = await walk({ provider: "chutes", baseUrl: url, account: FIVE_HOURS });
    await daemon.pass(3 * HOUR);
    for (const percent of [6, 5, 4, 3, 2, 1, 0, 0]) {
      answers.set(USAGE, { subscription: true, four_hour: session(percent, 5 * HOUR) });
      await daemon.pass(5 * MINUTE);
    }
    const exhausted = await daemon.stage();
    const [since] = (await daemon.quotas()).map(({ exhausts_at }) => exhausts_at);

    answers.set(USAGE, 503);
    await daemon.pass(HOUR);
    const beforeTheReset = await daemon.stage();
    const page = await daemon.metrics();
    await daemon.pass(HOUR);
    const afterTheReset = await daemon.stage();
    answers.set(USAGE, { subscription: true, four_hour: session(100, 10 * HOUR) });
    await daemon.pass(6 * MINUTE);
    const recovered = await daemon.stage();

    expect(exhausted.quotas).toEqual(["four_hour exhausted critical binding"]);
    expect(exhausted.firing).toContain("four_hour LLMQuotaExhausted critical");
    expect(since).not.toBeNull();
    expect(beforeTheReset.quotas).toEqual(["four_hour exhausted critical"]);
    expect(beforeTheReset.firing).toEqual(["account LLMQuotaAccountUnreadable warning", ...exhausted.firing]);
    expect(valuesOf(page, "llm_quota_remaining", {})).toEqual([]);
    expect(valuesOf(page, "llm_quota_data_valid", {})).toEqual([0]);
    expect(afterTheReset).toEqual({
      quotas: ["four_hour unknown none"],
      firing: ["account LLMQuotaAccountUnreadable warning"],
    });
    expect(recovered).toEqual({ quotas: ["four_hour ok none binding"], firing: [] });
  });

  it("prepaid credits from thirty days of runway to zero and topped up: a warning, a page, an end", async () => {
    // A month of evaluations would take too long: for every minute of the timers an hour passes on the clock.
    let ahead = 0;
    const clock = () => Date.now() + ahead * 1000;
    const USD = new SimulatedBalance({ amount: 30, load: steady(1 / DAY) }, clock);
    const { baseUrl } = await simulate(deepseek({ key: KEY, balances: { USD } }));
    const sections = { poll: { interval: "1m", stale_after: "3h" } };
    const daemon = await walk({ provider: "deepseek", baseUrl, sections, clockError: () => ahead });
    const passHour = async () => {
      ahead += HOUR - MINUTE;
      await daemon.pass(MINUTE);
    };
    const days: Record<string, [number, number]> = {};

    for (let hour = 1; hour <= 30 * 24 + 4; hour++) {
      await passHour();
      if (hour % 4 > 0) continue;
      const day = Math.round(hour / 24);
      for (const { labels } of firingIn(await daemon.metrics())) {
        const name = `${labels["quota"]} ${labels["alert"]} ${labels["severity"]}`;
        days[name] = [days[name]?.[0] ?? day, day];
      }
    }
    const empty = await daemon.stage();
    USD.topUp(100);
    for (let hour = 0; hour < 3; hour++) await passHour();

    expect(days).toEqual({
      "balance_usd LLMQuotaCreditsLow warning": [23, 28],
      "balance_usd LLMQuotaCreditsLow critical": [28, 30],
      "balance_usd LLMQuotaExhausted critical": [30, 30],
    });
    expect(empty.quotas).toEqual(["balance_usd exhausted critical binding"]);
    expect(await daemon.stage()).toEqual({ quotas: ["balance_usd ok none binding"], firing: [] });
    expect(valuesOf(await daemon.metrics(), "llm_quota_topups_total", {})).toEqual([1]);
  });

  it("a subscriber with an empty wallet hears nothing of it", async () => {
    const weeklyInputTokens = new SimulatedWindow({ limit: 1000, periodSeconds: 7 * DAY, usedAtStart: 200 });
    const wallet = new SimulatedBalance({ amount: 0 });
    const { baseUrl } = await simulate(nanogpt({ key: KEY, weeklyInputTokens, wallet }));
    const daemon = await walk({ provider: "nanogpt", baseUrl });

    for (let part = 0; part < 4; part++) {
      await daemon.pass(HOUR);

      expect(await daemon.stage()).toEqual({
        quotas: ["weekly_input_tokens ok none binding", "balance unknown none"],
        firing: [],
      });
    }
    expect(valuesOf(await daemon.metrics(), "llm_quota_remaining", { quota: "balance" })).toEqual([0]);
  });

  it("a per-minute bucket at zero for a minute is no news", async () => {
    let left = "40";
    const headers = () => ({
      "x-ratelimit-limit-requests": "60",
      "x-ratelimit-remaining-requests": left,
      "x-ratelimit-reset-requests": "1m30s",
    });
    const { url } = await serve(new Map([["/models", { data: [{ id: "gpt-small" }] }]]), headers);
    const daemon = await walk({ provider: "openai", baseUrl: url, sections: { poll: { interval: "1m" } } });
    const seen = new Set<string>();

    for (let minute = 0; minute < 30; minute++) {
      left = minute === 10 ? "0" : "40";
      await daemon.pass(MINUTE);
      for (const text of Object.values(await daemon.stage()).flat()) seen.add(text);
      if (minute === 10) expect((await daemon.quotas()).map(({ remaining }) => remaining)).toEqual([0]);
    }

    expect(seen).toEqual(new Set(["requests ok none"]));
  });

  it("a restart in mid-incident goes on with the incident, as if nothing had been", async () => {
    const folder = mkdtempSync(join(tmpdir(), "llm-quota-test-walk-"));
    stack.defer(() => rmSync(folder, { recursive: true }));
    const load = [...steady(1000 / (8 * HOUR)), { fromSeconds: 9 * HOUR, perSecond: 0 }];
    const dailyInputTokens = new SimulatedWindow({ limit: 1000, periodSeconds: DAY, load });
    const { baseUrl } = await simulate(nanogpt({ key: KEY, dailyInputTokens }));
    const state = (name: string) => ({ state: { path: join(folder, name) } });
    const first = await walk({ provider: "nanogpt", baseUrl, sections: state("first.db") });
    await first.pass(9 * HOUR);
    const before = { ...(await first.stage()), quotas: await first.quotas() };
    copyState(join(folder, "first.db"), join(folder, "second.db"));
    await first.stop();

    const entry = { name: "main", provider: "nanogpt", base_url: baseUrl, api_key_env: "KEY" };
    const config = { ...state("second.db"), accounts: [entry] };
    await using second = await startDrivenDaemon({ config, env: { KEY } });
    const unread = { ...(await second.stage()), quotas: await second.quotas() };
    await second.pass(30 * MINUTE);
    const later = await second.stage();
    await second.pass(15 * HOUR);

    expect(before.firing).toContain("daily_input_tokens LLMQuotaExhausted critical");
    expect(unread).toEqual(before);
    expect(later.firing).toEqual(before.firing);
    expect((await second.quotas()).map(({ state: shown }) => shown)).toEqual(["ok"]);
    expect((await second.stage()).firing).toEqual([]);
  });

  it("one answer without the quota changes nothing that fires", async () => {
    const full = { subscription: true, monthly: MONTHLY };
    const answers = new Map<string, unknown>([[USAGE, { ...full, four_hour: session(90, 5 * HOUR) }]]);
    const { url } = await serve(answers);
    const daemon = await walk({ provider: "chutes", baseUrl: url, account: FIVE_HOURS });
    await daemon.pass(HOUR);
    answers.set(USAGE, { ...full, four_hour: session(0, 5 * HOUR) });
    await daemon.pass(10 * MINUTE);
    const before = await daemon.stage();
    answers.set(USAGE, full);
    await daemon.pass(5 * MINUTE);
    const without = await daemon.stage();
    answers.set(USAGE, { ...full, four_hour: session(0, 5 * HOUR) });
    await daemon.pass(5 * MINUTE);

    expect(before).toEqual({
      quotas: ["four_hour exhausted critical binding", "monthly ok none"],
      firing: ["four_hour LLMQuotaExhausted critical"],
    });
    expect(without).toEqual(before);
    expect(await daemon.stage()).toEqual(before);
  });

  it("two hard windows, the weekly one exhausted: one page, of the weekly", async () => {
    const weeklyInputTokens = new SimulatedWindow({ limit: 1000, periodSeconds: 7 * DAY, usedAtStart: 500 });
    const dailyInputTokens = new SimulatedWindow({ limit: 1000, periodSeconds: DAY, usedAtStart: 300 });
    const { baseUrl } = await simulate(nanogpt({ key: KEY, weeklyInputTokens, dailyInputTokens }));
    const daemon = await walk({ provider: "nanogpt", baseUrl });
    await daemon.pass(HOUR);
    weeklyInputTokens.use(500);
    await daemon.pass(10 * MINUTE);

    expect(await daemon.stage()).toEqual({
      quotas: ["weekly_input_tokens exhausted critical binding", "daily_input_tokens ok none"],
      firing: ["weekly_input_tokens LLMQuotaExhausted critical"],
    });
  });

  it("a revoked key is one page, a warning later, and the quota is unknown", async () => {
    const weeklyInputTokens = new SimulatedWindow({ limit: 1000, periodSeconds: 7 * DAY, usedAtStart: 100 });
    const simulator = await simulate(nanogpt({ key: KEY, weeklyInputTokens }));
    const daemon = await walk({ provider: "nanogpt", baseUrl: simulator.baseUrl });
    await daemon.pass(10 * MINUTE);
    await simulator.setMode("status:401");
    const seen: string[] = [];
    for (let minute = 0; minute < 60; minute++) {
      await daemon.pass(MINUTE);
      const stage = await daemon.stage();
      const text = [...stage.quotas, ...stage.firing].join(", ");
      if (text !== seen.at(-1)) seen.push(text);
    }

    // The second refusal comes ten minutes after the last good read, five before the account counts as unreadable.
    const both = "account LLMQuotaAccountUnreadable warning, account LLMQuotaCredentialRejected critical";
    expect(seen).toEqual([
      "weekly_input_tokens ok none binding",
      "weekly_input_tokens ok none binding, account LLMQuotaCredentialRejected critical",
      `weekly_input_tokens ok none binding, ${both}`,
      `weekly_input_tokens unknown none, ${both}`,
    ]);
    expect(valuesOf(await daemon.metrics(), "llm_quota_poll_failures_total", { reason: "auth" })[0]).toBeLessThan(6);
  });
});

const firingIn = (page: string) => parseExposition(page).filter(({ name }) => name === "llm_quota_alert_active");
