import fc from "fast-check";
import { describe, expect, it, test } from "vitest";
import type { AccountSnapshot, ActiveAlert, QuotaSnapshot, Snapshot } from "../../src/engine/snapshot.ts";
import { type Change, changesBetween } from "../../src/server/changes.ts";
import { aFailedAccount, anAccount, anAlert, aQuota, aReading, aSnapshot, inSeconds } from "../support/snapshot.ts";

const LATER = inSeconds(15);
const AT = "2026-11-21T23:00:15.000Z";
const WHO = { at: AT, provider: "nanogpt", account: "main" };

const changes = (before: readonly AccountSnapshot[], after: readonly AccountSnapshot[]) =>
  changesBetween(aSnapshot({ accounts: before }), aSnapshot({ at: LATER, accounts: after }));
const withQuota = (over: Partial<QuotaSnapshot>) => [anAccount({ quotas: [aQuota(over)] })];

const OK = { state: "ok", severity: "none", binding: false };
const quotaEvent = (before: object | null, after: object | null) => ({
  event: "quota",
  data: { ...WHO, quota: "weekly_input_tokens", before, after },
});

describe("a quota", () => {
  it.each<[string, Partial<QuotaSnapshot>, Partial<QuotaSnapshot>, object[]]>([
    ["changes its state", {}, { state: "watch" }, [quotaEvent(OK, { ...OK, state: "watch" })]],
    ["changes its severity", {}, { severity: "critical" }, [quotaEvent(OK, { ...OK, severity: "critical" })]],
    ["becomes the binding one", {}, { binding: true }, [quotaEvent(OK, { ...OK, binding: true })]],
    ["is gone", {}, { gone: true }, [quotaEvent(OK, null)]],
    ["comes back", { gone: true }, {}, [quotaEvent(null, OK)]],
    ["stays gone", { gone: true }, { gone: true, state: "watch" }, []],
    ["only has other numbers", {}, { reading: aReading({ remaining: 1 }), consumedTotal: 9, valid: false }, []],
  ])("that %s", (_what, before, after, expected) => {
    expect(changes(withQuota(before), withQuota(after))).toEqual(expected);
  });
});

describe("an account", () => {
  const up = anAccount();
  const down = aFailedAccount({ reason: "auth", message: "GET /: 401" });
  const isUp = { up: true, reason: null };
  const isDown = { up: false, reason: "auth" };
  it.each<[string, readonly AccountSnapshot[], readonly AccountSnapshot[], object[]]>([
    ["goes down", [up], [down], [{ before: isUp, after: isDown }]],
    ["comes up", [down], [up], [{ before: isDown, after: isUp }]],
    [
      "fails differently",
      [down],
      [aFailedAccount({ reason: "server", message: "GET /: 500" })],
      [{ before: isDown, after: { up: false, reason: "server" } }],
    ],
    ["fails again in other words", [down], [aFailedAccount({ reason: "auth", message: "GET /: 403" })], []],
    ["is added", [], [up], [{ before: null, after: isUp }]],
    ["is removed", [up], [], [{ before: isUp, after: null }]],
    ["is the same object", [up], [up], []],
  ])("that %s", (_what, before, after, expected) => {
    expect(changes(before, after)).toEqual(
      expected.map((standing) => ({ event: "account", data: { ...WHO, ...standing } })),
    );
  });

  it("of the same name at another provider is another one", () => {
    const other = anAccount({ provider: "kilo" });
    expect(changes([up], [other]).map(({ data }) => [data.provider, "after" in data && data.after])).toEqual([
      ["nanogpt", null],
      ["kilo", isUp],
    ]);
  });
});

test("an account that is removed takes its quotas and alerts with it", () => {
  const alert = anAlert({ alert: "LLMQuotaExhausted", quota: "weekly_input_tokens" });
  const account = anAccount({ quotas: [aQuota({ alerts: [alert] })], alerts: [anAlert({ alert: "LLMQuotaWatch" })] });
  expect(changes([account], []).map(({ event, data }) => [event, "change" in data ? data.change : data.after])).toEqual(
    [
      ["account", null],
      ["quota", null],
      ["alert", "ended"],
      ["alert", "ended"],
    ],
  );
});

