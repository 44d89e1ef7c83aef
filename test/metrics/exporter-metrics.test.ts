import { expect, it, test } from "vitest";
import { createExporterMetrics } from "../../src/metrics/exporter-metrics.ts";

const BUILD = { version: "0.1.0", revision: "abc1234", nodeVersion: "v24.21.0" };

/** The samples of one family, without HELP and TYPE. */
function linesOf(name: string, text: string): string[] {
  return text.split("\n").filter((line) => line.startsWith(`${name}{`) || line.startsWith(`${name} `));
}

test("build_info names version, commit and Node version", async () => {
  expect(linesOf("llm_quota_exporter_build_info", await createExporterMetrics(BUILD).render())).toEqual([
    'llm_quota_exporter_build_info{version="0.1.0",revision="abc1234",node_version="v24.21.0"} 1',
  ]);
});

test("a new provider starts with every series at 0", async () => {
  const metrics = createExporterMetrics(BUILD);
  metrics.addProviders(["nanogpt"]);
  const text = await metrics.render();
  expect(linesOf("llm_quota_poll_duration_seconds_count", text)).toEqual([
    'llm_quota_poll_duration_seconds_count{provider="nanogpt"} 0',
  ]);
  expect(linesOf("llm_quota_exporter_series_dropped_total", text)).toEqual([
    'llm_quota_exporter_series_dropped_total{provider="nanogpt"} 0',
  ]);
});

test("the duration of a poll falls into its bucket", async () => {
  const metrics = createExporterMetrics(BUILD);
  metrics.observePoll("nanogpt", 0.3);
  expect(linesOf("llm_quota_poll_duration_seconds_bucket", await metrics.render())).toEqual(
    [
      ["0.05", 0],
      ["0.1", 0],
      ["0.25", 0],
      ["0.5", 1],
      ["1", 1],
      ["2.5", 1],
      ["5", 1],
      ["10", 1],
      ["+Inf", 1],
    ].map(([le, count]) => `llm_quota_poll_duration_seconds_bucket{le="${le}",provider="nanogpt"} ${count}`),
  );
});

test("naming a provider again, as a reload does, keeps what was counted", async () => {
  const metrics = createExporterMetrics(BUILD);
  metrics.addProviders(["nanogpt"]);
  metrics.observePoll("nanogpt", 1);
  metrics.countDroppedSeries("nanogpt", 4);
  metrics.addProviders(["nanogpt", "deepseek"]);
  const text = await metrics.render();
  expect(linesOf("llm_quota_poll_duration_seconds_count", text)).toEqual([
    'llm_quota_poll_duration_seconds_count{provider="nanogpt"} 1',
    'llm_quota_poll_duration_seconds_count{provider="deepseek"} 0',
  ]);
  expect(linesOf("llm_quota_exporter_series_dropped_total", text)).toContain(
    'llm_quota_exporter_series_dropped_total{provider="nanogpt"} 4',
  );
});

test("a count for a provider that nobody announced does not erase its later zero", async () => {
  const metrics = createExporterMetrics(BUILD);
  metrics.observePoll("nanogpt", 1);
  metrics.addProviders(["nanogpt"]);
  expect(linesOf("llm_quota_poll_duration_seconds_count", await metrics.render())).toEqual([
    'llm_quota_poll_duration_seconds_count{provider="nanogpt"} 1',
  ]);
});

test("what came of asking the peer is counted from 0, and only where there is one", async () => {
  const metrics = createExporterMetrics(BUILD);
  const counts = async () => linesOf("llm_quota_exporter_peer_outcomes_total", await metrics.render());
  expect(await counts()).toEqual([]);
  metrics.addPeer();
  metrics.peerAsked("taken");
  metrics.addPeer();

  expect(await counts()).toEqual([
    'llm_quota_exporter_peer_outcomes_total{result="taken"} 1',
    'llm_quota_exporter_peer_outcomes_total{result="none"} 0',
    'llm_quota_exporter_peer_outcomes_total{result="failed"} 0',
  ]);
});

const RELOAD = "llm_quota_exporter_config_last_reload_successful";
const RELOADED_AT = "llm_quota_exporter_config_last_reload_success_timestamp_seconds";

test("the reload gauges are absent before the first load", async () => {
  const text = await createExporterMetrics(BUILD).render();
  expect(linesOf(RELOAD, text)).toEqual([]);
  expect(linesOf(RELOADED_AT, text)).toEqual([]);
});

test("a refused config keeps the time of the last good one", async () => {
  const metrics = createExporterMetrics(BUILD);
  metrics.configLoaded(new Date("2026-11-21T23:00:00Z"));
  metrics.configRefused();
  const text = await metrics.render();
  expect(linesOf(RELOAD, text)).toEqual([`${RELOAD} 0`]);
  expect(linesOf(RELOADED_AT, text)).toEqual([`${RELOADED_AT} 1795302000`]);
});

it("never prints NaN, also when two scrapes follow each other at once", async () => {
  const metrics = createExporterMetrics(BUILD);
  await metrics.render();
  const text = await metrics.render();
  expect(text).toContain("process_resident_memory_bytes ");
  expect(text).toContain("nodejs_eventloop_lag_seconds ");
  expect(text).not.toMatch(/ [+-]?(nan|inf)$|9223372036/im);
});

it("keeps to its own registry, so that two daemons in one process do not meet", async () => {
  const first = createExporterMetrics(BUILD);
  const second = createExporterMetrics(BUILD);
  first.observePoll("nanogpt", 1);
  expect(linesOf("llm_quota_poll_duration_seconds_count", await second.render())).toEqual([]);
});

test("the history is told of only where one was asked for", async () => {
  const metrics = createExporterMetrics(BUILD);
  const shown = async () => linesOf("llm_quota_exporter_history_seed_success", await metrics.render());
  expect(await shown()).toEqual([]);
  metrics.historySeeded("prometheus", false);
  expect(await shown()).toEqual(['llm_quota_exporter_history_seed_success{source="prometheus"} 0']);
  metrics.historySeeded("prometheus", true);
  expect(await shown()).toEqual(['llm_quota_exporter_history_seed_success{source="prometheus"} 1']);
});
