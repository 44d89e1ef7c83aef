import { readFileSync } from "node:fs";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { EXPORTER_TEXTS } from "../../src/alerting/exporter-texts.ts";
import { alertOfExporter, alertsOfAccount } from "../../src/alerting/firing-alerts.ts";
import { toWire, type WireOptions } from "../../src/alerting/wire.ts";
import { ACCOUNT_ALERTS, QUOTA_ALERTS } from "../../src/engine/alerts.ts";
import { SEVERITIES } from "../../src/quota/state.ts";
import { anAccount, anAlert, aQuota, inSeconds, NOW } from "../support/snapshot.ts";
import { aTold, LABELS } from "./told.ts";

const OPTIONS: WireOptions = { externalUrl: "http://127.0.0.1:10844", validSeconds: 240 };
const runbook = readFileSync(new URL("../../docs/alerts.md", import.meta.url), "utf8");
/** As GitHub makes them of a heading of one word. */
const anchors = new Set([...runbook.matchAll(/^#+ (\w+)$/gm)].map(([, heading = ""]) => heading.toLowerCase()));

describe("an alert as it is sent", () => {
  it("says all of itself", () => {
    expect(toWire(aTold(), inSeconds(60), OPTIONS)).toEqual({
      labels: LABELS,
      annotations: {
        summary: "s",
        description: "at 2026-11-21T23:01:00.000Z",
        runbook_url: "docs/alerts.md#llmquotaexhausted",
        dashboard_url:
          "/d/llm-quota-account/llm-quota-account?var-provider=nanogpt&var-account=main&var-quota=weekly_input_tokens",
      },
      startsAt: "2026-11-21T23:00:00.000Z",
      endsAt: "2026-11-21T23:05:00.000Z",
      generatorURL: "http://127.0.0.1:10844/accounts/main",
    });
  });

  it("ends when it has ended, with the numbers of then", () => {
    expect(toWire(aTold({ resolvedAt: inSeconds(60) }), inSeconds(600), OPTIONS)).toMatchObject({
      startsAt: "2026-11-21T23:00:00.000Z",
      endsAt: "2026-11-21T23:01:00.000Z",
      annotations: { description: "at 2026-11-21T23:01:00.000Z" },
    });
  });

  it("links to where its readers publish the runbook and have their Grafana", () => {
    const bases = { runbookBase: "https://wiki.test/alerts", dashboardBase: "https://grafana.test/g" };

    expect(toWire(aTold(), NOW, { ...OPTIONS, ...bases }).annotations).toMatchObject({
      runbook_url: "https://wiki.test/alerts#llmquotaexhausted",
      dashboard_url: expect.stringMatching(/^https:\/\/grafana\.test\/g\/d\/llm-quota-account\//),
    });
  });

  it("links to an account with spaces and an @ in its name", () => {
    const { annotations, generatorURL } = toWire(
      aTold({ labels: { ...LABELS, account: "team@a.eu - 1" } }),
      NOW,
      OPTIONS,
    );

    expect(generatorURL).toBe("http://127.0.0.1:10844/accounts/team%40a.eu%20-%201");
    expect(decodeURIComponent(new URL(generatorURL).pathname)).toBe("/accounts/team@a.eu - 1");
    expect(annotations["dashboard_url"]).toContain("&var-account=team%40a.eu+-+1&");
  });

  it("about the daemon itself links to its first page and to the dashboard of its health", () => {
    const alert = alertOfExporter("LLMQuotaWatchdog", "none", NOW);
    const { generatorURL, annotations } = toWire(aTold(alert), NOW, OPTIONS);

    expect(generatorURL).toBe("http://127.0.0.1:10844/");
    expect(annotations["dashboard_url"]).toBe("/d/llm-quota-exporter-health/llm-quota-exporter-health");
  });

  const instant = fc.date({ min: new Date(0), max: new Date("2100-01-01"), noInvalidDate: true });

  it("never ends before it begins, and never begins after now, whatever the clock did", () => {
    fc.assert(
      fc.property(instant, fc.option(instant, { nil: undefined }), instant, (since, resolvedAt, now) => {
        const wire = toWire(aTold({ since, resolvedAt }), now, OPTIONS);
        const [startsAt, endsAt] = [Date.parse(wire.startsAt), Date.parse(wire.endsAt)];

        expect(startsAt).toBeLessThanOrEqual(endsAt);
        expect(startsAt).toBeLessThanOrEqual(now.getTime());
        if (resolvedAt === undefined) expect(endsAt).toBe(now.getTime() + 240_000);
        else expect(endsAt).toBeLessThanOrEqual(now.getTime());
      }),
    );
  });

  it("comes from a URL that is one, for every name an account may have", () => {
    const name = fc.stringMatching(/^[A-Za-z0-9](?:[A-Za-z0-9._@ -]{0,62}[A-Za-z0-9._@-])?$/);
    fc.assert(
      fc.property(name, (account) => {
        const { generatorURL } = toWire(aTold({ labels: { ...LABELS, account } }), NOW, OPTIONS);

        expect(decodeURIComponent(new URL(generatorURL).pathname)).toBe(`/accounts/${account}`);
      }),
    );
  });
});

describe("the runbook has a heading for", () => {
  it.each([...QUOTA_ALERTS, ...ACCOUNT_ALERTS, ...Object.keys(EXPORTER_TEXTS)])("%s", (alertname) => {
    const { annotations } = toWire(aTold({ labels: { alertname } }), NOW, OPTIONS);
    const [path, anchor = ""] = (annotations["runbook_url"] ?? "").split("#");

    expect(path).toBe("docs/alerts.md");
    expect(anchors).toContain(anchor);
  });
});

describe("what fires on an account", () => {
  const labels = { team: "ml", env: "" };
  const onQuota = QUOTA_ALERTS.map((alert) => anAlert({ alert, quota: "weekly_input_tokens" }));
  const onAccount = ACCOUNT_ALERTS.map((alert) => anAlert({ alert, quota: "" }));
  const account = anAccount({ labels, quotas: [aQuota({ alerts: onQuota })], alerts: onAccount });

  it("has the labels of who it is and no other, none of them empty", () => {
    const wanted = alertsOfAccount(account);

    expect(wanted).toHaveLength(onQuota.length + onAccount.length);
    for (const { labels: told, quota } of wanted) {
      const { alertname, severity, ...identity } = told;
      expect(identity).toEqual({
        ...{ provider: "nanogpt", account: "main", team: "ml" },
        ...(quota !== "" && { quota: "weekly_input_tokens" }),
      });
      expect([...QUOTA_ALERTS, ...ACCOUNT_ALERTS]).toContain(alertname);
      expect(SEVERITIES).toContain(severity);
    }
  });

  it("keeps its labels while its numbers and times change", () => {
    const later = anAccount({
      labels,
      quotas: [
        aQuota({
          alerts: onQuota.map((one) => ({ ...one, since: inSeconds(300) })),
          consumedTotal: 5,
          lastGoodAt: NOW,
        }),
      ],
      alerts: onAccount,
      pollsTotal: 99,
    });

    expect(alertsOfAccount(later).map((one) => one.labels)).toEqual(alertsOfAccount(account).map((one) => one.labels));
  });

  it("lets no label of the config pass for another", () => {
    const [told] = alertsOfAccount(
      anAccount({
        labels: { severity: "none", alertname: "x" },
        alerts: [anAlert({ quota: "", severity: "critical" })],
      }),
    );

    expect(told?.labels).toMatchObject({ severity: "critical", provider: "nanogpt" });
    expect(told?.labels["alertname"]).not.toBe("x");
  });

  it("is not told when it is silenced", () => {
    expect(alertsOfAccount(anAccount({ alerts: [anAlert({ quota: "", severity: "none" })] }))).toEqual([]);
  });
});
