import { execFile } from "node:child_process";
import { readFileSync } from "node:fs";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { describe, expect, it, onTestFinished } from "vitest";
import { fixed, humanize, humanizeDuration, humanizePercentage } from "../../src/alerting/humanize.ts";
import { firedBetween, inputSeries, type Replay, replay, replayTest, type Story } from "../support/promtool-replay.ts";
import { RULE_STORIES } from "../support/rule-stories.ts";

const SHIPPED = fileURLToPath(new URL("../../deploy/prometheus/llm-quota.rules.yml", import.meta.url));
const PURE = fileURLToPath(new URL("../../deploy/prometheus/llm-quota.promql.rules.yml", import.meta.url));

const SHIPPED_TEXT = readFileSync(SHIPPED, "utf8");
const PURE_TEXT = readFileSync(PURE, "utf8");
const NAMES = Object.keys(RULE_STORIES);

/** What promtool says of these tests. JSON is YAML too. */
async function promtool(rules: string, tests: readonly unknown[]): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), "rules-replay-"));
  onTestFinished(() => rm(folder, { recursive: true }));
  const path = join(folder, "test.json");
  await writeFile(path, JSON.stringify({ rule_files: [rules], evaluation_interval: "1m", tests }));
  return (await promisify(execFile)("promtool", ["test", "rules", path], { maxBuffer: 2 ** 26 })).stdout;
}

/** Every five minutes, off the polls and off the beat of the hour; of long stories every half hour. */
function checkpoints({ steps }: Replay): number[] {
  const every = steps.length > 500 ? 30 : 5;
  return Array.from({ length: Math.floor((steps.length - 3) / every) }, (_, index) => index * every + 3);
}

const lived = new Map<string, Replay>();

/** Each is lived through once, however many tests look at it. */
function story(name: string): Replay {
  const known = lived.get(name) ?? replay(storyOf(name));
  lived.set(name, known);
  return known;
}

function storyOf(name: string): Story {
  const found = RULE_STORIES[name];
  if (found === undefined) throw new Error(`no story ${name}`);
  return found;
}

const BURST = ["LLMQuotaExhausted critical", "LLMQuotaWillExhaust critical"];
const BURST_PURE = [...BURST, "LLMQuotaWatch warning"].sort();

/** What ever fires in each story: by the engine, and by the rules in pure PromQL. */
const FIRED: Readonly<Record<string, { readonly engine: readonly string[]; readonly pure: readonly string[] }>> = {
  "even use that lasts": { engine: [], pure: [] },
  "a burst that runs dry until the reset": { engine: BURST, pure: BURST_PURE },
  "a rush just before the reset": { engine: [], pure: [] },
  "a reset time that jitters": { engine: BURST, pure: BURST_PURE },
  "a reset before its time": { engine: BURST, pure: BURST_PURE },
  "one read that goes back": { engine: BURST, pure: BURST_PURE },
  "one read that says nothing is left": { engine: [], pure: [] },
  "reads that fail while it fires": {
    engine: ["LLMQuotaAccountUnreadable warning", ...BURST],
    pure: ["LLMQuotaAccountUnreadable warning", ...BURST_PURE],
  },
  "answers without a number": { engine: ["LLMQuotaDataStale warning"], pure: ["LLMQuotaDataStale warning"] },
  // Over six hours its pace seems slower than it is, as the story is shorter than that.
  "a balance that is topped up": { engine: ["LLMQuotaCreditsLow critical"], pure: ["LLMQuotaCreditsLow warning"] },
  "a soft window that is used up": { engine: ["LLMQuotaWatch warning"], pure: ["LLMQuotaWatch warning"] },
  "credits that lapse unused": { engine: ["LLMQuotaUseOrLose info"], pure: [] },
  "the night in which summer time ends": { engine: [...BURST, "LLMQuotaWatch warning"].sort(), pure: BURST_PURE },
  "a bucket that is always nearly empty": { engine: ["LLMQuotaRateLimited warning"], pure: [] },
  "a limit that is cut": { engine: ["LLMQuotaLimitReduced warning"], pure: [] },
  "a credential that is rejected": {
    engine: ["LLMQuotaAccountUnreadable warning", "LLMQuotaCredentialRejected critical"],
    pure: ["LLMQuotaAccountUnreadable warning"],
  },
  "a key that expires": { engine: ["LLMQuotaCredentialExpiring warning"], pure: [] },
  "a subscription that lapses": {
    engine: ["LLMQuotaSubscriptionLapsed critical", "LLMQuotaSubscriptionLapsed warning"],
    pure: [],
  },
  "an exporter that is restarted while it fires": { engine: BURST, pure: BURST_PURE },
};

