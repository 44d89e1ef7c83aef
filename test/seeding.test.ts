import pino from "pino";
import { describe, expect, it } from "vitest";
import { createWatch } from "../src/alerting/watch.ts";
import { ENGINE_DEFAULTS } from "../src/engine/settings.ts";
import { renderFamilies } from "../src/metrics/render.ts";
import type { Account, ReadOutcome } from "../src/quota/account.ts";
import type { Reading } from "../src/quota/reading.ts";
import { Secret } from "../src/secret.ts";
import { createSeeding } from "../src/seeding.ts";
import { createMemoryStore } from "../src/store/memory-store.ts";
import type { PrometheusSource, Series } from "../src/store/prometheus-api.ts";
import { neverAnswer, type ReceivedRequest, type Respond, sendJson, startServer } from "./support/json-server.ts";
import { lasting, type Scrape, seriesOf } from "./support/scrapes.ts";
import { aReading, inSeconds, NOW } from "./support/snapshot.ts";

const HOUR = 3600;
const anAccountOf = (account: string): Account => ({
  provider: "nanogpt",
  account,
  labels: {},
  intervalSeconds: 300,
  staleAfterSeconds: 900,
  overrides: {},
});
const ONE = anAccountOf("one");
const TWO = anAccountOf("two");

const read = (seconds: number, over: Partial<Reading> = {}): ReadOutcome => {
  const at = inSeconds(seconds);
  const reading = aReading({
    readAt: at,
    limit: 1000,
    remaining: 500 - seconds / 100,
    resetAt: inSeconds(DAY),
    ...over,
  });
  return { ok: true, at, seconds: 0, answer: { metered: true, readings: [reading] } };
};
const DAY = 24 * HOUR;

const aWatch = (startedAt = NOW) =>
  createWatch({ accounts: [ONE, TWO], store: createMemoryStore(), settings: ENGINE_DEFAULTS, startedAt });

/** Ten hours of readings, scraped half a minute later. */
function lifetime(over: Partial<Reading> = {}) {
  const watch = aWatch(inSeconds(-10 * HOUR));
  const scrapes: Scrape[] = [];
  for (let seconds = -10 * HOUR; seconds < 0; seconds += 300) {
    watch.take(ONE, read(seconds, over));
    const at = inSeconds(seconds + 30);
    watch.evaluate(at);
    scrapes.push({ at, page: renderFamilies(watch.snapshot(), at) });
  }
  return { watch, series: seriesOf(scrapes) };
}

/** Answers `query_range` as Prometheus does, but for the account in the query alone. */
const prometheusOf =
  (series: readonly Series[]): Respond =>
  ({ path }, response) => {
    const query = new URL(path, "http://x").searchParams.get("query") ?? "";
    const result = series
      .filter(({ labels }) => query.includes(`account="${labels["account"]}"`))
      .map(({ labels, samples }) => ({ metric: labels, values: samples.map(([at, value]) => [at, String(value)]) }));
    sendJson(response, { status: "success", data: { resultType: "matrix", result } });
  };

interface Plan {
  readonly respond: Respond;
  readonly source?: Partial<PrometheusSource>;
  readonly deadlineMs?: number;
}

async function seeded({ respond, source, deadlineMs }: Plan) {
  const lines: Record<string, unknown>[] = [];
  const log = pino({ base: null }, { write: (line: string) => void lines.push(JSON.parse(line)) });
  const watch = aWatch();
  const results: boolean[] = [];
  await using server = await startServer(respond);
  await new Promise<void>((begin) => {
    createSeeding({
      accounts: [ONE, TWO],
      source: { url: `${server.url}/prefix`, rangeSeconds: 14 * DAY, ...source },
      ...{ watch, log, userAgent: "test", now: () => NOW, ...(deadlineMs !== undefined && { deadlineMs }) },
      finished: (isSeeded) => results.push(isSeeded),
    }).run(begin);
  });
  const requests: readonly ReceivedRequest[] = server.requests;
  return { watch, lines, results, requests };
}

