import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { eventually } from "../support/eventually.ts";
import { BREAKING, type MonitoredFleet, startMonitoredFleet } from "../support/monitored-fleet.ts";
import { changesOf } from "../support/webhook.ts";

const PAGER = "llm-quota-pager";
const CHAT = "llm-quota-chat";

let fleet: MonitoredFleet;

beforeAll(async () => {
  fleet = await startMonitoredFleet();
});

afterAll(async () => {
  await fleet?.[Symbol.asyncDispose]();
});

/** What a receiver was told about an account, each change once, in order. */
function told(account: string, receiver: string): readonly string[] {
  const about = ({ receiver: to, groupLabels }: { receiver: string; groupLabels: Readonly<Record<string, string>> }) =>
    to === receiver && groupLabels["account"] === account;
  return changesOf(fleet.webhook.notifications.filter(about));
}

async function value(expression: string): Promise<number | undefined> {
  const samples = await fleet.prometheus.query(expression);
  expect(samples.length, `series of ${expression}`).toBeLessThanOrEqual(1);
  return samples[0]?.value;
}

async function incidentIsOver(): Promise<void> {
  await eventually(() => expect(told("exhausting", PAGER)).toContain("resolved LLMQuotaWillExhaust"), {
    timeoutMs: 90_000,
    everyMs: 500,
  });
}

