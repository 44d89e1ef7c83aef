import { anthropic } from "./anthropic.ts";
import { SimulatedBalance } from "./balance.ts";
import { SimulatedBucket } from "./bucket.ts";
import { chutes } from "./chutes.ts";
import { deepseek } from "./deepseek.ts";
import type { DemoAccount } from "./demo-config.ts";
import { DAY, HOUR, MINUTE, MONTH, WEEK } from "./demo-time.ts";
import { type Clock, type Load, steady } from "./load.ts";
import { nanogpt, nanogptLegacy } from "./nanogpt.ts";
import { ollama } from "./ollama.ts";
import { openai } from "./openai.ts";
import { openrouter } from "./openrouter.ts";
import type { ModeStep } from "./simulator.ts";
import type { Upstream } from "./upstream.ts";
import { SimulatedWindow } from "./window.ts";

interface FleetAccount extends Omit<DemoAccount, "baseUrl"> {
  readonly upstream: Upstream;
  readonly script?: readonly ModeStep[];
}

/** The accounts of the demo, each with a story of its own. */
export function fleetAccounts(clock: Clock): readonly FleetAccount[] {
  return [
    teamResearch(clock, "demo-key-1-research"),
    teamIdle(clock, "demo-key-2-idle"),
    teamWeb(clock, "demo-key-3-web"),
    batch(clock, "demo-key-4-batch"),
    flaky(clock, "demo-key-5-flaky"),
    legacySoft(clock, "demo-key-6-legacy"),
    crawler(clock, "demo-key-7-crawler"),
    contractor(clock, "demo-key-8-contractor"),
    agents(clock, "demo-key-9-agents"),
    chatBackend(clock, "demo-key-10-chat"),
    workstation(),
  ];
}

/** Runs out in 8 minutes, 12 before its reset. */
function teamResearch(clock: Clock, key: string): FleetAccount {
  const load = 6250;
  const elapsed = 4 * MINUTE;
  const dailyInputTokens = usedEvenly({ limit: load * 12 * MINUTE, period: DAY, elapsed, load }, clock);
  const dailyImages = usedEvenly({ limit: 100, period: DAY, elapsed, load: 1 / MINUTE }, clock);
  const wallet = new SimulatedBalance({ amount: 18.4 }, clock);
  return {
    name: "team-research",
    provider: "nanogpt",
    key,
    periods: { daily_input_tokens: DAY, daily_images: DAY },
    upstream: nanogpt({ key, dailyInputTokens, dailyImages, wallet }),
  };
}

/** Nobody uses it, and its week ends in half an hour. */
function teamIdle(clock: Clock, key: string): FleetAccount {
  const elapsed = WEEK - 30 * MINUTE;
  const weeklyInputTokens = usedEvenly({ limit: 60_000_000, period: WEEK, elapsed, load: 0 }, clock);
  const wallet = new SimulatedBalance({ amount: 5 }, clock);
  return {
    name: "team-idle",
    provider: "nanogpt",
    key,
    periods: { weekly_input_tokens: WEEK },
    upstream: nanogpt({ key, weeklyInputTokens, wallet }),
  };
}

/** Uses two fifths of each day and four fifths of its week. */
function teamWeb(clock: Clock, key: string): FleetAccount {
  const load = 800;
  const today = 9 * MINUTE;
  const dailyInputTokens = usedEvenly({ limit: 3_000_000, period: DAY, elapsed: today, load }, clock);
  const weeklyInputTokens = usedEvenly({ limit: 10_000_000, period: WEEK, elapsed: 2 * DAY + today, load }, clock);
  const wallet = new SimulatedBalance({ amount: 42.1 }, clock);
  return {
    name: "team-web",
    provider: "nanogpt",
    key,
    periods: { daily_input_tokens: DAY, weekly_input_tokens: WEEK },
    upstream: nanogpt({ key, dailyInputTokens, weeklyInputTokens, wallet }),
  };
}

/** An hour's worth of money, and a top-up after 20 minutes. */
function batch(clock: Clock, key: string): FleetAccount {
  const topUps = [{ atSeconds: 20 * MINUTE, amount: 50 }];
  const USD = new SimulatedBalance({ amount: 12.5, load: steady(0.2 / MINUTE), topUps }, clock);
  return { name: "batch", provider: "deepseek", key, periods: {}, upstream: deepseek({ key, balances: { USD } }) };
}

/** Its provider is down from minute 2 to minute 7. */
function flaky(clock: Clock, key: string): FleetAccount {
  const USD = new SimulatedBalance({ amount: 25 }, clock);
  const CNY = new SimulatedBalance({ amount: 110 }, clock);
  return {
    name: "flaky",
    provider: "deepseek",
    key,
    periods: {},
    upstream: deepseek({ key, balances: { USD, CNY } }),
    script: [
      { fromSeconds: 2 * MINUTE, mode: "status:500" },
      { fromSeconds: 7 * MINUTE, mode: "ok" },
    ],
  };
}

