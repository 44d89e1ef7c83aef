import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { load } from "js-yaml";
import { describe, expect, it, onTestFinished } from "vitest";
import { renderAlertmanagerExamples } from "../../scripts/alertmanager-examples.ts";
import { adaptConfig, startAlertmanager } from "../support/alertmanager.ts";
import { eventually } from "../support/eventually.ts";
import { sendJson, startServer } from "../support/json-server.ts";
import { startMailServer } from "../support/mail-server.ts";

const PATIENCE = { timeoutMs: 30_000 };
const TEMPLATE = fileURLToPath(new URL("../../deploy/alertmanager/llm-quota.tmpl", import.meta.url));

type Json = Readonly<Record<string, unknown>>;
interface Config {
  readonly global?: Json;
  readonly route: unknown;
  readonly receivers: readonly ({ readonly name: string } & Json)[];
}

/** The example with its routes quick and each of its notifications sent to `url`, secrets from files as shipped. */
async function quickExample(file: string, url: string): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), "alertmanager-notifications-"));
  onTestFinished(() => rm(folder, { recursive: true }));
  const secret = join(folder, "secret");
  await writeFile(secret, file === "slack.yml" ? url : "routing-key-of-the-test");
  const config = load(renderAlertmanagerExamples().get(file) ?? "") as Config;
  const { route } = JSON.parse(adaptConfig(JSON.stringify(config), url)) as Config;
  const receivers = config.receivers.map(({ name, ...integrations }) => {
    const lists = Object.entries(integrations as Readonly<Record<string, readonly Json[]>>);
    return { name, ...Object.fromEntries(lists.map(([kind, list]) => [kind, list.map(local)])) };
  });
  return JSON.stringify({ ...config, templates: [TEMPLATE], route, receivers });

  function local(integration: Json): Json {
    if ("api_url_file" in integration) return { ...integration, api_url_file: secret };
    if ("routing_key_file" in integration) return { ...integration, routing_key_file: secret, url };
    if ("to" in integration) return integration;
    return { ...integration, url };
  }
}

const RUNBOOK = "https://wiki.example/alerts";
const DASHBOARD = "https://grafana.example/d/llm-quota-account/llm-quota-account?var-provider=chutes&var-account=main";

interface Posted {
  readonly alert: string;
  readonly severity: string;
  readonly summary: string;
  readonly description: string;
}

const WILL_EXHAUST: Posted = {
  alert: "LLMQuotaWillExhaust",
  severity: "critical",
  summary: "chutes/main: four_hour runs out before it resets",
  description: "At this rate it runs out in 25m 0s. It resets in 2h 10m 0s.",
};
const EXHAUSTED: Posted = {
  alert: "LLMQuotaExhausted",
  severity: "critical",
  summary: "chutes/main: monthly is exhausted",
  description: "Nothing is left. It resets in 4d 0h 0m 0s.",
};
const WATCH: Posted = { ...WILL_EXHAUST, alert: "LLMQuotaWatch", severity: "warning" };

async function post(url: string, alerts: readonly Posted[], state: "firing" | "resolved"): Promise<void> {
  const now = Date.now();
  const body = alerts.map(({ alert, severity, summary, description }) => ({
    labels: { alertname: alert, severity, provider: "chutes", account: "main", quota: alert },
    annotations: {
      summary,
      description,
      runbook_url: `${RUNBOOK}#${alert.toLowerCase()}`,
      dashboard_url: DASHBOARD,
    },
    // A group is notified at once of an alert that is older than group_wait: the second one would come too late for it.
    startsAt: new Date(state === "firing" ? now + 1000 : now - 1000).toISOString(),
    endsAt: new Date(state === "firing" ? now + 3_600_000 : now).toISOString(),
  }));
  const headers = { "content-type": "application/json" };
  const answer = await fetch(`${url}/api/v2/alerts`, { method: "POST", headers, body: JSON.stringify(body) });
  expect(answer.status).toBe(200);
}

/** What an alert says in a notification, and after its end. */
function said({ alert, summary, description }: Posted, ended = false): string {
  return [
    `${ended ? "Ended: " : ""}${summary}`,
    `${ended ? "Last told: " : ""}${description}`,
    `Runbook: ${RUNBOOK}#${alert.toLowerCase()}`,
    `Dashboard: ${DASHBOARD}`,
  ].join("\n");
}

/** A real Alertmanager with an example, and what it sends out. */
async function startExample(file: string) {
  const stack = new AsyncDisposableStack();
  const received = stack.use(await startServer((_, response) => sendJson(response, {})));
  const configText = await quickExample(file, `${received.url}/`);
  const alertmanager = stack.use(await startAlertmanager({ configText }));
  return {
    url: alertmanager.url,
    bodies: () => received.requests.map(({ body }) => JSON.parse(body) as unknown),
    [Symbol.asyncDispose]: () => stack.disposeAsync(),
  };
}