describe.concurrent("Prometheus, the shipped rules and the shipped Alertmanager config on one daemon", () => {
  it("tell of an exhausting account once: it will run out, it has run out, and a reset ends it", async () => {
    const { exhausting, prometheus, webhook } = fleet;
    const using = setInterval(() => exhausting.use(10_000), 250);
    try {
      await eventually(() => expect(told("exhausting", PAGER)).toEqual(["firing LLMQuotaWillExhaust"]), {
        timeoutMs: 30_000,
      });
    } finally {
      clearInterval(using);
    }

    exhausting.use(1_000_000);
    await eventually(
      () => expect(told("exhausting", PAGER)).toEqual(["firing LLMQuotaWillExhaust", "firing LLMQuotaExhausted"]),
      { timeoutMs: 20_000 },
    );
    expect(
      await value('llm_quota_alert_state{account="exhausting",quota="daily_input_tokens",state="exhausted"}'),
    ).toBe(1);
    expect(await value('llm_quota_remaining{account="exhausting",quota="daily_input_tokens"}')).toBe(0);
    expect(await value('llm_quota_resets_total{account="exhausting",quota="daily_input_tokens"}')).toBe(0);

    exhausting.resetNow();
    await incidentIsOver();

    expect(told("exhausting", PAGER)).toEqual([
      "firing LLMQuotaWillExhaust",
      "firing LLMQuotaExhausted",
      "resolved LLMQuotaExhausted",
      "resolved LLMQuotaWillExhaust",
    ]);
    // Where the machine uses it unevenly, it may be watched for a moment before it pages.
    expect(told("exhausting", CHAT).filter((one) => !one.endsWith(" LLMQuotaWatch"))).toEqual([]);
    const groups = webhook.notifications
      .filter(({ alerts }) =>
        alerts.some(({ labels }) => labels["account"] === "exhausting" && labels["alertname"] !== "LLMQuotaWatch"),
      )
      .map(({ receiver, groupLabels }) => JSON.stringify([receiver, groupLabels]));
    expect(new Set(groups)).toEqual(new Set([JSON.stringify([PAGER, { account: "exhausting", provider: "nanogpt" }])]));
    expect(await value('llm_quota_resets_total{account="exhausting",quota="daily_input_tokens"}')).toBe(1);
    expect(await prometheus.query('ALERTS{account="exhausting"}')).toEqual([]);
  });

  it("name the account, the quota and the numbers in the page, and where its runbook is", async () => {
    const notification = await fleet.webhook.waitFor(
      ({ receiver, groupLabels }) => receiver === PAGER && groupLabels["account"] === "exhausting",
    );

    const [alert] = notification.alerts;
    expect(alert?.labels).toEqual({
      alertname: "LLMQuotaWillExhaust",
      severity: "critical",
      provider: "nanogpt",
      account: "exhausting",
      quota: "daily_input_tokens",
    });
    expect(alert?.annotations).toEqual({
      summary: "nanogpt/exhausting: daily_input_tokens runs out before it resets",
      description: expect.stringMatching(
        /^At the present pace .* Left: \d+k input_tokens\. \d\d(\.\d+)?% of the limit is left\. The limit is 1M input_tokens\. The window is 1m 0s long\. The long-term pace would use [\d.]+ times what is left\. At this rate it runs out in [\d.]+s\. It resets in [\d.]+s\. Find what has just started, .*$/,
      ),
      runbook_url: "docs/alerts.md#llmquotawillexhaust",
      dashboard_url:
        "/d/llm-quota-account/llm-quota-account?var-provider=nanogpt&var-account=exhausting&var-quota=daily_input_tokens",
    });
  });

  it.each(BREAKING)(
    "lose the values of %s while it lasts, never see a 0, and miss nothing of the others",
    async (account) => {
      const of = `account="${account}"`;
      await eventually(async () => expect(await value(`llm_quota_remaining{${of}}`)).toBe(25));
      const reason = REASONS[account];

      await fleet.simulator(account).setMode(MODES[account]);
      await eventually(
        async () => {
          expect(await value(`llm_quota_remaining{${of}}`)).toBeUndefined();
          expect(await value(`llm_quota_data_valid{${of}}`)).toBe(0);
        },
        { timeoutMs: 25_000 },
      );
      expect(await value(`llm_quota_account_up{${of}}`)).toBe(0);
      expect(await value(`llm_quota_consumed_total{${of}}`)).toBe(0);
      expect(await value(`llm_quota_alert_state{${of},state="unknown"}`)).toBe(1);
      expect(await value(`llm_quota_poll_failures_total{${of},reason="${reason}"}`)).toBeGreaterThanOrEqual(3);
      expect(await value(`sum(llm_quota_poll_failures_total{${of},reason!="${reason}"})`)).toBe(0);
      await eventually(() => expect(told(account, CHAT)).toEqual(["firing LLMQuotaAccountUnreadable"]));

      await fleet.simulator(account).setMode("ok");
      await eventually(async () => expect(await value(`llm_quota_remaining{${of}}`)).toBe(25));
      expect(await value(`llm_quota_account_up{${of}}`)).toBe(1);
      expect(await value(`llm_quota_data_valid{${of}}`)).toBe(1);
      expect(await value(`min_over_time(llm_quota_remaining{${of}}[5m])`)).toBe(25);
      expect(await value('min_over_time(llm_quota_data_valid{account="healthy"}[5m])')).toBe(1);
      expect(await value('min_over_time(llm_quota_account_up{account="spending"}[1m])')).toBe(1);
      await eventually(
        () =>
          expect(told(account, CHAT)).toEqual([
            "firing LLMQuotaAccountUnreadable",
            "resolved LLMQuotaAccountUnreadable",
          ]),
        { timeoutMs: 60_000 },
      );
      expect(told(account, PAGER)).toEqual([]);
    },
  );

  it("page for a rejected credential, once, and do not also say that the account is unreadable", async () => {
    await eventually(() => expect(told("wrong-key", PAGER)).toEqual(["firing LLMQuotaCredentialRejected"]), {
      timeoutMs: 20_000,
    });
    await eventually(async () => {
      const alerts = await fleet.alertmanager.alerts();
      const unreadable = alerts.find(
        ({ labels }) => labels["account"] === "wrong-key" && labels["alertname"] === "LLMQuotaAccountUnreadable",
      );
      expect(unreadable?.status.state).toBe("suppressed");
    });
    expect(told("wrong-key", CHAT)).toEqual([]);
    expect(await fleet.prometheus.query('llm_quota_remaining{account="wrong-key"}')).toEqual([]);
  });

  it("page nobody for a soft window over its limit", async () => {
    await incidentIsOver();

    expect(told("soft", PAGER)).toEqual([]);
    expect(told("soft", CHAT)).toEqual(["firing LLMQuotaWatch"]);
    expect(await value('llm_quota_remaining{account="soft",quota="daily"}')).toBe(-40);
  });

  it("tell nobody that the wallet of a subscriber has become empty", async () => {
    await incidentIsOver();

    const balance = 'llm_quota_remaining{account="subscriber",quota="balance"}';
    expect(await value(`max_over_time(${balance}[5m])`)).toBeGreaterThan(0);
    expect(await value(balance)).toBe(0);
    expect(fleet.webhook.notifications.filter(({ groupLabels }) => groupLabels["account"] === "subscriber")).toEqual(
      [],
    );
  });

  it("tell nobody that a healthy account was reset, and count what it used across the reset", async () => {
    await eventually(async () => expect(await value('llm_quota_resets_total{account="healthy"}')).toBeGreaterThan(0), {
      timeoutMs: 40_000,
    });

    expect(await value('llm_quota_consumed_total{account="healthy"}')).toBeGreaterThan(30_000);
    expect(fleet.webhook.notifications.filter(({ groupLabels }) => groupLabels["account"] === "healthy")).toEqual([]);
  });

  it("see a healthy target with as many samples as such a fleet has", async () => {
    const { prometheus } = fleet;
    await eventually(async () => expect(await value('up{job="llm-quota-exporter"}')).toBe(1));

    expect(await prometheus.targets()).toMatchObject([{ health: "up", lastError: "" }]);
    const samples = await value('scrape_samples_scraped{job="llm-quota-exporter"}');
    expect(samples).toBeGreaterThan(400);
    expect(samples).toBeLessThan(1500);
    expect(prometheus.logs()).not.toMatch(/level=(warn|error)/);
  });

  it("keep the heartbeat going, and have no reason to say that the exporter is down", async () => {
    await fleet.webhook.waitFor(({ receiver }) => receiver === "llm-quota-heartbeat");

    const names = fleet.webhook.notifications.flatMap(({ alerts }) => alerts.map(({ labels }) => labels["alertname"]));
    expect(names).not.toContain("LLMQuotaExporterDown");
  });
});