/** The older plan: a day that is used up but not enforced, a month with plenty left, and an empty wallet. */
function legacySoft(clock: Clock, key: string): FleetAccount {
  const load = 0.5;
  const daily = usedEvenly({ limit: 200, period: DAY, elapsed: 8 * MINUTE, load, soft: true }, clock);
  const monthly = usedEvenly({ limit: 60_000, period: MONTH, elapsed: 12 * DAY, load }, clock);
  const wallet = new SimulatedBalance({ amount: 0 }, clock);
  return {
    name: "legacy-soft",
    provider: "nanogpt",
    key,
    periods: { daily: DAY, monthly: MONTH },
    upstream: nanogptLegacy({ key, daily, monthly, enforceDailyLimit: false, wallet }),
  };
}

/** Within both caps of its plan, by a seventh. Beyond them it would go on from its balance. */
function crawler(clock: Clock, key: string): FleetAccount {
  const load = 1000;
  const fourHour = usedEvenly({ limit: 4_166_667, period: 4 * HOUR, elapsed: 1 * MINUTE, load, soft: true }, clock);
  const monthly = usedEvenly({ limit: 50_000_000, period: MONTH, elapsed: 18 * DAY, load, soft: true }, clock);
  const balance = new SimulatedBalance({ amount: 6.5 }, clock);
  return {
    name: "crawler",
    provider: "chutes",
    key,
    periods: { four_hour: 4 * HOUR, monthly: MONTH },
    upstream: chutes({ key, caps: { fourHour, monthly }, balance }),
  };
}

/** The cap of its key is nearly used, and the key expires in three days. */
function contractor(clock: Clock, key: string): FleetAccount {
  const left = new SimulatedBalance({ amount: 2.8, load: steady(0.024 / MINUTE) }, clock);
  const lifeSeconds = 3 * DAY;
  const expiresAt = new Date(clock() + lifeSeconds * 1000);
  return {
    name: "contractor",
    provider: "openrouter",
    key,
    periods: {},
    upstream: openrouter({ key, cap: { limit: 50, left }, expiresAt }),
    script: [{ fromSeconds: lifeSeconds, mode: "status:401" }],
  };
}

/** Bursts that its buckets take. */
function agents(clock: Clock, key: string): FleetAccount {
  const bucket = (perMinute: number, busy: number, calm: number): SimulatedBucket => {
    const load = [
      { fromSeconds: 0, perSecond: busy },
      { fromSeconds: 20, perSecond: calm },
    ];
    return new SimulatedBucket({ perMinute, load, repeatsAfterSeconds: MINUTE }, clock);
  };
  const buckets = {
    requests: bucket(1000, 30, 4),
    "input-tokens": bucket(450_000, 20_000, 1200),
    "output-tokens": bucket(90_000, 4000, 200),
  };
  return {
    name: "agents",
    provider: "anthropic",
    key,
    periods: {},
    settings: { probe: true },
    upstream: anthropic({ key, models: ["claude-sonnet-5", "claude-haiku-4-5"], buckets }, clock),
  };
}

/** More is asked from minute 3 to minute 9 than its requests per minute allow. */
function chatBackend(clock: Clock, key: string): FleetAccount {
  const rush = (calm: number, busy: number): Load => [
    { fromSeconds: 0, perSecond: calm },
    { fromSeconds: 3 * MINUTE, perSecond: busy },
    { fromSeconds: 9 * MINUTE, perSecond: calm },
  ];
  const bucket = (perMinute: number, load: Load) =>
    new SimulatedBucket({ perMinute, load, repeatsAfterSeconds: 30 * MINUTE }, clock);
  const buckets = { requests: bucket(500, rush(3, 20)), tokens: bucket(200_000, rush(900, 3600)) };
  return {
    name: "chat-backend",
    provider: "openai",
    key,
    periods: {},
    settings: { probe: true, probe_model: "gpt-5-nano" },
    upstream: openai({ key, models: ["gpt-5", "gpt-5-nano"], buckets }),
  };
}

function workstation(): FleetAccount {
  const upstream = ollama(["llama3.1:8b", "qwen3:14b"]);
  return { name: "workstation", provider: "ollama", key: undefined, periods: {}, upstream };
}

interface EvenUse {
  readonly limit: number;
  readonly period: number;
  /** Of the period, at the start of the demo. */
  readonly elapsed: number;
  readonly load: number;
  readonly soft?: boolean;
}

/** A window whose load has been the same since it opened, so that its history and its future agree. */
function usedEvenly({ limit, period, elapsed, load, soft = false }: EvenUse, clock: Clock): SimulatedWindow {
  return new SimulatedWindow(
    {
      limit,
      periodSeconds: period,
      resetsInSeconds: period - elapsed,
      usedAtStart: elapsed * load,
      load: steady(load),
      soft,
    },
    clock,
  );
}