describe("an alert", () => {
  const alert = anAlert({ alert: "LLMQuotaExhausted", severity: "critical", quota: "weekly_input_tokens" });
  const told = (change: string, severity = "critical", since = "2026-11-21T22:50:00.000Z") => ({
    event: "alert",
    data: { ...WHO, quota: "weekly_input_tokens", alert: "LLMQuotaExhausted", severity, change, since },
  });
  it.each<[string, ActiveAlert[], ActiveAlert[], object[]]>([
    ["begins", [], [alert], [told("began")]],
    ["ends", [alert], [], [told("ended")]],
    ["goes on", [alert], [{ ...alert }], []],
    ["changes its severity", [alert], [{ ...alert, severity: "warning" }], [told("ended"), told("began", "warning")]],
    [
      "has ended and begun anew meanwhile",
      [alert],
      [{ ...alert, since: LATER }],
      [told("ended"), told("began", "critical", AT)],
    ],
  ])("that %s", (_what, before, after, expected) => {
    expect(changes(withQuota({ alerts: before }), withQuota({ alerts: after }))).toEqual(expected);
  });

  it("about a whole account has no quota", () => {
    const about = anAlert({ alert: "LLMQuotaAccountUnreadable", severity: "warning" });
    expect(changes([anAccount()], [anAccount({ alerts: [about] })])).toMatchObject([
      { event: "alert", data: { quota: null, alert: "LLMQuotaAccountUnreadable", change: "began" } },
    ]);
  });
});

/** All that events tell of, as somebody has it who only follows them. */
type Known = Record<string, unknown>;

function knownOf({ accounts }: Snapshot): Known {
  const known: Known = {};
  for (const { provider, account, up, error, quotas, alerts } of accounts) {
    const who = `${provider}/${account}`;
    known[who] = { up, reason: error?.reason ?? null };
    for (const { quota, gone, state, severity, binding } of quotas)
      if (!gone) known[`${who} quota ${quota}`] = { state, severity, binding };
    for (const one of [...alerts, ...quotas.flatMap((quota) => quota.alerts)])
      known[`${who} alert ${one.alert} ${one.quota} ${one.severity}`] = one.since.toISOString();
  }
  return known;
}

function applied(known: Known, { event, data }: Change): Known {
  const who = `${data.provider}/${data.account}`;
  const [key, value] =
    event === "alert"
      ? [`alert ${data.alert} ${data.quota ?? ""} ${data.severity}`, data.change === "began" ? data.since : null]
      : [event === "quota" ? `quota ${data.quota}` : "", data.after];
  const { [`${who} ${key}`.trimEnd()]: _, ...rest } = known;
  return value === null ? rest : { ...rest, [`${who} ${key}`.trimEnd()]: value };
}

const alerts = (quota: string) =>
  fc.uniqueArray(
    fc.record({
      alert: fc.constantFrom("LLMQuotaExhausted" as const, "LLMQuotaWatch" as const),
      severity: fc.constantFrom("warning" as const, "critical" as const),
      quota: fc.constant(quota),
      since: fc.constantFrom(inSeconds(-60), inSeconds(-30)),
    }),
    { selector: ({ alert, severity }) => `${alert} ${severity}` },
  );
const quota = fc.constantFrom("daily", "weekly", "__proto__").chain((id) =>
  fc
    .record({
      state: fc.constantFrom("ok" as const, "watch" as const, "exhausted" as const),
      severity: fc.constantFrom("none" as const, "critical" as const),
      binding: fc.boolean(),
      gone: fc.boolean(),
      alerts: alerts(id),
    })
    .map((over) => aQuota({ ...over, reading: aReading({ quota: id }) })),
);
const account = fc
  .record({
    account: fc.constantFrom("one", "two", "three"),
    up: fc.boolean(),
    error: fc.constantFrom(
      undefined,
      { reason: "auth" as const, message: "" },
      { reason: "server" as const, message: "" },
    ),
    quotas: fc.uniqueArray(quota, { selector: (one) => one.quota }),
    alerts: alerts(""),
  })
  .map(anAccount);
const snapshot = fc.uniqueArray(account, { selector: (one) => one.account }).map((accounts) => aSnapshot({ accounts }));

test("whoever applies the changes knows what the next snapshot tells", () => {
  fc.assert(
    fc.property(snapshot, snapshot, (before, after) => {
      expect(changesBetween(before, after).reduce(applied, knownOf(before))).toEqual(knownOf(after));
    }),
  );
});

test("between equal snapshots nothing changes", () => {
  fc.assert(
    fc.property(snapshot, (one) => {
      expect(changesBetween(one, structuredClone(one))).toEqual([]);
    }),
  );
});
