import { execFile } from "node:child_process";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { load } from "js-yaml";
import { describe, expect, it, onTestFinished } from "vitest";
import { renderAlertmanagerExamples } from "../../scripts/alertmanager-examples.ts";

const ROOT = new URL("../../", import.meta.url);
const FOLDER = "deploy/alertmanager";

interface Route {
  readonly receiver?: string;
  readonly routes?: readonly Route[];
}
interface Config {
  readonly templates?: readonly string[];
  readonly route: Route;
  readonly receivers: readonly ({ readonly name: string } & Readonly<Record<string, unknown>>)[];
}

const examples = [...renderAlertmanagerExamples()].map(([name, text]) => ({
  name,
  path: `${FOLDER}/${name}`,
  config: load(text) as Config,
}));

/** Its standard output; rejects with what it printed when it fails. */
async function amtool(...args: readonly string[]): Promise<string> {
  return (await promisify(execFile)("amtool", args, { cwd: ROOT })).stdout;
}

async function receiverOf(path: string, labels: readonly string[]): Promise<string> {
  return (await amtool("config", "routes", "test", `--config.file=${path}`, ...labels)).trim();
}

const ROUTED = [
  { to: "pager", labels: ["alertname=LLMQuotaExhausted", "severity=critical", "provider=p", "account=a"] },
  { to: "pager", labels: ["alertname=LLMQuotaWillExhaust", "severity=critical", "provider=p", "account=a"] },
  { to: "pager", labels: ["alertname=LLMQuotaCreditsLow", "severity=critical", "provider=p", "account=a"] },
  { to: "pager", labels: ["alertname=LLMQuotaCredentialRejected", "severity=critical", "account=a"] },
  { to: "pager", labels: ["alertname=LLMQuotaSubscriptionLapsed", "severity=critical", "account=a"] },
  { to: "pager", labels: ["alertname=LLMQuotaExporterDown", "severity=critical"] },
  { to: "pager", labels: ["alertname=LLMQuotaAlertmanagerUnreachable", "severity=critical"] },
  { to: "pager", labels: ["alertname=LLMQuotaTest", "severity=critical"] },
  { to: "chat", labels: ["alertname=LLMQuotaTest", "severity=none"] },
  { to: "chat", labels: ["alertname=LLMQuotaExhausted", "severity=warning", "provider=p", "account=a"] },
  { to: "chat", labels: ["alertname=LLMQuotaCreditsLow", "severity=warning", "provider=p", "account=a"] },
  { to: "chat", labels: ["alertname=LLMQuotaRateLimited", "severity=warning", "provider=p", "account=a"] },
  { to: "chat", labels: ["alertname=LLMQuotaAccountUnreadable", "severity=warning", "account=a"] },
  { to: "chat", labels: ["alertname=LLMQuotaSubscriptionLapsed", "severity=warning", "account=a"] },
  { to: "chat", labels: ["alertname=LLMQuotaConfigReloadFailed", "severity=warning"] },
  { to: "quiet", labels: ["alertname=LLMQuotaUseOrLose", "severity=info", "provider=p", "account=a"] },
  { to: "heartbeat", labels: ["alertname=LLMQuotaWatchdog", "severity=none"] },
];

describe.each(examples)("$name", ({ path, config }) => {
  it("is taken by Alertmanager, with its templates", async () => {
    const output = await amtool("check-config", path);

    expect(output).toContain("SUCCESS");
    expect(output).toContain("4 receivers");
    expect(output).toContain(`${config.templates?.length ?? 0} templates`);
  });

  it.each(ROUTED)("sends $labels to the $to", async ({ to, labels }) => {
    expect(await receiverOf(path, labels)).toBe(`llm-quota-${to}`);
  });
});

describe("its part for a config that one has", () => {
  const config = load(renderAlertmanagerExamples().get("alertmanager.yml") ?? "") as Config;
  const foreign = {
    ...config,
    route: { receiver: "mine", group_by: ["..."], routes: config.route.routes },
    receivers: [{ name: "mine" }, ...config.receivers],
  };

  it.each([
    ...ROUTED.map(({ to, labels }) => ({ to: `llm-quota-${to}`, labels })),
    { to: "mine", labels: ["alertname=TargetDown", "severity=critical", "account=a"] },
    { to: "mine", labels: ["alertname=Watchdog", "severity=none"] },
  ])("sends $labels to $to", async ({ to, labels }) => {
    const folder = await mkdtemp(join(tmpdir(), "alertmanager-configs-"));
    onTestFinished(() => rm(folder, { recursive: true }));
    const path = join(folder, "alertmanager.yml");
    await writeFile(path, JSON.stringify(foreign));

    expect(await receiverOf(path, labels)).toBe(to);
  });
});
