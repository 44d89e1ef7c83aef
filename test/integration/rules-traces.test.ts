import { execFile } from "node:child_process";
import { readFileSync } from "node:fs";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { expect, it, onTestFinished } from "vitest";
import { inputSeries, type Replay, replay } from "../support/promtool-replay.ts";
import { EXCERPTS, type Excerpt, excerptStory, nameOf, type Truth } from "../support/trace-excerpts.ts";

const SHIPPED = fileURLToPath(new URL("../../deploy/prometheus/llm-quota.rules.yml", import.meta.url));
const PURE = fileURLToPath(new URL("../../deploy/prometheus/llm-quota.promql.rules.yml", import.meta.url));

/** Minutes, in the order of the excerpts: two of them last, and a sliding window is never paged there. */
const PURE_LEADS = [111, undefined, 81, 23, undefined, undefined, 74, 5, 2, 1592] as const;

/** What promtool says of these tests, also where they fail. JSON is YAML too. */
async function promtool(rules: string, tests: readonly unknown[]): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), "rules-traces-"));
  onTestFinished(() => rm(folder, { recursive: true }));
  const path = join(folder, "test.json");
  await writeFile(path, JSON.stringify({ rule_files: [rules], evaluation_interval: "1m", tests }));
  try {
    return (await promisify(execFile)("promtool", ["test", "rules", path], { maxBuffer: 2 ** 28 })).stdout;
  } catch (error) {
    const { stdout = "", stderr = "" } = error as { stdout?: string; stderr?: string };
    return `${stdout}\n${stderr}`;
  }
}

/** From its first to its last minute. */
type Episode = readonly [first: number, last: number];

/** Minutes that follow one another, or lie no further apart than that, are one episode. */
function episodesOf(minutes: readonly number[], apart = 1): Episode[] {
  const episodes: [number, number][] = [];
  for (const minute of minutes) {
    const last = episodes.at(-1);
    if (last !== undefined && minute - last[1] <= apart) last[1] = minute;
    else episodes.push([minute, minute]);
  }
  return episodes;
}

/** The episodes of each alert, by its name and severity. */
type Fired = Readonly<Record<string, readonly Episode[]>>;

function firedOf(minutes: readonly (readonly [alert: string, minute: number])[], apart = 1): Fired {
  const names = [...new Set(minutes.map(([alert]) => alert))].sort();
  return Object.fromEntries(
    names.map((name) => [
      name,
      episodesOf(
        minutes.flatMap(([alert, minute]) => (alert === name ? [minute] : [])),
        apart,
      ),
    ]),
  );
}

/** `keep_firing_for` of the rules, in minutes. */
const BRIDGE = 10;

/** What the engine fires on the quota, as the rules must show it. */
function firedByEngine({ steps }: Replay): Fired {
  const minutes = steps.flatMap(({ account }, minute) =>
    (account?.quotas ?? []).flatMap(({ alerts }) =>
      alerts.map(({ alert, severity }) => [`${alert} ${severity}`, minute] as const),
    ),
  );
  const end = ([from, to]: Episode): Episode => [from, Math.min(steps.length - 1, to + BRIDGE)];
  return Object.fromEntries(
    Object.entries(firedOf(minutes, BRIDGE + 1)).map(([alert, episodes]) => [alert, episodes.map(end)]),
  );
}

/** What these rules fire on the quota in each minute: promtool tells it where it was told to expect nothing. */
async function firedByRules(rules: string, told: Replay): Promise<Fired> {
  const promql_expr_test = told.steps.map((_, minute) => ({
    eval_time: `${minute}m`,
    expr: 'ALERTS{alertstate="firing", quota!=""}',
    exp_samples: [],
  }));
  const input_series = inputSeries([told], readFileSync(rules, "utf8"));
  const output = await promtool(rules, [{ name: "fired", interval: "1m", input_series, promql_expr_test }]);
  return firedOf(
    output.split(/\n(?=\s*expr: )/).flatMap((failure) => {
      const minute = minutesOf(/, time: (\w+),/.exec(failure)?.[1] ?? "");
      return [...failure.matchAll(/alertname="(\w+)".*?severity="(\w+)"/g)].map(
        ([, alert, severity]) => [`${alert} ${severity}`, minute] as const,
      );
    }),
  );
}

function minutesOf(time: string): number {
  const part = (unit: string) => Number(new RegExp(`(\\d+)${unit}`).exec(time)?.[1] ?? 0);
  return part("d") * 1440 + part("h") * 60 + part("m");
}

const lived = new Map<Excerpt, Promise<Lived>>();
interface Lived {
  readonly told: Replay;
  readonly truth: Truth;
}

/** Each is lived through once, however many tests look at it. */
function live(excerpt: Excerpt): Promise<Lived> {
  const known =
    lived.get(excerpt) ?? excerptStory(excerpt).then(({ story, truth }) => ({ told: replay(story), truth }));
  lived.set(excerpt, known);
  return known;
}

/** How many minutes before the quota of an excerpt ran out the page began that stood then; undefined where none did. */
function leadOf(fired: Fired, { exhaustedAt }: Truth): number | undefined {
  const pages = [...(fired["LLMQuotaWillExhaust critical"] ?? []), ...(fired["LLMQuotaCreditsLow critical"] ?? [])];
  const page = pages.find(([from, to]) => exhaustedAt !== undefined && from <= exhaustedAt && exhaustedAt <= to);
  return page && exhaustedAt !== undefined ? exhaustedAt - page[0] : undefined;
}

const CASES = EXCERPTS.map((excerpt, index) => ({ name: nameOf(excerpt), excerpt, lead: PURE_LEADS[index] }));

it.each(CASES)(
  "over $name, the shipped rules fire with the engine and end ten minutes after it",
  async ({ excerpt }) => {
    const { told } = await live(excerpt);

    expect(await firedByRules(SHIPPED, told)).toEqual(firedByEngine(told));
  },
);

it.each(CASES)(
  "over $name, pure PromQL pages $lead minutes ahead, as docs/alerts.md says",
  async ({ excerpt, lead }) => {
    const { told, truth } = await live(excerpt);

    const measured = leadOf(await firedByRules(PURE, told), truth);

    expect(measured === undefined).toBe(lead === undefined);
    // A poll more or less is no news.
    expect(Math.abs((measured ?? 0) - (lead ?? 0))).toBeLessThanOrEqual(5);
  },
);
