/** A complete config of Alertmanager: the routes that all of them share, and receivers of its own. */
interface Example {
  readonly file: string;
  /** What a reader of the file needs to know first. */
  readonly about: string;
  /** What stands before the route, as `global`. */
  readonly settings?: string;
  /** The four receivers that the routes name: pager, chat, quiet and heartbeat. */
  readonly receivers: string;
}

/** Alertmanager's format has no includes, so that each example repeats this. Change it here, then `npm run generate`. */
const ROUTES = `\
route:
  # For whatever comes besides these alerts.
  receiver: llm-quota-chat
  group_by: [alertname]
  routes:
    # From here to the end of the routes is what goes into a config that you have, in front of your own routes.
    - matchers: ['alertname =~ "LLMQuota.+"']
      receiver: llm-quota-chat
      group_by: [provider, account]
      group_wait: 30s
      group_interval: 5m
      repeat_interval: 12h
      routes:
        # A heartbeat: it must keep arriving, and something outside must notice when it does not.
        - matchers: ['alertname = "LLMQuotaWatchdog"']
          receiver: llm-quota-heartbeat
          group_by: [alertname]
          group_wait: 0s
          group_interval: 1m
          repeat_interval: 2m

        # Alerts about the exporter itself have no account to group by.
        - matchers: ['account = ""']
          group_by: [alertname]
          routes:
            - matchers: ['severity = "critical"']
              receiver: llm-quota-pager
              group_wait: 10s
              repeat_interval: 4h

        # The pager. Nothing but the account may be in group_by: a finer group would open a second incident when
        # LLMQuotaWillExhaust becomes LLMQuotaExhausted.
        - matchers: ['severity = "critical"']
          receiver: llm-quota-pager
          group_by: [provider, account]
          group_wait: 10s
          group_interval: 1m
          repeat_interval: 4h

        # Reminders. Said once: 120h is as long as Alertmanager remembers (--data.retention).
        - matchers: ['severity = "info"']
          receiver: llm-quota-quiet
          group_by: [provider, account]
          group_wait: 5m
          repeat_interval: 120h

        - matchers: ['severity = "warning"']
          receiver: llm-quota-chat
          group_by: [provider, account]

inhibit_rules:
  # While somebody is paged about an account, its lesser alerts are detail: a page that grew out of a warning, and the
  # warning that Prometheus holds for ten minutes longer. The account must be named, or else an alert without one
  # would silence all others without one.
  - source_matchers: ['alertname =~ "LLMQuota.+"', 'severity = "critical"', 'account != ""']
    target_matchers: ['alertname =~ "LLMQuota.+"', 'severity =~ "warning|info"']
    equal: [provider, account]
`;

/** Alertmanager before 0.26 knows no \`url_file\` for a webhook. */
const HEARTBEAT = `\
  # A dead man's switch, such as the ping address of a cron monitor with a grace of five minutes. The address is a
  # secret of a kind: from Alertmanager 0.26 on it may stand in a file (url_file).
  - name: llm-quota-heartbeat
    webhook_configs:
      - url: http://127.0.0.1:9095/heartbeat
        send_resolved: false
`;

const TEMPLATES = "templates: [llm-quota.tmpl]\n";

const PLACEHOLDERS: Example = {
  file: "alertmanager.yml",
  about: `\
Every receiver below is a placeholder on this machine. Replace its webhook_configs, keep its name: pagerduty.yml,
slack.yml and email.yml beside this file have the blocks.`,
  receivers: `\
  # Somebody is woken.
  - name: llm-quota-pager
    webhook_configs:
      - url: http://127.0.0.1:9095/pager

  # Somebody sees it in working hours.
  - name: llm-quota-chat
    webhook_configs:
      - url: http://127.0.0.1:9095/chat

  # A channel or mailbox that nobody is woken by.
  - name: llm-quota-quiet
    webhook_configs:
      - url: http://127.0.0.1:9095/quiet
        send_resolved: false

${HEARTBEAT}`,
};

/** PagerDuty keeps an incident open until it is told that it is over, so each of its receivers sends the end. */
function pagerduty(name: string, keyFile: string): string {
  return `\
  - name: ${name}
    pagerduty_configs:
      - routing_key_file: /etc/alertmanager/${keyFile}
        severity: '{{ template "llm-quota.pagerduty.severity" . }}'
        description: '{{ template "llm-quota.title" . }}'
        client: llm-quota-exporter
        class: '{{ .CommonLabels.alertname }}'
        component: '{{ .CommonLabels.quota }}'
        group: '{{ template "llm-quota.subject" . }}'
        details:
          firing: '{{ template "llm-quota.firing" . }}'
          resolved: '{{ template "llm-quota.resolved" . }}'
        links:
          - { href: '{{ template "llm-quota.runbook" . }}', text: Runbook }
          - { href: '{{ template "llm-quota.dashboard" . }}', text: Dashboard }
`;
}

