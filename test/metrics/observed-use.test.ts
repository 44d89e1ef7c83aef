import { describe, expect, it } from "vitest";
import { createObservedUse } from "../../src/metrics/observed-use.ts";
import { renderFamilies } from "../../src/metrics/render.ts";
import { createRefusals } from "../../src/traffic/refusals.ts";
import { anAccount, aSnapshot, NOW } from "../support/snapshot.ts";

const ACCOUNT = { provider: "openai", account: "main" };
const SNAPSHOT = aSnapshot({ accounts: [anAccount(ACCOUNT)] });
const used = (requests: number, inputTokens = 0, outputTokens = 0) => ({ requests, inputTokens, outputTokens });

function start(totals: Map<string, ReturnType<typeof used>> = new Map()) {
  const dropped: [string, number][] = [];
  const refusals = createRefusals();
  const observed = createObservedUse({
    totals: () => totals,
    refusals: refusals.totals,
    onDropped: (...told) => dropped.push(told),
  });
  const samples = () =>
    renderFamilies(SNAPSHOT, NOW, { observed })
      .split("\n")
      .filter((line) => line.startsWith("llm_quota_observed_"))
      .map((line) => line.replace('provider="openai",account="main",', "").replace("llm_quota_observed_", ""));
  return { totals, dropped, refusals, samples };
}

describe("counts of live traffic", () => {
  it("are absent for an account without traffic", () => {
    expect(start().samples()).toEqual([]);
  });

  it("are told by model and direction, and refusals all from 0", () => {
    const { totals, refusals, samples } = start();
    totals.set("gpt-5.2", used(2, 100, 20)).set("", used(1));
    for (const refusal of [undefined, "throttled", "throttled", "quota"] as const) refusals.heard(ACCOUNT, refusal);

    expect(samples()).toEqual([
      'requests_total{model="gpt-5.2"} 2',
      'requests_total{model=""} 1',
      'tokens_total{model="gpt-5.2",direction="input"} 100',
      'tokens_total{model="gpt-5.2",direction="output"} 20',
      'tokens_total{model="",direction="input"} 0',
      'tokens_total{model="",direction="output"} 0',
      'refusals_total{refusal="quota"} 1',
      'refusals_total{refusal="spend_cap"} 0',
      'refusals_total{refusal="throttled"} 2',
      'refusals_total{refusal="overloaded"} 0',
      'refusals_total{refusal="auth"} 0',
      'refusals_total{refusal="not_entitled"} 0',
      'refusals_total{refusal="other"} 0',
    ]);
  });

  it("have 32 models with series of their own, the first seen; later ones share one and are counted once", () => {
    const { totals, refusals, samples, dropped } = start();
    refusals.heard(ACCOUNT, undefined);
    for (let index = 0; index < 40; index++) totals.set(`model-${index}`, used(1));
    samples();
    totals.set("model-3", used(7)).set("model-39", used(5)).set("model-40", used(1));
    const requests = samples().filter((line) => line.startsWith("requests_total"));

    expect(requests).toHaveLength(33);
    expect(requests[3]).toBe('requests_total{model="model-3"} 7');
    expect(requests[32]).toBe('requests_total{model="other"} 13');
    expect(dropped).toEqual([
      ["openai", 8],
      ["openai", 1],
    ]);
  });

  it("keep the series of the first models though their order changes", () => {
    const { totals, refusals, samples } = start();
    refusals.heard(ACCOUNT, undefined);
    for (let index = 0; index < 32; index++) totals.set(`model-${index}`, used(1));
    samples();
    const before = [...totals];
    totals.clear();
    totals.set("late", used(4));
    for (const [model, tally] of before) totals.set(model, tally);
    const requests = samples().filter((line) => line.startsWith("requests_total"));

    expect(requests).toContain('requests_total{model="model-31"} 1');
    expect(requests).toContain('requests_total{model="other"} 4');
  });

  it.each([
    ["a\u0000b\u001b[31m\u202ec\nd", "ab[31mcd"],
    ['"\\', '\\"\\\\'],
    ["m".repeat(200), "m".repeat(128)],
    [`${"m".repeat(127)}🦙`, `${"m".repeat(127)}\uFFFD`],
  ])("show the model %j as %j", (model, shown) => {
    const { totals, refusals, samples } = start();
    totals.set(model, used(1));
    refusals.heard(ACCOUNT, undefined);

    expect(samples()[0]).toBe(`requests_total{model="${shown}"} 1`);
  });

  it("of models that look the same are one series", () => {
    const { totals, refusals, samples } = start();
    totals.set("a", used(1, 5, 0)).set("a\u0007", used(2, 6, 1));
    refusals.heard(ACCOUNT, undefined);

    expect(samples().slice(0, 3)).toEqual([
      'requests_total{model="a"} 3',
      'tokens_total{model="a",direction="input"} 11',
      'tokens_total{model="a",direction="output"} 1',
    ]);
  });
});
