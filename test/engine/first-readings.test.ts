import { describe, expect, it } from "vitest";
import { alertsOf, at, BALANCE, DAY, HOUR, MINUTE, only, quotaOf, startRun, type Told } from "../support/readings.ts";

const USD: Told = { ...BALANCE, quota: "balance_usd" };
const CNY: Told = { ...BALANCE, quota: "balance_cny", unit: "cny" };

describe("the first readings after a start", () => {
  it.each<[name: string, reading: Told | undefined, remaining: readonly number[]]>([
    ["the second reading", undefined, [900, 0]],
    ["the third reading", undefined, [900, 898, 0]],
    ["the second of a balance", BALANCE, [100, 0]],
    ["the third of a balance", BALANCE, [100, 100, 0]],
  ])("page nobody when only %s is empty, and ask for another", (_name, reading, remaining) => {
    const run = startRun(reading === undefined ? {} : { reading });

    const last = run
      .readEach(
        MINUTE,
        remaining.map((value) => ({ remaining: value })),
      )
      .at(-1);

    expect(last).toMatchObject({ state: "ok", severity: "none", doubtful: true });
    expect(only(run.readAll([{ remaining: 0 }]))).toMatchObject({ state: "ok" });
    run.pass(MINUTE);
    expect(run.read({ remaining: 0 })).toMatchObject({ state: "exhausted", severity: "critical" });
  });

  it("count nothing for one bad reading among them, and page nobody", () => {
    const run = startRun();

    const seen = run.readEach(
      MINUTE,
      [900, 20, 899, 898, 897, 896, 895, 894].map((remaining) => ({ remaining })),
    );

    expect(seen.map(({ severity }) => severity)).toEqual(seen.map(() => "none"));
    expect(seen.at(-1)).toMatchObject({ consumedTotal: 6, resetsTotal: 0 });
  });

  it("remind of nothing while no rate is known, and of an idle quota once it is", () => {
    const week: Told = {
      kind: "calendar",
      unit: "requests",
      quota: "weekly",
      limit: 1000,
      periodSeconds: 7 * DAY,
      resetAt: at(DAY),
    };
    const run = startRun({ reading: week });

    const seen = run.readEach(
      5 * MINUTE,
      [800, 800, 800, 800].map((remaining) => ({ remaining })),
    );

    expect(seen.slice(0, 2).map(({ state }) => state)).toEqual(["ok", "ok"]);
    expect(seen.at(-1)).toMatchObject({ state: "use_or_lose", severity: "info" });
  });

  it("are ok, not unknown, while an empty quota waits to be confirmed", () => {
    expect(startRun().read({ remaining: 0 })).toMatchObject({ state: "ok", severity: "none", valid: true });
  });

  it("of a poll are taken at their word, also when the reset is just past", () => {
    const run = startRun({ settings: { confirm_readings: 1 } });
    run.pass(4 * HOUR + MINUTE);

    expect(run.read({ remaining: 0, resetAt: at(4 * HOUR) })).toMatchObject({ state: "exhausted" });
  });
});

describe("balances that say more than their number", () => {
  it("are exhausted when overdrawn, though nothing was ever seen in them", () => {
    const run = startRun({ reading: BALANCE });

    const seen = run.readEach(MINUTE, [{ remaining: -0.5 }, { remaining: -0.5 }]);

    expect(seen.at(-1)).toMatchObject({ state: "exhausted", severity: "critical", binding: true });
  });

  it("warn when the provider refuses calls beside another currency that is left", () => {
    const run = startRun({ reading: BALANCE });
    const answer = [
      { ...USD, remaining: 5 },
      { ...CNY, remaining: 0, refused: true as const },
    ];

    run.readAll(answer);
    run.pass(MINUTE);
    const account = run.readAll(answer);

    expect(alertsOf(quotaOf(account, "balance_cny"))).toEqual(["LLMQuotaWatch warning"]);
    expect(quotaOf(account, "balance_usd").state).toBe("ok");
  });
});
