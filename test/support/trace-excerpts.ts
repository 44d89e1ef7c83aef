import { fileURLToPath } from "node:url";
import { quotasOf } from "../../bench/backtest/quotas.ts";
import type { Period, SimulatedQuota, Told } from "../../bench/backtest/simulated-quota.ts";
import { readManifest, readTrace } from "../../bench/backtest/trace.ts";
import type { Account, ReadOutcome } from "../../src/quota/account.ts";
import type { Reading } from "../../src/quota/reading.ts";
import type { Story } from "./promtool-replay.ts";

const TRACES = fileURLToPath(new URL("../../bench/backtest/traces", import.meta.url));
const HOUR = 3600;

/** A stretch of a recorded trace that is played against one of the quotas of the backtest. */
export interface Excerpt {
  readonly trace: string;
  /** As the backtest ends the name of its quota: the scenario, and the limit in multiples of a typical period. */
  readonly quota: string;
  /** Which of the periods that run out, or that last, it is about. */
  readonly about: "runs out" | "lasts";
  readonly index: number;
}

/** Of every kind that the backtest has, some that run out and some that last. */
export const EXCERPTS: readonly Excerpt[] = [
  { trace: "servegen-m-mid-c14", quota: "day-utc/x0.85", about: "runs out", index: 1 },
  { trace: "servegen-m-small-c17", quota: "day-utc/x1.05", about: "lasts", index: 2 },
  { trace: "servegen-m-small-c27", quota: "day-utc/x0.6", about: "runs out", index: 2 },
  { trace: "servegen-m-mid-c5", quota: "session-5h/x0.7", about: "runs out", index: 3 },
  { trace: "servegen-m-small-c18", quota: "session-5h/x1.1", about: "lasts", index: 4 },
  { trace: "servegen-m-mid-c31", quota: "sliding-5h/x0.6", about: "runs out", index: 1 },
  { trace: "nab-elb-requests", quota: "day-utc/x0.85", about: "runs out", index: 1 },
  { trace: "nab-mentions-amzn", quota: "day-utc/x1.05", about: "runs out", index: 3 },
  { trace: "azure-llm-2023-code", quota: "hour-single/x0.7", about: "runs out", index: 0 },
  { trace: "servegen-m-mid-c72", quota: "credits/x4", about: "runs out", index: 0 },
];

export const nameOf = ({ trace, quota, about, index }: Excerpt): string => `${trace} ${quota}, ${about} ${index}`;

/** What the truth of an excerpt is, in minutes of its story. */
export interface Truth {
  /** When it runs out; undefined where it lasts. */
  readonly exhaustedAt: number | undefined;
  readonly end: number;
}

/** The story of an excerpt: from some hours before the period that it is about to some after. */
export async function excerptStory(excerpt: Excerpt): Promise<{ readonly story: Story; readonly truth: Truth }> {
  const facts = (await readManifest(TRACES)).find(({ name }) => name === excerpt.trace);
  if (facts === undefined) throw new Error(`no trace ${excerpt.trace}`);
  const quotas: readonly SimulatedQuota[] = quotasOf(facts, await readTrace(TRACES, facts));
  const quota = quotas.find(({ id }) => id.endsWith(`/${excerpt.quota}`));
  const periods: readonly Period[] = quota?.periods ?? [];
  const period = periods.filter(({ exhaustedAt }) => (exhaustedAt !== undefined) === (excerpt.about === "runs out"))[
    excerpt.index
  ];
  if (quota === undefined || period === undefined) throw new Error(`no ${nameOf(excerpt)}`);
  return storyOf(quota, period);
}

function storyOf(quota: SimulatedQuota, { start, end, exhaustedAt }: Period) {
  const isCredits = quota.kind === "credits";
  const from = isCredits ? (exhaustedAt ?? end) - 30 * HOUR : start - 3 * HOUR;
  const to = Math.min(end, (exhaustedAt ?? end) + 3 * HOUR) + HOUR;
  const told = quota.told.filter(({ t }) => t >= from && t <= to);
  const begin = Math.floor((told[0]?.t ?? from) / 60) * 60;
  const last = told.at(-1)?.t ?? to;
  const account: Account = {
    ...{ provider: "acme", account: "main", labels: { team: "search" }, overrides: {} },
    ...{ intervalSeconds: quota.pollSeconds, staleAfterSeconds: Math.max(3 * quota.pollSeconds, 600) },
  };
  const minuteOf = (seconds: number) => Math.ceil((seconds - begin) / 60);
  const story: Story = {
    account,
    start: new Date(begin * 1000),
    minutes: minuteOf(last) + 12,
    outcomes: told.map((one): ReadOutcome => {
      const reading = toReading(quota, one);
      return { ok: true, at: reading.readAt, seconds: 0, answer: { metered: true, readings: [reading] } };
    }),
  };
  return {
    story,
    truth: { exhaustedAt: exhaustedAt === undefined ? undefined : minuteOf(exhaustedAt), end: minuteOf(end) },
  };
}

function toReading(quota: SimulatedQuota, { t, limit, remaining, reset_at: reset }: Told): Reading {
  return {
    ...{ quota: "quota", unit: quota.unit, readAt: new Date(t * 1000), remaining },
    kind: quota.kind === "calendar" || quota.kind === "credits" ? quota.kind : "rolling",
    ...(limit !== null && { limit }),
    ...(reset !== null && { resetAt: new Date(reset * 1000) }),
    ...(quota.kind !== "credits" && { periodSeconds: quota.windowSeconds }),
    ...(quota.kind === "sliding" && { sliding: true as const }),
    ...{ enforcement: "hard", source: "api", confidence: "reported" },
  };
}
