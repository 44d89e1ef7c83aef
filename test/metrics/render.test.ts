import { describe, expect, it, test } from "vitest";
import { labelProblems } from "../../src/config/labels.ts";
import { QUOTA_ALERTS } from "../../src/engine/alerts.ts";
import type { QuotaSnapshot } from "../../src/engine/snapshot.ts";
import { families, renderFamilies, renderPieces } from "../../src/metrics/render.ts";
import { STATES } from "../../src/quota/state.ts";
import {
  aBalance,
  aForecast,
  anAccount,
  anAlert,
  anAnswer,
  aQuota,
  aRate,
  aReading,
  aSnapshot,
  inSeconds,
  NOW,
} from "../support/snapshot.ts";
import { everyCorner, everyTraffic } from "./every-corner.ts";

/** The samples of one family as `labels value`, without the family's name. */
function samplesOf(name: string, text: string): string[] {
  return text
    .split("\n")
    .filter((line) => line.startsWith(`${name}{`))
    .map((line) => line.slice(name.length));
}

function renderQuota(over: Partial<QuotaSnapshot>, now = NOW): string {
  return renderFamilies(aSnapshot({ accounts: [anAccount({ quotas: [aQuota(over)] })] }), now);
}

const ID = 'provider="nanogpt",account="main",quota="weekly_input_tokens"';

test("the whole page of a fleet with every corner is as in golden.prom", async () => {
  await expect(renderFamilies(everyCorner, NOW, { observed: everyTraffic })).toMatchFileSnapshot("golden.prom");
});

test("an empty fleet still has HELP and TYPE of every family and not one sample", () => {
  const lines = renderFamilies(aSnapshot({ accounts: [] }), NOW)
    .trimEnd()
    .split("\n");
  expect(lines.filter((line) => line.startsWith("# HELP "))).toHaveLength(families.length);
  expect(lines.filter((line) => line.startsWith("# TYPE "))).toHaveLength(families.length);
  expect(lines).toHaveLength(2 * families.length);
});

describe("labels", () => {
  it("come in the order provider, account, configured ones, quota, the family's own", () => {
    const account = anAccount({ labels: { team: "ml", tier: "gold" }, quotas: [aQuota()] });
    expect(samplesOf("llm_quota_limit", renderFamilies(aSnapshot({ accounts: [account] }), NOW))).toEqual([
      '{provider="nanogpt",account="main",team="ml",tier="gold",quota="weekly_input_tokens",unit="input_tokens"} 60000000',
    ]);
  });

  test.each([
    ["a backslash", "a\\b", "a\\\\b"],
    ["a quote", 'a"b', 'a\\"b'],
    ["a newline", "a\nb", "a\\nb"],
    ["a backslash before an n", "a\\nb", "a\\\\nb"],
    ["a NUL byte", "a\0b", "a\uFFFDb"],
    ["unicode", "ü🦙", "ü🦙"],
  ])("escape %s", (_what, account, escaped) => {
    const text = renderFamilies(aSnapshot({ accounts: [anAccount({ account })] }), NOW);
    expect(samplesOf("llm_quota_account_up", text)).toEqual([`{provider="nanogpt",account="${escaped}"} 1`]);
  });

  it("of our own cannot be taken by the config", () => {
    const ours = new Set(["provider", "account", "quota", ...families.flatMap((family) => family.labels)]);
    expect([...ours].filter((name) => labelProblems({ [name]: "x" }).length === 0)).toEqual([]);
  });

  it("never carry one of the words that stand for a value that was forgotten", () => {
    expect(renderFamilies(everyCorner, NOW)).not.toMatch(/="(undefined|null|NaN|\[object Object\])"/);
  });
});

