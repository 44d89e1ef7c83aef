import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, it } from "vitest";
import { nanogpt } from "../../src/demo/nanogpt.ts";
import { startSimulator } from "../../src/demo/simulator.ts";
import { SimulatedWindow } from "../../src/demo/window.ts";
import { shippedAlertmanagerConfig, startAlertmanager } from "../support/alertmanager.ts";
import { runCommand } from "../support/command-line.ts";
import { type Daemon, startDaemon } from "../support/daemon.ts";
import { eventually } from "../support/eventually.ts";
import { freePort } from "../support/free-port.ts";
import { startPrometheus } from "../support/prometheus.ts";
import { quickConfig } from "../support/quick-config.ts";
import { changesOf, startWebhook } from "../support/webhook.ts";

const NAME = "incident";
const KEY = "key-incident";
const QUOTA = "daily_input_tokens";
/** Ten minutes of the rules last twenty seconds: a restart must take less. */
const TIME_SCALE = 30;
const PERIOD_SECONDS = 1800;
const SEVERAL_SCRAPES_SECONDS = 4;

async function exhaustedSince(daemon: Daemon): Promise<string | null | undefined> {
  type Document = { accounts: { quotas: { state: string; exhausts_at: string | null }[] }[] };
  const { accounts } = (await (await daemon.get("/api/v1/quotas")).json()) as Document;
  const [quota] = accounts.flatMap(({ quotas }) => quotas);
  expect(quota?.state).toBe("exhausted");
  return quota?.exhausts_at;
}

it("a kill in mid-incident resolves nothing and repeats nothing, and the reset ends the incident once", async () => {
  await using stack = new AsyncDisposableStack();
  const folder = mkdtempSync(join(tmpdir(), "llm-quota-test-incident-"));
  stack.defer(() => rmSync(folder, { recursive: true }));
  const window = new SimulatedWindow({ limit: 1000, periodSeconds: PERIOD_SECONDS, usedAtStart: 500 });
  const simulator = await startSimulator(nanogpt({ key: KEY, dailyInputTokens: window }));
  stack.defer(() => simulator.stop());
  const { baseUrl } = simulator;
  const quick = quickConfig([
    { name: NAME, provider: "nanogpt", key: KEY, baseUrl, periods: { [QUOTA]: PERIOD_SECONDS } },
  ]);
  const state = { path: join(folder, "state.db") };
  const configText = JSON.stringify({ ...(JSON.parse(quick.configText) as object), state });
  const port = await freePort();
  const start = () => startDaemon({ configText, env: quick.env, port });
  const webhook = stack.use(await startWebhook());
  const [killed, alertmanager, rules] = await Promise.all([
    start(),
    startAlertmanager({ configText: await shippedAlertmanagerConfig(webhook.url) }),
    runCommand(["print-rules", `--time-scale=${TIME_SCALE}`]),
  ]);
  stack.use(killed);
  stack.use(alertmanager);
  const prometheus = stack.use(
    await startPrometheus({
      scrapeUrls: [`${killed.url}/metrics`],
      rules: rules.stdout,
      alertmanagerUrl: alertmanager.url,
    }),
  );
  const told = () => webhook.notifications.filter(({ groupLabels }) => groupLabels["account"] === NAME);
  const beginnings = async () =>
    (await alertmanager.alerts())
      .filter(({ labels }) => labels["account"] === NAME)
      .map(({ labels, startsAt }) => `${labels["alertname"]} ${startsAt}`);

  window.use(500);
  await eventually(() => expect(changesOf(told())).toEqual(["firing LLMQuotaExhausted"]), { timeoutMs: 40_000 });
  const since = await exhaustedSince(killed);
  const began = await beginnings();
  expect(since).toEqual(expect.any(String));
  expect(began).toHaveLength(1);

  await killed.stop("SIGKILL");
  const restarted = stack.use(await start());
  expect(await exhaustedSince(restarted)).toBe(since);
  const back = Date.now() / 1000;
  const active = `llm_quota_alert_active{account="${NAME}",alert="LLMQuotaExhausted"}`;
  await eventually(
    async () =>
      expect(await prometheus.query(`timestamp(${active}) > ${back + SEVERAL_SCRAPES_SECONDS}`)).toHaveLength(1),
    { timeoutMs: 40_000 },
  );
  expect(await exhaustedSince(restarted)).toBe(since);
  expect(await beginnings()).toEqual(began);
  expect(told()).toHaveLength(1);

  window.resetNow();
  await eventually(
    () => expect(changesOf(told())).toEqual(["firing LLMQuotaExhausted", "resolved LLMQuotaExhausted"]),
    { timeoutMs: 80_000 },
  );
  expect(told().map(({ status, receiver }) => `${status} ${receiver}`)).toEqual([
    "firing llm-quota-pager",
    "resolved llm-quota-pager",
  ]);
  expect((await prometheus.query(`llm_quota_resets_total{account="${NAME}"}`)).map(({ value }) => value)).toEqual([1]);
});