const MODES = {
  "breaks-hang": "hang",
  "breaks-html": "html",
  "breaks-refuse": "refuse",
  "breaks-500": "status:500",
} as const;

const REASONS = {
  "breaks-hang": "timeout",
  "breaks-html": "malformed",
  "breaks-refuse": "network",
  "breaks-500": "server",
} as const;

describe("when the daemon itself is gone", () => {
  it("one page says so, the alerts that it held end, and its return ends the page", async () => {
    const { daemon } = fleet;
    const paged = () => changesOf(fleet.webhook.notifications.filter(({ alerts }) => alerts.some(isExporterDown)));
    const stopped = await daemon.stop();

    await eventually(() => expect(paged()).toEqual(["firing LLMQuotaExporterDown"]), { timeoutMs: 60_000 });

    expect(stopped).toEqual({ code: 0, signal: null });
    await fleet.restartDaemon();
    await eventually(() => expect(paged()).toEqual(["firing LLMQuotaExporterDown", "resolved LLMQuotaExporterDown"]), {
      timeoutMs: 60_000,
    });
    await eventually(async () => expect(await value('llm_quota_remaining{account="spending"}')).toBeLessThan(1000));
  });
});

const isExporterDown = ({ labels }: { readonly labels: Readonly<Record<string, string>> }) =>
  labels["alertname"] === "LLMQuotaExporterDown";