const PAGERDUTY: Example = {
  file: "pagerduty.yml",
  about: `\
PagerDuty, Events API v2: one service that wakes people, and one of low urgency for warnings and reminders. Each file
named by routing_key_file holds the integration key of its service and nothing else; Alertmanager must be able to
read it. One incident per account: PagerDuty's dedup key is made of the group, and the group is the account.`,
  settings: TEMPLATES,
  receivers: `\
${pagerduty("llm-quota-pager", "pagerduty-key")}
  # Only its key differs: a service of low urgency.
${pagerduty("llm-quota-chat", "pagerduty-low-urgency-key")}
  # The same service. Drop its pagerduty_configs if reminders are not worth an incident: then nobody is told.
${pagerduty("llm-quota-quiet", "pagerduty-low-urgency-key")}
${HEARTBEAT}`,
};

function slack(name: string, urlFile: string, sendResolved: boolean): string {
  return `\
  - name: ${name}
    slack_configs:
      - api_url_file: /etc/alertmanager/${urlFile}
        send_resolved: ${sendResolved}
        color: '{{ template "llm-quota.slack.color" . }}'
        title: '{{ template "llm-quota.title" . }}'
        fallback: '{{ template "llm-quota.title" . }}'
        text: '{{ template "llm-quota.text" . }}'
`;
}

const SLACK: Example = {
  file: "slack.yml",
  about: `\
Slack, by incoming webhooks: one channel each for pages, warnings and reminders. Each file named by api_url_file holds
the address of one webhook, which is a secret and belongs to one channel. Slack wakes nobody who sleeps: for pages
at night put the pager of pagerduty.yml here.`,
  settings: TEMPLATES,
  receivers: `\
${slack("llm-quota-pager", "slack-pager-url", true)}
${slack("llm-quota-chat", "slack-chat-url", true)}
  # A reminder is said once, and its end is no news.
${slack("llm-quota-quiet", "slack-quiet-url", false)}
${HEARTBEAT}`,
};

/** The plain text alone: `html: ""` takes the HTML part away, which would show Alertmanager's own template. */
function email(name: string, to: string, sendResolved: boolean): string {
  return `\
  - name: ${name}
    email_configs:
      - to: ${to}
        send_resolved: ${sendResolved}
        headers: { Subject: '{{ template "llm-quota.title" . }}' }
        html: ""
        text: '{{ template "llm-quota.text" . }}'
`;
}

const EMAIL: Example = {
  file: "email.yml",
  about: `\
E-mail over SMTP with STARTTLS, which Alertmanager asks for unless told otherwise. The file named by
smtp_auth_password_file holds the password and nothing else. Replace the host and the addresses. Mail may be late: for
pages at night put the pager of pagerduty.yml here.`,
  settings: `\
global:
  smtp_smarthost: smtp.example.org:587
  smtp_from: llm-quota@example.org
  smtp_auth_username: llm-quota@example.org
  smtp_auth_password_file: /etc/alertmanager/smtp-password

${TEMPLATES}`,
  receivers: `\
${email("llm-quota-pager", "on-call@example.org", true)}
${email("llm-quota-chat", "team@example.org", true)}
  # A reminder is said once, and its end is no news.
${email("llm-quota-quiet", "reminders@example.org", false)}
${HEARTBEAT}`,
};

const EXAMPLES = [PLACEHOLDERS, PAGERDUTY, SLACK, EMAIL];

/** The files of deploy/alertmanager that are configs, by name. */
export function renderAlertmanagerExamples(): ReadonlyMap<string, string> {
  return new Map(EXAMPLES.map((example) => [example.file, render(example)]));
}

function render({ about, settings, receivers }: Example): string {
  return [
    `\
# Routes for the alerts of llm-quota-exporter. One page per account and episode: what joins later joins the same
# incident. Generated by scripts/alertmanager-examples.ts; README.md here says how to add it to a config that you have.
#
${about.replaceAll(/^/gm, "# ")}
`,
    ...(settings === undefined ? [] : [`${settings}\n`]),
    ROUTES,
    `\nreceivers:\n${receivers}`,
  ].join("");
}
