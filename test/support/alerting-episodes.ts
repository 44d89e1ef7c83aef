import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { SimulatedBalance } from "../../src/demo/balance.ts";
import { SimulatedBucket } from "../../src/demo/bucket.ts";
import { deepseek } from "../../src/demo/deepseek.ts";
import { steady } from "../../src/demo/load.ts";
import { nanogpt, nanogptLegacy } from "../../src/demo/nanogpt.ts";
import { openai } from "../../src/demo/openai.ts";
import type { Upstream } from "../../src/demo/upstream.ts";
import { SimulatedWindow } from "../../src/demo/window.ts";
import { type AlertingMode, type Stage, type StagedAccount, startStage } from "./alerting-stage.ts";
import { eventually } from "./eventually.ts";
import { parseExposition, valuesOf } from "./exposition.ts";

const PAGER = "llm-quota-pager";
const CHAT = "llm-quota-chat";
const QUOTA = "daily_input_tokens";
const PATIENCE = { timeoutMs: 90_000, everyMs: 200 };
/** In seconds, of a window that does not end within the test. */
const LONG = 3600;

/** What happens to accounts, and what somebody is told of it: the same whoever evaluates the alerts. */
export function describeEpisodes(mode: AlertingMode): void {
  let stage: Stage;
  let actors: Actors;

  beforeAll(async () => {
    actors = makeActors();
    stage = await startStage({ mode, accounts: actors.accounts });
  });
  afterAll(async () => {
    await stage?.[Symbol.asyncDispose]();
  });

  const metrics = () => stage.daemon().metrics();
  const isActive = async (account: string, alert: string) =>
    valuesOf(await metrics(), "llm_quota_alert_active", { account, alert }).length > 0;
  const polls = async (account: string) => valuesOf(await metrics(), "llm_quota_polls_total", { account })[0] ?? 0;
  const tells = (account: string, receiver: string, expected: readonly string[]) =>
    eventually(() => expect(stage.told(account, receiver)).toEqual(expected), PATIENCE);
  const alertNamed = async (account: string, alertname: string) =>
    (await stage.alertmanager().alerts()).find(
      ({ labels }) => labels["account"] === account && labels["alertname"] === alertname,
    );

  describe.concurrent(`alerts by ${mode}`, () => {
    it("an exhaustion is one page, and a reset that is confirmed ends it", async () => {
      const { exhausted } = actors;
      await eventually(async () => expect(await polls("exhausted")).toBeGreaterThan(2), PATIENCE);
      exhausted.use(1000);
      await tells("exhausted", PAGER, ["firing LLMQuotaExhausted"]);

      exhausted.resetNow();
      await tells("exhausted", PAGER, ["firing LLMQuotaExhausted", "resolved LLMQuotaExhausted"]);

      expect(stage.notifications("exhausted").map(({ status, receiver }) => `${status} ${receiver}`)).toEqual([
        `firing ${PAGER}`,
        `resolved ${PAGER}`,
      ]);
    });

    it("a watch that becomes a page and then an exhaustion is one warning and one incident that grows", async () => {
      const { growing } = actors;
      let perSecond = 1400;
      const using = useEvenly(growing, () => perSecond);
      try {
        await tells("growing", CHAT, ["firing LLMQuotaWatch"]);
        perSecond = 20_000;
        await tells("growing", PAGER, ["firing LLMQuotaWillExhaust"]);
      } finally {
        clearInterval(using);
      }
      growing.use(1_000_000);
      await tells("growing", PAGER, ["firing LLMQuotaWillExhaust", "firing LLMQuotaExhausted"]);
      growing.resetNow();
      await tells("growing", PAGER, [
        "firing LLMQuotaWillExhaust",
        "firing LLMQuotaExhausted",
        "resolved LLMQuotaExhausted",
        "resolved LLMQuotaWillExhaust",
      ]);

      const groups = stage.notifications("growing", PAGER).map(({ groupLabels }) => JSON.stringify(groupLabels));
      expect(new Set(groups)).toEqual(new Set(['{"account":"growing","provider":"nanogpt"}']));
    });

    it("a provider that goes down while a page is open leaves it open, and says no more than a warning that is held back", async () => {
      await tells("outage", PAGER, ["firing LLMQuotaExhausted"]);

      await stage.simulator("outage").setMode("refuse");
      await eventually(async () => expect(await isActive("outage", "LLMQuotaAccountUnreadable")).toBe(true), PATIENCE);
      const unreadable = await eventually(async () => {
        const found = await alertNamed("outage", "LLMQuotaAccountUnreadable");
        expect(found?.status.state).toBe("suppressed");
        return found;
      }, PATIENCE);
      const failures = () =>
        metrics().then((page) =>
          valuesOf(page, "llm_quota_poll_failures_total", { account: "outage", reason: "network" }),
        );
      await eventually(async () => expect((await failures())[0]).toBeGreaterThan(30), PATIENCE);

      expect(unreadable?.labels["severity"]).toBe("warning");
      expect(stage.told("outage", PAGER)).toEqual(["firing LLMQuotaExhausted"]);
      expect(stage.told("outage", CHAT)).toEqual([]);
      expect(await isActive("outage", "LLMQuotaExhausted")).toBe(true);
      expect(await isActive("outage", "LLMQuotaDataStale")).toBe(false);

      await stage.simulator("outage").setMode("ok");
      await eventually(async () => expect(await isActive("outage", "LLMQuotaAccountUnreadable")).toBe(false), PATIENCE);
      expect(stage.notifications("outage")).toHaveLength(1);
    });

    it("a reset time that jitters over a hundred polls is one alert", async () => {
      await eventually(async () => expect(await polls("jittering")).toBeGreaterThan(100), {
        timeoutMs: 180_000,
        everyMs: 1000,
      });

      const fingerprints = (await stage.alertmanager().alerts()).filter(
        ({ labels }) => labels["account"] === "jittering",
      );
      expect(fingerprints).toHaveLength(1);
      expect(stage.notifications("jittering").map(({ status, receiver }) => `${status} ${receiver}`)).toEqual([
        `firing ${PAGER}`,
      ]);
      expect(valuesOf(await metrics(), "llm_quota_resets_total", { account: "jittering", quota: QUOTA })).toEqual([0]);
    });

    it("an answer that once lacks the quota changes nothing", async () => {
      const { odd } = actors;
      await tells("odd", PAGER, ["firing LLMQuotaExhausted"]);
      const before = await polls("odd");
      odd.lacksQuota = true;
      await eventually(async () => expect(await polls("odd")).toBeGreaterThan(before + 1), {
        ...PATIENCE,
        everyMs: 50,
      });
      odd.lacksQuota = false;
      await eventually(async () => expect(await polls("odd")).toBeGreaterThan(before + 8), PATIENCE);

      expect(await isActive("odd", "LLMQuotaExhausted")).toBe(true);
      expect(stage.notifications("odd")).toHaveLength(1);
    });

    it("a top-up ends the alert about low credits", async () => {
      await eventually(() => expect(stage.told("credits", CHAT)).toContain("firing LLMQuotaCreditsLow"), PATIENCE);

      actors.credits.topUp(100_000);
      await eventually(() => expect(stage.told("credits", CHAT)).toContain("resolved LLMQuotaCreditsLow"), PATIENCE);
      await eventually(async () => expect(await isActive("credits", "LLMQuotaCreditsLow")).toBe(false), PATIENCE);
      expect(stage.told("credits", CHAT)).toEqual(["firing LLMQuotaCreditsLow", "resolved LLMQuotaCreditsLow"]);
    });

    it("a soft window and a limit per minute are never more than a warning", async () => {
      await tells("soft", CHAT, ["firing LLMQuotaWatch"]);
      await eventually(() => expect(stage.told("bucket", CHAT)).toContain("firing LLMQuotaRateLimited"), PATIENCE);

      expect(stage.told("soft", PAGER)).toEqual([]);
      expect(stage.told("bucket", PAGER)).toEqual([]);
      const severities = parseExposition(await metrics())
        .filter(({ name, labels }) => name === "llm_quota_alert_active" && /soft|bucket/.test(labels["account"] ?? ""))
        .map(({ labels }) => labels["severity"]);
      expect(new Set(severities)).toEqual(new Set(["warning"]));
    });

    it("a wallet that is emptied beside a subscription is nobody's business", async () => {
      const balance = async () =>
        valuesOf(await metrics(), "llm_quota_remaining", { account: "subscriber", quota: "balance" })[0];
      await eventually(async () => expect(await balance()).toBe(0), PATIENCE);
      const emptied = await polls("subscriber");
      await eventually(async () => expect(await polls("subscriber")).toBeGreaterThan(emptied + 10), PATIENCE);

      expect(stage.notifications("subscriber")).toEqual([]);
    });
  });
}