describe("a start with a history in Prometheus", () => {
  it("knows what was lived through, and says so", async () => {
    const { watch: lived, series } = lifetime();
    const { watch, results, lines } = await seeded({ respond: prometheusOf(series) });
    for (const one of [lived, watch]) one.evaluate(NOW);

    const [before, after] = [lived, watch].map((one) => lasting(one.snapshot().accounts[0]?.quotas ?? []));
    expect(after).toEqual(before);
    expect(after?.[0]?.forecast?.runwaySeconds).toBeGreaterThan(0);
    expect(results).toEqual([true]);
    expect(lines).toMatchObject([{ level: 30, msg: "the history was taken from Prometheus", readings: 120 }]);
    expect(watch.snapshot().accounts[1]?.quotas).toEqual([]);
  });

  it("asks under the prefix, for one account at a time, as the tenant and with the credential", async () => {
    const { requests, lines } = await seeded({
      respond: prometheusOf([]),
      source: {
        tenant: "team-a",
        selector: 'job="llm"',
        authorization: async () => ({ header: new Secret("Bearer canary-credential") }),
      },
    });

    const asked = requests.map(({ path, headers }) => ({ url: new URL(path, "http://x"), headers }));
    expect(asked.map(({ url }) => url.pathname)).toEqual(["/prefix/api/v1/query_range", "/prefix/api/v1/query_range"]);
    expect(asked.map(({ url }) => url.searchParams.get("query")).toSorted()[0]).toBe(
      '{__name__=~"llm_quota_remaining|llm_quota_limit|llm_quota_used|llm_quota_reset_timestamp_seconds|llm_quota_expiry_timestamp_seconds|llm_quota_period_seconds|llm_quota_last_reading_timestamp_seconds|llm_quota_info",provider="nanogpt",account="one",job="llm"}',
    );
    expect(asked.map(({ url }) => url.searchParams.get("step"))).toEqual(["150", "150"]);
    expect(asked.map(({ headers }) => [headers["x-scope-orgid"], headers["authorization"]])).toEqual([
      ["team-a", "Bearer canary-credential"],
      ["team-a", "Bearer canary-credential"],
    ]);
    expect(JSON.stringify(lines)).not.toContain("canary");
  });

  it("never asks for more points than Prometheus gives, the newest as fine as two for each interval", async () => {
    const { requests } = await seeded({ respond: prometheusOf([]), source: { rangeSeconds: 366 * DAY } });

    const ranges = requests.map(({ path }) => {
      const { searchParams } = new URL(path, "http://x");
      const [start = 0, end = 0, step = 0] = ["start", "end", "step"].map((name) => Number(searchParams.get(name)));
      return { step, points: (end - start) / step };
    });
    expect(Math.max(...ranges.map(({ points }) => points))).toBeLessThanOrEqual(10_001);
    expect(Math.min(...ranges.map(({ step }) => step))).toBe(150);
    expect(ranges).toHaveLength(4);
  });

  it("learns from the first reading what no series tells, for all of the past", async () => {
    const { watch: lived, series } = lifetime({ partial: true, remaining: 0 });
    const { watch } = await seeded({ respond: prometheusOf(series) });
    for (const one of [lived, watch]) one.take(ONE, read(0, { partial: true, remaining: 0 }));

    const [before, after] = [lived, watch].map((one) => lasting(one.snapshot().accounts[0]?.quotas ?? []));
    expect(after).toEqual(before);
    expect(after).toMatchObject([{ state: "exhausted", severity: "warning" }]);
  });
});

it("what failed reads told before the first good one is not lost with it", async () => {
  const { series } = lifetime({ partial: true });
  const { watch } = await seeded({ respond: prometheusOf(series) });
  watch.take(ONE, { ok: false, at: inSeconds(0), seconds: 0, reason: "server", message: "GET /: 503" });
  watch.take(ONE, read(10, { partial: true }));

  const [one] = watch.snapshot().accounts;
  expect(one).toMatchObject({ pollsTotal: 2, failuresTotal: { server: 1 }, quotas: [{ reading: { partial: true } }] });
});

describe("a start without a history begins all the same, with one warning,", () => {
  const tooLate: Respond = (_, response) => {
    response.writeHead(200, { "content-type": "application/json" }).write('{"status":');
  };
  it.each<[string, Plan, RegExp]>([
    ["when nobody answers in time", { respond: neverAnswer, deadlineMs: 50 }, /\/prefix\/api\/v1\/query_range/],
    ["when the answer does not end in time", { respond: tooLate, deadlineMs: 50 }, /query_range/],
    ["when it is refused", { respond: (_, response) => sendJson(response, { status: "error" }, 422) }, /422/],
    ["when it fails", { respond: (_, response) => void response.writeHead(503).end("down") }, /503/],
    ["when the answer is a page", { respond: (_, response) => void response.end("<html>") }, /query_range/],
    [
      "when it is an error after all",
      { respond: (_, response) => sendJson(response, { status: "error" }) },
      /\$\.status/,
    ],
    [
      "when it is of another shape",
      {
        respond: (_, response) =>
          sendJson(response, {
            status: "success",
            data: { resultType: "matrix", result: [{ metric: {}, values: [["now", 1]] }] },
          }),
      },
      /\$\.data\.result/,
    ],
    ["when the connection breaks", { respond: (_, response) => void response.destroy() }, /query_range/],
    [
      "when the credential is gone",
      {
        respond: prometheusOf([]),
        source: { authorization: async () => ({ problem: "the file of its credential does not exist" }) },
      },
      /^the file of its credential does not exist$/,
    ],
  ])("%s", async (_, plan, problem) => {
    const { watch, lines, results } = await seeded(plan);

    expect(lines).toHaveLength(1);
    expect(lines).toMatchObject([
      { level: 40, msg: "the history cannot be had from Prometheus, what it did not tell is learned anew" },
    ]);
    expect(lines[0]?.["problem"]).toMatch(problem);
    expect(results).toEqual([false]);
    expect(watch.snapshot().accounts.map(({ quotas }) => quotas)).toEqual([[], []]);
  });

  it("when nothing is there", async () => {
    const { lines, results } = await seeded({ respond: prometheusOf([]) });

    expect(lines).toMatchObject([
      { level: 40, msg: "Prometheus has no history of any account, everything is learned anew" },
    ]);
    expect(results).toEqual([false]);
  });
});

it("a stop ends the asking, and nothing begins any more", async () => {
  await using server = await startServer(neverAnswer);
  const heard: string[] = [];
  const seeding = createSeeding({
    accounts: [ONE],
    source: { url: server.url, rangeSeconds: DAY },
    ...{ watch: aWatch(), log: pino({ level: "silent" }), userAgent: "test", now: () => NOW },
    finished: () => heard.push("finished"),
  });
  seeding.run(() => heard.push("begun"));
  await seeding.stop();

  expect(heard).toEqual([]);
});

it("an account that was read meanwhile stays as it is", () => {
  const watch = aWatch();
  watch.take(ONE, read(0));
  const before = watch.snapshot().accounts[0];

  expect(watch.seed(ONE, [read(-300)], NOW)).toBe(false);
  expect(watch.seed(anAccountOf("three"), [read(-300)], NOW)).toBe(false);
  expect(watch.snapshot().accounts[0]).toBe(before);
});