/** Alerts of these rules that have fired until a minute, each once. */
function firedUntil(minute: number, fired: readonly string[]) {
  return {
    eval_time: `${minute}m`,
    expr: `count by (alertname, severity) (max_over_time(ALERTS{alertstate="firing", alertname!="LLMQuotaWatchdog"}[${minute}m]))`,
    exp_samples: fired.map((alert) => {
      const [alertname, severity] = alert.split(" ");
      return { labels: `{alertname="${alertname}", severity="${severity}"}`, value: 1 };
    }),
  };
}

/** Over a whole story these alerts have fired, each once. */
function pureTest(name: string, replicas: readonly Replay[]) {
  const last = (replicas[0]?.steps.length ?? 1) - 1;
  const promql_expr_test = [firedUntil(last, FIRED[name]?.pure ?? [])];
  return { name, interval: "1m", input_series: inputSeries(replicas, PURE_TEXT), promql_expr_test };
}

describe("what the engine lives through", () => {
  it.each(NAMES)("as %s, fires what is expected of it", (name) => {
    expect(Object.keys(firedBetween(story(name))).sort()).toEqual(FIRED[name]?.engine);
  });

  it.each(NAMES)(
    "as %s, is fired by the shipped rules at the same minutes, with the same labels and texts",
    async (name) => {
      const told = story(name);

      expect(await promtool(SHIPPED, [replayTest(name, [told], checkpoints(told), SHIPPED_TEXT)])).toContain("SUCCESS");
    },
  );

  it("is fired once by two replicas, whichever of them is there", async () => {
    const name = "a burst that runs dry until the reset";
    const pair = [
      replay({ ...storyOf(name), down: { from: 90, to: 130 } }),
      replay({ ...storyOf(name), down: { from: 150, to: 200 } }),
    ] as const;

    expect(await promtool(SHIPPED, [replayTest(name, pair, checkpoints(pair[0]), SHIPPED_TEXT)])).toContain("SUCCESS");
  });

  it.each(NAMES)("as %s, is recomputed in pure PromQL as far as the head of that file says", async (name) => {
    const told = story(name);

    expect(await promtool(PURE, [pureTest(name, [told])])).toContain("SUCCESS");
  });

  it.each(["a burst that runs dry until the reset", "a soft window that is used up", "answers without a number"])(
    "as %s, is recomputed once for two replicas",
    async (name) => {
      const told = story(name);

      expect(await promtool(PURE, [pureTest(name, [told, told])])).toContain("SUCCESS");
    },
  );

  it("pages in pure PromQL before nothing is left, and not while use is even", async () => {
    const told = story("a burst that runs dry until the reset");
    const test = {
      name: "when",
      interval: "1m",
      input_series: inputSeries([told], PURE_TEXT),
      promql_expr_test: [
        firedUntil(75, []),
        firedUntil(115, ["LLMQuotaWatch warning", "LLMQuotaWillExhaust critical"]),
        firedUntil(135, BURST_PURE),
      ],
    };

    expect(await promtool(PURE, [test])).toContain("SUCCESS");
  });
});

describe("a number", () => {
  /** Of all sizes, the same at each run. */
  const odd = Array.from({ length: 200 }, (_, index) => Math.sin(index) * 10 ** ((index % 21) - 6));
  const halves = Array.from({ length: 40 }, (_, index) => (index * 2 + 1) / 8 + index * 100);
  const values = [0, 1, 59.996, 60, 3600, 86_400, 0.62125, 999.96, ...odd, ...halves];

  it("is printed as Prometheus prints it", async () => {
    const folder = await mkdtemp(join(tmpdir(), "humanize-"));
    onTestFinished(() => rm(folder, { recursive: true }));
    const path = join(folder, "rules.json");
    const rules = values.map((value, index) => ({
      alert: `Number${index}`,
      expr: `vector(${value})`,
      annotations: {
        span: "{{ $value | humanizeDuration }}",
        share: "{{ $value | humanizePercentage }}",
        amount: "{{ $value | humanize }}",
        places: '{{ $value | printf "%.2f" }}',
      },
    }));
    await writeFile(path, JSON.stringify({ groups: [{ name: "numbers", rules }] }));
    const expected = values.map((value, index) => ({
      eval_time: "0m",
      alertname: `Number${index}`,
      exp_alerts: [
        {
          exp_annotations: {
            span: humanizeDuration(value),
            share: humanizePercentage(value),
            amount: humanize(value),
            places: fixed(value, 2),
          },
        },
      ],
    }));

    expect(await promtool(path, [{ name: "numbers", alert_rule_test: expected }])).toContain("SUCCESS");
  });
});