describe("what is unknown is absent", () => {
  const GONE_WHEN_INVALID = [
    "llm_quota_limit",
    "llm_quota_remaining",
    "llm_quota_used",
    "llm_quota_remaining_ratio",
    "llm_quota_consumption_rate",
    "llm_quota_burn_rate",
    "llm_quota_rate_window_seconds",
    "llm_quota_exhaustion_timestamp_seconds",
    "llm_quota_exhaustion_probability",
    "llm_quota_projected_used_ratio",
    "llm_quota_unused_at_reset_ratio",
    "llm_quota_observed_drift_ratio",
  ];
  const full: Partial<QuotaSnapshot> = {
    reading: aReading({ expiresAt: inSeconds(900) }),
    short: aRate({ perSecond: 1, burn: 1 }),
    long: aRate({ perSecond: 1, burn: 1 }),
    forecast: aForecast({
      early: inSeconds(1),
      likely: inSeconds(2),
      late: inSeconds(3),
      probability: 0.5,
      projectedUsedRatio: 2,
    }),
    unusedAtResetRatio: 0.5,
    driftRatio: 0.01,
    alerts: [anAlert()],
  };
  const quotaFamilies = families.filter((family) => family.quota !== undefined).map((family) => family.name);
  const printed = (text: string) => quotaFamilies.filter((name) => samplesOf(name, text).length > 0);

  it("has a sample of every quota family while everything is known", () => {
    expect(printed(renderQuota(full))).toEqual(quotaFamilies);
  });

  it("takes values, rates and forecasts away once the data is invalid, and nothing else", () => {
    const text = renderQuota({ ...full, valid: false });
    expect(printed(text)).toEqual(quotaFamilies.filter((name) => !GONE_WHEN_INVALID.includes(name)));
    expect(samplesOf("llm_quota_data_valid", text)).toEqual([`{${ID}} 0`]);
  });

  it("keeps nothing but the counters of a quota that is gone", () => {
    const counters = families.filter((family) => family.quota !== undefined && family.type === "counter");
    expect(printed(renderQuota({ ...full, gone: true, alerts: [] }))).toEqual(counters.map((family) => family.name));
  });

  it("shows no value of a degraded reading, even one that is called valid", () => {
    const text = renderQuota({ ...full, reading: aReading({ confidence: "degraded" }) });
    expect(samplesOf("llm_quota_remaining", text)).toEqual([]);
    expect(samplesOf("llm_quota_burn_rate", text)).toEqual([]);
  });

  it("has no limit, remaining or ratio of an unlimited quota, but its use", () => {
    const text = renderQuota({ reading: aReading({ unlimited: true, used: 9 }) });
    expect(samplesOf("llm_quota_limit", text)).toEqual([]);
    expect(samplesOf("llm_quota_remaining", text)).toEqual([]);
    expect(samplesOf("llm_quota_remaining_ratio", text)).toEqual([]);
    expect(samplesOf("llm_quota_used", text)).toEqual([`{${ID},unit="input_tokens"} 9`]);
  });

  it("has no ratio, limit or use of a balance", () => {
    const text = renderQuota({ reading: aBalance(7.42) });
    expect(samplesOf("llm_quota_remaining", text)).toEqual([
      '{provider="nanogpt",account="main",quota="balance",unit="usd"} 7.42',
    ]);
    expect(samplesOf("llm_quota_remaining_ratio", text)).toEqual([]);
    expect(samplesOf("llm_quota_limit", text)).toEqual([]);
    expect(samplesOf("llm_quota_used", text)).toEqual([]);
  });

  it("has no ratio where the limit is 0", () => {
    const text = renderQuota({ reading: aReading({ limit: 0, remaining: 0 }) });
    expect(samplesOf("llm_quota_remaining_ratio", text)).toEqual([]);
    expect(samplesOf("llm_quota_limit", text)).toEqual([`{${ID},unit="input_tokens"} 0`]);
  });

  it("never prints NaN or an infinity, whatever the snapshot carries", () => {
    const text = renderQuota({
      ...full,
      reading: aReading({ limit: Number.NaN, remaining: Number.POSITIVE_INFINITY, resetAt: new Date(Number.NaN) }),
      consumedTotal: Number.NaN,
      lastGoodAt: new Date(Number.NaN),
    });
    expect(text).not.toMatch(/ [+-]?(nan|inf)$/im);
    expect(samplesOf("llm_quota_remaining", text)).toEqual([]);
    expect(samplesOf("llm_quota_consumed_total", text)).toEqual([]);
  });
});

describe("the duration of a probe", () => {
  const probe = { model: "m", inputTokens: 8, outputTokens: 1, latencyMs: 412 };
  const render = (over: Parameters<typeof anAccount>[0]) =>
    samplesOf("llm_quota_probe_duration_seconds", renderFamilies(aSnapshot({ accounts: [anAccount(over)] }), NOW));

  it("is that of the last read, in seconds", () => {
    expect(render({ answer: anAnswer({ probe }) })).toEqual(['{provider="nanogpt",account="main"} 0.412']);
  });

  it.each<[when: string, over: Parameters<typeof anAccount>[0]]>([
    ["nobody asked for a probe", { answer: anAnswer() }],
    ["the last read failed", { answer: anAnswer({ probe }), up: false }],
    ["nothing was read yet", { answer: undefined, up: false }],
  ])("is absent when %s", (_when, over) => {
    expect(render(over)).toEqual([]);
  });
});

