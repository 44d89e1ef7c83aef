import { createAlertmanager } from "../alerting/alertmanager.ts";
import { VALID_INTERVALS } from "../alerting/push.ts";
import { toWire } from "../alerting/wire.ts";
import { userAgent } from "../app.ts";
import type { Alertmanager, Config } from "../config/config.ts";
import { createPostClient } from "../http/post-client.ts";
import { hostPort } from "../server/listen.ts";
import { type Arguments, UsageError } from "./arguments.ts";
import { type CommandContext, type ExitCode, write } from "./context.ts";
import { loadAnyConfig } from "./load.ts";

/** Sends one alert that says that it is a test, and tells which Alertmanager took it. It ends by itself. */
export async function testAlert(args: Arguments, context: CommandContext): Promise<ExitCode> {
  const config = await loadAnyConfig(args, context);
  const { alertmanagers } = config.alerting;
  if (alertmanagers.length === 0)
    throw new UsageError("the config names no Alertmanager: see alerting.alertmanagers in docs/configuration.md");
  const now = new Date();
  const alert = alertOf(args, config, now);
  const results = await Promise.all(alertmanagers.map((one) => send(one, alert, context)));
  const minutes = Math.ceil((VALID_INTERVALS * config.alerting.resendSeconds) / 60);
  const lines = results.map(({ name, problem }) => `${name}: ${problem ?? "taken"}`);
  if (results.some(({ problem }) => problem === undefined))
    lines.push(`LLMQuotaTest, severity ${args.severity}, fires now and ends by itself within ${minutes} min`);
  await write(context.stdout, `${lines.join("\n")}\n`);
  return results.every(({ problem }) => problem === undefined) ? 0 : 1;
}

function alertOf({ severity }: Arguments, { alerting, web }: Config, now: Date) {
  const annotations = {
    summary: "This is a test of llm-quota-exporter",
    description: "Nobody's quota is at stake. Somebody ran llm-quota-exporter test-alert to see whether alerts arrive.",
  };
  const labels = { alertname: "LLMQuotaTest", severity };
  const told = { labels, quota: "", since: now, annotate: () => annotations, fingerprint: "", owner: "" };
  const { host, port } = web.listen;
  return toWire({ ...told, resolvedAt: undefined }, now, {
    externalUrl: web.externalUrl ?? `http://${hostPort(host || "localhost", port)}`,
    validSeconds: VALID_INTERVALS * alerting.resendSeconds,
    runbookBase: alerting.runbookBase,
    dashboardBase: alerting.dashboardBase,
  });
}

async function send(target: Alertmanager, alert: ReturnType<typeof toWire>, { build }: CommandContext) {
  const client = createPostClient({ userAgent: userAgent(build), tls: target.tls });
  try {
    const { result } = await createAlertmanager(target, { client, now: () => new Date() }).send(
      [alert],
      new AbortController().signal,
    );
    return { name: target.name, problem: result.how === "accepted" ? undefined : `${result.how}, ${result.problem}` };
  } finally {
    await client.close();
  }
}
