import { expect, it } from "vitest";
import { createExporterMetrics } from "../../src/metrics/exporter-metrics.ts";

const begin = () => createExporterMetrics({ version: "1", revision: "r", nodeVersion: "v24" });

/** The samples of one Alertmanager, without those of the histogram but its count. */
async function samplesOf(metrics: ReturnType<typeof begin>, name: string): Promise<Readonly<Record<string, number>>> {
  const lines = (await metrics.render()).split("\n").filter((line) => line.includes(`alertmanager="${name}"`));
  const samples = lines.map((line) => /^llm_quota_exporter_(\w+)\{[^}]*\} (.+)$/.exec(line) ?? []);
  return Object.fromEntries(
    samples
      .filter(([, family = ""]) => !/_(bucket|sum)$/.test(family))
      .map(([, family = "", value]) => [family, Number(value)]),
  );
}

const AT_FIRST = {
  alertmanager_up: 0,
  notifications_sent_total: 0,
  notifications_errors_total: 0,
  notifications_dropped_total: 0,
  notifications_queue_length: 0,
  notifications_queue_capacity: 10,
  notification_duration_seconds_count: 0,
};

it("an Alertmanager has all its series from 0, but for a clock that it has not told", async () => {
  const metrics = begin();
  metrics.alertmanager("am:9093", 10);

  expect(await samplesOf(metrics, "am:9093")).toEqual(AT_FIRST);
});

it("an Alertmanager has what was counted of it, and another one nothing of that", async () => {
  const metrics = begin();
  const one = metrics.alertmanager("one:9093", 10);
  metrics.alertmanager("two:9093", 10);
  one.failed(3);
  one.sent(2);
  one.dropped(1);
  one.queued(4);
  one.called(0.2);
  one.clockAhead(-31);

  expect(await samplesOf(metrics, "one:9093")).toEqual({
    ...AT_FIRST,
    alertmanager_up: 1,
    notifications_sent_total: 2,
    notifications_errors_total: 3,
    notifications_dropped_total: 1,
    notifications_queue_length: 4,
    notification_duration_seconds_count: 1,
    alertmanager_clock_skew_seconds: -31,
  });
  expect(await samplesOf(metrics, "two:9093")).toEqual(AT_FIRST);
});

it.each(["failed", "noneTaken"] as const)(
  "an Alertmanager is not up when the last that is known is %s",
  async (what) => {
    const metrics = begin();
    const one = metrics.alertmanager("am:9093", 10);
    one.sent(1);
    one[what](1);

    expect(await samplesOf(metrics, "am:9093")).toMatchObject({ alertmanager_up: 0 });
  },
);

it("an Alertmanager that is configured anew goes on counting", async () => {
  const metrics = begin();
  metrics.alertmanager("am:9093", 10).sent(2);
  metrics.alertmanager("am:9093", 10).sent(3);

  expect(await samplesOf(metrics, "am:9093")).toMatchObject({ notifications_sent_total: 5 });
});

it("an Alertmanager that is left has no series, nor has any family one without a name", async () => {
  const metrics = begin();
  const one = metrics.alertmanager("am:9093", 10);
  one.clockAhead(1);
  one.end();

  expect(await samplesOf(metrics, "am:9093")).toEqual({});
  expect((await metrics.render()).match(/^llm_quota_exporter_(notification|alertmanager).*$/gm)).toBeNull();
});

it("a daemon that pushes nothing has none of these families", async () => {
  expect(await begin().render()).not.toMatch(/notification|alertmanager/);
});
