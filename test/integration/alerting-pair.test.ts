import { afterAll, beforeAll, expect, it } from "vitest";
import { nanogpt } from "../../src/demo/nanogpt.ts";
import { SimulatedWindow } from "../../src/demo/window.ts";
import { type Stage, startStage } from "../support/alerting-stage.ts";
import { eventually } from "../support/eventually.ts";
import { valuesOf } from "../support/exposition.ts";

const PATIENCE = { timeoutMs: 90_000, everyMs: 200 };
const QUOTA = "daily_input_tokens";

let stage: Stage;
const window = new SimulatedWindow({ limit: 1000, periodSeconds: 3600, usedAtStart: 500 });

beforeAll(async () => {
  const account = { name: "shared", provider: "nanogpt", key: "key-shared", periods: { [QUOTA]: 3600 } } as const;
  const upstream = nanogpt({ key: account.key, dailyInputTokens: window });
  stage = await startStage({ mode: "push", accounts: [{ ...account, upstream }], arePeers: true, staleAfter: "10m" });
  await stage.startDaemon(1);
});
afterAll(async () => {
  await stage?.[Symbol.asyncDispose]();
});

const notified = () => stage.notifications("shared").map(({ status, receiver }) => `${status} ${receiver}`);
const pollsOf = async (place: 0 | 1) =>
  valuesOf(await stage.daemon(place).metrics(), "llm_quota_polls_total", { account: "shared" })[0] ?? 0;
const firesOn = async (place: 0 | 1) =>
  valuesOf(await stage.daemon(place).metrics(), "llm_quota_alert_active", { account: "shared" }).length > 0;

it("two daemons that share their reads and both push are one page, and one end", async () => {
  await eventually(async () => expect(Math.min(await pollsOf(0), await pollsOf(1))).toBeGreaterThan(2), PATIENCE);
  window.use(1000);
  await eventually(async () => expect([await firesOn(0), await firesOn(1)]).toEqual([true, true]), PATIENCE);
  await eventually(() => expect(notified()).toEqual(["firing llm-quota-pager"]), PATIENCE);

  window.resetNow();
  await eventually(async () => expect([await firesOn(0), await firesOn(1)]).toEqual([false, false]), PATIENCE);
  await eventually(() => expect(notified()).toEqual(["firing llm-quota-pager", "resolved llm-quota-pager"]), PATIENCE);
  const since = await pollsOf(0);
  await eventually(async () => expect(await pollsOf(0)).toBeGreaterThan(since + 6), PATIENCE);

  expect(notified()).toEqual(["firing llm-quota-pager", "resolved llm-quota-pager"]);
});