/** At this rate whatever the pace of the machine. */
function useEvenly(window: SimulatedWindow, perSecond: () => number): NodeJS.Timeout {
  let last = performance.now();
  return setInterval(() => {
    const seconds = (performance.now() - last) / 1000;
    last += seconds * 1000;
    window.use(perSecond() * seconds);
  }, 250);
}

type Actors = ReturnType<typeof makeActors>;

function makeActors() {
  const exhausted = new SimulatedWindow({ limit: 1000, periodSeconds: LONG, usedAtStart: 500 });
  const growing = new SimulatedWindow({ limit: 1_000_000, periodSeconds: 600, usedAtStart: 300_000 });
  const empty = () => new SimulatedWindow({ limit: 1000, periodSeconds: LONG, usedAtStart: 1000 });
  const jittering = new SimulatedWindow({
    ...{ limit: 1000, periodSeconds: LONG, usedAtStart: 1000 },
    resetJitterSeconds: 2,
  });
  const odd = { lacksQuota: false };
  const credits = new SimulatedBalance({ amount: 60, load: steady(1) });
  const window = (name: string, daily: SimulatedWindow, seconds = LONG): StagedAccount => ({
    ...{ name, provider: "nanogpt", key: `key-${name}`, periods: { [QUOTA]: seconds } },
    upstream: nanogpt({ key: `key-${name}`, dailyInputTokens: daily }),
  });
  const accounts: readonly StagedAccount[] = [
    window("exhausted", exhausted),
    window("growing", growing, 600),
    window("outage", empty()),
    window("jittering", jittering),
    { ...window("odd", empty()), upstream: lacking(odd, "key-odd", empty()) },
    {
      ...{ name: "credits", provider: "deepseek", key: "key-credits" },
      upstream: deepseek({ key: "key-credits", balances: { USD: credits } }),
    },
    {
      ...{ name: "soft", provider: "nanogpt", key: "key-soft", periods: { daily: LONG, monthly: 86_400 } },
      upstream: nanogptLegacy({
        key: "key-soft",
        daily: new SimulatedWindow({ limit: 200, periodSeconds: LONG, usedAtStart: 240, soft: true }),
        monthly: new SimulatedWindow({ limit: 60_000, periodSeconds: 86_400, usedAtStart: 600 }),
        enforceDailyLimit: false,
      }),
    },
    {
      ...{
        name: "bucket",
        provider: "openai",
        key: "key-bucket",
        settings: { probe: true, probe_model: "gpt-5-nano" },
      },
      upstream: openai({
        key: "key-bucket",
        models: ["gpt-5-nano"],
        // Down to a twentieth within ten seconds, and from then on as much asked for as flows back.
        buckets: {
          requests: new SimulatedBucket({
            perMinute: 600,
            load: [
              { fromSeconds: 0, perSecond: 67 },
              { fromSeconds: 10, perSecond: 10 },
            ],
          }),
        },
      }),
    },
    {
      ...{ name: "subscriber", provider: "nanogpt", key: "key-subscriber", periods: { weekly_input_tokens: LONG } },
      upstream: nanogpt({
        key: "key-subscriber",
        weeklyInputTokens: new SimulatedWindow({ limit: 60_000_000, periodSeconds: LONG, usedAtStart: 6_000_000 }),
        wallet: new SimulatedBalance({ amount: 2, load: [{ fromSeconds: 12, perSecond: 0.4 }] }),
      }),
    },
  ];
  return { accounts, exhausted, growing, odd, credits };
}

/** Answers without the window for as long as `odd` says so. */
function lacking(odd: { readonly lacksQuota: boolean }, key: string, window: SimulatedWindow): Upstream {
  const whole = nanogpt({ key, dailyInputTokens: window });
  const without = nanogpt({ key });
  return { ...whole, reply: (call) => (odd.lacksQuota ? without : whole).reply(call) };
}