describe("what Slack is told", () => {
  it.each([
    {
      name: "one alert",
      alerts: [WILL_EXHAUST],
      firing: { title: `[CRITICAL] ${WILL_EXHAUST.summary}`, color: "danger" },
      resolved: { title: `[RESOLVED] ${WILL_EXHAUST.summary}`, color: "good" },
    },
    {
      name: "two alerts of an account",
      alerts: [EXHAUSTED, WILL_EXHAUST],
      firing: { title: `[CRITICAL] ${EXHAUSTED.summary} (2 alerts)`, color: "danger" },
      resolved: { title: `[RESOLVED] ${EXHAUSTED.summary} (2 alerts)`, color: "good" },
    },
    {
      name: "a warning",
      alerts: [WATCH],
      firing: { title: `[WARNING] ${WATCH.summary}`, color: "warning" },
      resolved: { title: `[RESOLVED] ${WATCH.summary}`, color: "good" },
    },
  ])("names $name with summary, description and links, from beginning to end", async (given) => {
    const { alerts, firing, resolved } = given;
    await using example = await startExample("slack.yml");
    const told = () => example.bodies().map((body) => (body as { attachments: readonly Json[] }).attachments[0]);
    const text = (ended: boolean) => alerts.map((alert) => said(alert, ended)).join("\n\n");

    await post(example.url, alerts, "firing");
    await eventually(() => expect(told()).toHaveLength(1), PATIENCE);
    expect(told()[0]).toMatchObject({ ...firing, text: text(false), fallback: firing.title });
    await post(example.url, alerts, "resolved");
    await eventually(() => expect(told()).toHaveLength(2), PATIENCE);

    expect(told()[1]).toMatchObject({ ...resolved, text: text(true), fallback: resolved.title });
  });

  it("what still fires stands before what has ended", async () => {
    await using example = await startExample("slack.yml");
    const told = () => example.bodies().map((body) => (body as { attachments: readonly Json[] }).attachments[0]);

    await post(example.url, [EXHAUSTED, WILL_EXHAUST], "firing");
    await eventually(() => expect(told()).toHaveLength(1), PATIENCE);
    await post(example.url, [EXHAUSTED], "resolved");
    await eventually(() => expect(told()).toHaveLength(2), PATIENCE);

    expect(told()[1]).toMatchObject({
      title: `[CRITICAL] ${WILL_EXHAUST.summary}`,
      color: "danger",
      text: `${said(WILL_EXHAUST)}\n\n${said(EXHAUSTED, true)}`,
    });
  });
});

describe("what PagerDuty is told", () => {
  it.each([
    { posted: WILL_EXHAUST, severity: "critical" },
    { posted: WATCH, severity: "warning" },
    { posted: { ...WATCH, alert: "LLMQuotaUseOrLose", severity: "info" }, severity: "info" },
  ])("is the severity $severity of $posted.alert, and its end under the same key", async ({ posted, severity }) => {
    await using example = await startExample("pagerduty.yml");
    interface Event {
      readonly routing_key: string;
      readonly dedup_key: string;
      readonly event_action: string;
      readonly payload: Json & { readonly custom_details: Json };
    }
    const told = () => example.bodies() as readonly Event[];

    await post(example.url, [posted], "firing");
    await eventually(() => expect(told()).toHaveLength(1), PATIENCE);
    await post(example.url, [posted], "resolved");
    await eventually(() => expect(told()).toHaveLength(2), PATIENCE);

    const [began, ended] = told();
    expect(began).toMatchObject({
      routing_key: "routing-key-of-the-test",
      event_action: "trigger",
      payload: {
        summary: `[${severity.toUpperCase()}] ${posted.summary}`,
        severity,
        class: posted.alert,
        component: posted.alert,
        group: "chutes/main",
        custom_details: { firing: said(posted), resolved: "" },
      },
      links: [
        { href: `${RUNBOOK}#${posted.alert.toLowerCase()}`, text: "Runbook" },
        { href: DASHBOARD, text: "Dashboard" },
      ],
    });
    expect(ended).toMatchObject({ event_action: "resolve", dedup_key: began?.dedup_key });
  });
});

describe("what a mail says", () => {
  /** The subject and the text; the end of a line of its own at most 76 characters long is taken out again. */
  function read(message: string) {
    const [, subject] = /^Subject: (.*)$/m.exec(message.replaceAll("\r\n", "\n")) ?? [];
    const [, type, body = ""] = /\r\nContent-Type: (text\/[^;]+).*?\r\n\r\n([\s\S]*?)\r\n--/.exec(message) ?? [];
    const text = body.replaceAll("=\r\n", "").replaceAll("=3D", "=").replaceAll("\r\n", "\n");
    return { subject, type, text, parts: message.match(/\r\nContent-Type: text\//g)?.length };
  }

  it("is the same as in Slack, with the title as its subject and no HTML beside it", async () => {
    await using mail = await startMailServer();
    const quick = JSON.parse(await quickExample("email.yml", "http://127.0.0.1:9/")) as Config;
    const global = { ...quick.global, smtp_smarthost: mail.address, smtp_require_tls: false };
    await using alertmanager = await startAlertmanager({ configText: JSON.stringify({ ...quick, global }) });

    await post(alertmanager.url, [EXHAUSTED, WILL_EXHAUST], "firing");
    await eventually(() => expect(mail.messages).toHaveLength(1), PATIENCE);
    await post(alertmanager.url, [EXHAUSTED, WILL_EXHAUST], "resolved");
    await eventually(() => expect(mail.messages).toHaveLength(2), PATIENCE);

    expect(mail.messages.map(read)).toEqual([
      {
        subject: `[CRITICAL] ${EXHAUSTED.summary} (2 alerts)`,
        type: "text/plain",
        text: `${said(EXHAUSTED)}\n\n${said(WILL_EXHAUST)}`,
        parts: 1,
      },
      {
        subject: `[RESOLVED] ${EXHAUSTED.summary} (2 alerts)`,
        type: "text/plain",
        text: `${said(EXHAUSTED, true)}\n\n${said(WILL_EXHAUST, true)}`,
        parts: 1,
      },
    ]);
  });
});
