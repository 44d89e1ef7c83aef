import { describe, expect, it } from "vitest";
import { adaptConfig, startAlertmanager } from "../support/alertmanager.ts";
import { eventually } from "../support/eventually.ts";
import { freePort } from "../support/free-port.ts";
import { startServer } from "../support/json-server.ts";
import { startProcess } from "../support/processes.ts";
import { startPrometheus } from "../support/prometheus.ts";
import { startWebhook } from "../support/webhook.ts";

const RULES = `
groups:
  - name: harness
    rules:
      - alert: AlwaysOn
        expr: vector(1)
        labels: { severity: critical, account: a }
        annotations: { summary: on since the start }
`;

const ALERTMANAGER = `
route:
  receiver: nobody
  group_wait: 30s
  routes:
    - matchers: [severity="critical"]
      receiver: pager
      group_by: [account]
      group_interval: 5m
receivers:
  - name: nobody
  - name: pager
    slack_configs: [{ api_url: "https://hooks.example/x", channel: "#x" }]
`;

describe("a rule in Prometheus, an Alertmanager and a webhook", () => {
  it("brings the notification to the webhook and shows the alert and the scraped value on the way", async () => {
    await using target = await startServer((_request, response) => response.end("answer 42\n"));
    const scrapeUrl = `${target.url}/metrics`;
    await using webhook = await startWebhook();
    await using alertmanager = await startAlertmanager({ configText: adaptConfig(ALERTMANAGER, webhook.url) });
    await using prometheus = await startPrometheus({
      scrapeUrls: [scrapeUrl],
      rules: RULES,
      alertmanagerUrl: alertmanager.url,
    });

    const notification = await webhook.waitFor(({ status }) => status === "firing");

    expect(notification).toMatchObject({ receiver: "pager", groupLabels: { account: "a" } });
    expect(notification.alerts.map(({ labels }) => labels["alertname"])).toEqual(["AlwaysOn"]);
    expect(await alertmanager.alerts()).toMatchObject([{ labels: { alertname: "AlwaysOn", severity: "critical" } }]);
    expect(await prometheus.alerts()).toMatchObject([{ labels: { alertname: "AlwaysOn" }, state: "firing" }]);
    await eventually(async () => {
      expect(await prometheus.query("answer * 2")).toEqual([{ metric: expect.any(Object), value: 84 }]);
    });
    expect(await prometheus.targets()).toMatchObject([{ scrapeUrl, health: "up", lastError: "" }]);
    const end = new Date();
    const start = new Date(end.getTime() - 60_000);
    const [series] = await prometheus.queryRange("answer", { start, end, stepSeconds: 1 });
    expect(series?.values.at(-1)?.[1]).toBe(42);
    await expect(prometheus.query("sum(")).rejects.toThrow(/refuses query.*parse error/);
  });
});

describe("startProcess", () => {
  it("says how a program ended that should have become ready, and what it printed", async () => {
    const readyUrl = `http://127.0.0.1:${await freePort()}/`;
    const code = 'console.log("no such option"); process.exitCode = 3';

    const started = startProcess({
      name: "toy",
      command: process.execPath,
      args: () => ["-e", code],
      files: {},
      readyUrl,
    });

    await expect(started).rejects.toThrow(/toy should have answered .* but ended with 3; it printed:\nno such option/);
  });

  it("ends a program that never becomes ready", async () => {
    const readyUrl = `http://127.0.0.1:${await freePort()}/`;
    const code = "console.log(process.pid); setInterval(() => {}, 1000)";

    const started = startProcess({
      name: "toy",
      command: process.execPath,
      args: () => ["-e", code],
      files: {},
      readyUrl,
      readyTimeoutMs: 500,
    });

    const message = await started.catch((error: Error) => error.message);
    const [, pid] = /did not within 500 ms; it printed:\n(\d+)/.exec(String(message)) ?? [];
    expect(() => process.kill(Number(pid), 0)).toThrow("ESRCH");
  });

  it("names the command that is not there", async () => {
    const started = startProcess({
      name: "toy",
      command: "no-such-command",
      args: () => [],
      files: {},
      readyUrl: "http://127.0.0.1:1/",
    });

    await expect(started).rejects.toThrow("cannot start toy (no-such-command)");
  });

  it("gives the program its files and nothing of the environment but what it was told", async () => {
    const port = await freePort();
    const code = `
      const text = require("node:fs").readFileSync(process.argv[1] + "/greeting.txt", "utf8");
      console.log(text, Object.keys(process.env).sort().join());
      require("node:http").createServer((_, response) => response.end()).listen(${port}, "127.0.0.1");`;

    await using toy = await startProcess({
      name: "toy",
      command: process.execPath,
      args: (directory) => ["-e", code, directory],
      files: { "greeting.txt": "hello" },
      env: { COLOUR: "blue" },
      readyUrl: `http://127.0.0.1:${port}/`,
    });

    expect(toy.output()).toBe("hello COLOUR,HOME,PATH\n");
    expect(await toy.stop()).toEqual({ code: null, signal: "SIGTERM" });
  });
});

describe("adaptConfig", () => {
  it("keeps routes and silent receivers, and sends the others to the webhook without delay", () => {
    const timings = { group_wait: "1s", group_interval: "2s", repeat_interval: "1h" };

    const config: unknown = JSON.parse(adaptConfig(ALERTMANAGER, "http://127.0.0.1:9/", timings));

    expect(config).toEqual({
      route: {
        receiver: "nobody",
        ...timings,
        routes: [{ matchers: ['severity="critical"'], receiver: "pager", group_by: ["account"], ...timings }],
      },
      receivers: [
        { name: "nobody" },
        { name: "pager", webhook_configs: [{ url: "http://127.0.0.1:9/", send_resolved: true }] },
      ],
    });
  });
});