describe("time until the reset", () => {
  const resetAt = inSeconds(90);
  test.each([
    ["counts down with the clock of the scrape, not of the snapshot", inSeconds(30), 60],
    ["is 0 at the reset", inSeconds(90), 0],
    ["stays 0 after it", inSeconds(4000), 0],
  ])("%s", (_what, now, left) => {
    const text = renderQuota({ reading: aReading({ resetAt }) }, now);
    expect(samplesOf("llm_quota_reset_seconds", text)).toEqual([`{${ID}} ${left}`]);
    expect(samplesOf("llm_quota_reset_timestamp_seconds", text)).toEqual([`{${ID}} ${resetAt.getTime() / 1000}`]);
  });
});

test.each(STATES)("a quota in state %s has all eight series, with 1 for that one only", (state) => {
  const samples = samplesOf("llm_quota_alert_state", renderQuota({ state }));
  expect(samples).toHaveLength(8);
  expect(samples.filter((sample) => sample.endsWith(" 1"))).toEqual([`{${ID},state="${state}"} 1`]);
});

test("alerts of an account carry an empty quota, those of a quota its name, and quiet ones nothing", () => {
  const account = anAccount({
    alerts: [anAlert({ alert: "LLMQuotaAccountUnreadable", severity: "warning" })],
    quotas: [aQuota({ alerts: [anAlert({ alert: QUOTA_ALERTS[0] })] })],
  });
  expect(samplesOf("llm_quota_alert_active", renderFamilies(aSnapshot({ accounts: [account] }), NOW))).toEqual([
    '{provider="nanogpt",account="main",quota="",alert="LLMQuotaAccountUnreadable",severity="warning"} 1',
    `{${ID},alert="LLMQuotaExhausted",severity="critical"} 1`,
  ]);
  expect(samplesOf("llm_quota_alert_active", renderQuota({ alerts: [] }))).toEqual([]);
});

describe("series that would be there twice", () => {
  const twin = aQuota({ reading: aReading({ remaining: 1 }) });
  const render = (accounts: Parameters<typeof aSnapshot>[0]) => {
    const dropped: string[] = [];
    const text = renderFamilies(aSnapshot(accounts), NOW, { onDropped: (provider) => dropped.push(provider) });
    const series = text.split("\n").filter((line) => line !== "" && !line.startsWith("#"));
    const names = series.map((line) => line.slice(0, line.lastIndexOf(" ")));
    return { text, dropped, duplicates: names.filter((name, index) => names.indexOf(name) !== index) };
  };

  it("keep the first of two quotas with one name and count the other", () => {
    const { text, dropped, duplicates } = render({ accounts: [anAccount({ quotas: [aQuota(), twin] })] });
    expect(duplicates).toEqual([]);
    expect(dropped).toEqual(["nanogpt"]);
    expect(samplesOf("llm_quota_remaining", text)).toEqual([`{${ID},unit="input_tokens"} 47500000`]);
  });

  it("keep the first of two accounts with one name and count the other", () => {
    const { dropped, duplicates } = render({
      accounts: [anAccount({ quotas: [aQuota()] }), anAccount({ labels: { team: "b" }, quotas: [twin] })],
    });
    expect(duplicates).toEqual([]);
    expect(dropped).toEqual(["nanogpt"]);
  });

  it("print an alert once that is listed twice", () => {
    const { duplicates } = render({ accounts: [anAccount({ alerts: [anAlert(), anAlert()] })] });
    expect(duplicates).toEqual([]);
  });

  it("do not arise from the same account name at two providers", () => {
    const { dropped } = render({ accounts: [anAccount(), anAccount({ provider: "deepseek" })] });
    expect(dropped).toEqual([]);
  });
});

describe("pieces", () => {
  const quotas = Array.from({ length: 10 }, (_, index) => aQuota({ ...aQuota(), quota: `quota_${index}` }));
  const accounts = Array.from({ length: 100 }, (_, index) => anAccount({ account: `account_${index}`, quotas }));
  const samplesIn = (piece: string) => piece.split("\n").filter((line) => /^[^#]/.test(line)).length;

  test.each([
    ["of a fleet with every corner", everyCorner],
    ["of a thousand quotas", aSnapshot({ accounts })],
    ["of no account at all", aSnapshot({ accounts: [] })],
  ])("%s are together the page to the byte", (_what, snapshot) => {
    const whole = renderFamilies(snapshot, NOW);
    const pieces = Buffer.concat(Array.from(renderPieces(snapshot, NOW), (piece) => Buffer.from(piece)));
    expect(pieces.equals(Buffer.from(whole))).toBe(true);
  });

  it("end with a line each, and have no more samples than fifty and those of one account", () => {
    const pieces = [...renderPieces(aSnapshot({ accounts }), NOW)];
    expect(pieces.filter((piece) => !piece.endsWith("\n") && piece !== "")).toEqual([]);
    expect(Math.max(...pieces.map(samplesIn))).toBeLessThan(50 + quotas.length * STATES.length);
  });
});
