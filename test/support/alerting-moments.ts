import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { nanogpt } from "../../src/demo/nanogpt.ts";
import { SimulatedWindow } from "../../src/demo/window.ts";
import { type AlertingMode, type Stage, type StagedAccount, startStage } from "./alerting-stage.ts";
import { eventually } from "./eventually.ts";
import { valuesOf } from "./exposition.ts";

const PAGER = "llm-quota-pager";
const PATIENCE = { timeoutMs: 90_000, everyMs: 200 };
const LONG = 3600;
/** Read every second: so many reads are longer than several sends and evaluations. */
const A_WHILE = 8;

/** What goes down and comes back while a page is open, one after the other: nobody is told twice. */
export function describeMoments(mode: AlertingMode): void {
  let stage: Stage;
  const second = new SimulatedWindow({ limit: 1000, periodSeconds: LONG, usedAtStart: 500 });
  const account = (name: string, window: SimulatedWindow): StagedAccount => ({
    ...{ name, provider: "nanogpt", key: `key-${name}`, periods: { daily_input_tokens: LONG } },
    upstream: nanogpt({ key: `key-${name}`, dailyInputTokens: window }),
  });

  beforeAll(async () => {
    const first = new SimulatedWindow({ limit: 1000, periodSeconds: LONG, usedAtStart: 1000 });
    stage = await startStage({
      mode,
      accounts: [account("first", first), account("second", second)],
      alertmanagers: 2,
      daemons: 2,
      staleAfter: "10m",
    });
  });
  afterAll(async () => {
    await stage?.[Symbol.asyncDispose]();
  });

  const tells = (name: string, expected: readonly string[]) =>
    eventually(() => expect(stage.told(name)).toEqual(expected), PATIENCE);
  const listed = async (place: 0 | 1, name: string) =>
    (await stage.alertmanager(place).alerts()).filter(({ labels }) => labels["account"] === name);
  const pollsOf = async (place: 0 | 1, name: string) =>
    valuesOf(await stage.daemon(place).metrics(), "llm_quota_polls_total", { account: name })[0] ?? 0;
  const whilePolling = async (place: 0 | 1, name: string) => {
    const from = await pollsOf(place, name);
    await eventually(async () => expect(await pollsOf(place, name)).toBeGreaterThan(from + A_WHILE), PATIENCE);
  };
  const notified = (name: string) => stage.notifications(name).map(({ status, receiver }) => `${status} ${receiver}`);

  describe(`with two Alertmanagers, alerts by ${mode}`, () => {
    it("reach both, and make one notification", async () => {
      await tells("first", ["firing LLMQuotaExhausted"]);
      await eventually(async () => {
        expect(await listed(0, "first")).toHaveLength(1);
        expect(await listed(1, "first")).toHaveLength(1);
      }, PATIENCE);

      expect(notified("first")).toEqual([`firing ${PAGER}`]);
    });

    it("begin and end nothing anew when the daemon is killed and comes back", async () => {
      const [before] = await listed(0, "first");
      await stage.daemon().stop("SIGKILL");
      await stage.startDaemon();
      await whilePolling(0, "first");

      expect(notified("first")).toEqual([`firing ${PAGER}`]);
      expect((await listed(0, "first")).map(({ startsAt }) => startsAt)).toEqual([before?.startsAt]);
    });

    it("are back at an Alertmanager that was restarted, and nobody is told again", async () => {
      await stage.restartAlertmanager(0);
      await eventually(async () => expect(await listed(0, "first")).toHaveLength(1), PATIENCE);
      await whilePolling(0, "first");

      expect(notified("first")).toEqual([`firing ${PAGER}`]);
    });

    it("are one alert when a second daemon joins, and go on when the first leaves", async () => {
      await stage.startDaemon(1);
      await whilePolling(1, "first");
      expect(await listed(0, "first")).toHaveLength(1);
      await stage.daemon(0).stop("SIGKILL");
      await whilePolling(1, "first");

      expect(await listed(0, "first")).toHaveLength(1);
      expect(notified("first")).toEqual([`firing ${PAGER}`]);
    });

    it("still arrive when one Alertmanager is down", async () => {
      await stage.alertmanager(1).stop();
      second.use(1000);
      await tells("second", ["firing LLMQuotaExhausted"]);

      if (mode === "push") {
        const up = async (place: 0 | 1) =>
          valuesOf(await stage.daemon(1).metrics(), "llm_quota_exporter_alertmanager_up", {
            alertmanager: new URL(stage.alertmanager(place).url).host,
          });
        await eventually(async () => expect([await up(0), await up(1)]).toEqual([[1], [0]]), PATIENCE);
      }
      expect(notified("second")).toEqual([`firing ${PAGER}`]);
    });

    // With the other Alertmanager still down: two whose groups are out of step after a restart may tell an end twice.
    it("end when the account is taken out of the config, and only those", async () => {
      stage.writeConfig(["second"]);
      process.kill(stage.daemon(1).pid, "SIGHUP");
      await tells("first", ["firing LLMQuotaExhausted", "resolved LLMQuotaExhausted"]);
      await whilePolling(1, "second");

      expect(notified("first")).toEqual([`firing ${PAGER}`, `resolved ${PAGER}`]);
      expect(notified("second")).toEqual([`firing ${PAGER}`]);
    });
  });
}
