import { expect, test } from "vitest";
import { STATES } from "../../src/quota/state.ts";
import { byUrgency } from "../../src/server/urgency.ts";
import {
  aFailedAccount,
  aForecast,
  anAccount,
  anAlert,
  anAnswer,
  aQuota,
  aReading,
  inSeconds,
} from "../support/snapshot.ts";

const names = (accounts: Parameters<typeof byUrgency>[0]) => byUrgency(accounts).map(({ account }) => account);
const inState = (state: (typeof STATES)[number]) => anAccount({ account: state, quotas: [aQuota({ state })] });
const likely = (seconds: number) => aQuota({ state: "critical", forecast: aForecast({ likely: inSeconds(seconds) }) });

test("states come in their order of urgency, whatever the order of the config", () => {
  expect(names(STATES.toReversed().map(inState))).toEqual([...STATES]);
});

test("an account stands where its most urgent quota puts it", () => {
  const mixed = anAccount({ account: "mixed", quotas: [aQuota(), aQuota({ state: "exhausted" })] });
  expect(names([inState("critical"), mixed])).toEqual(["mixed", "critical"]);
});

test("within a state the earliest exhaustion comes first, and none at all last", () => {
  const accounts = [
    anAccount({ account: "none", quotas: [aQuota({ state: "critical" })] }),
    anAccount({ account: "late", quotas: [likely(900)] }),
    anAccount({ account: "soon", quotas: [likely(60)] }),
  ];
  expect(names(accounts)).toEqual(["soon", "late", "none"]);
});

test("without a forecast the least left comes first, and an unknown share last", () => {
  const left = (account: string, remaining: number, valid = true) =>
    anAccount({ account, quotas: [aQuota({ state: "watch", reading: aReading({ remaining }), valid })] });
  expect(names([left("stale", 1, false), left("more", 9_000_000), left("less", 8_000_000)])).toEqual([
    "less",
    "more",
    "stale",
  ]);
});

test("an alert about an account weighs like a quota of its severity", () => {
  const rejected = aFailedAccount(
    { reason: "auth", message: "refused" },
    { account: "rejected", alerts: [anAlert({ alert: "LLMQuotaCredentialRejected" })] },
  );
  expect(names([inState("topup"), rejected, inState("exhausted")])).toEqual(["exhausted", "rejected", "topup"]);
});

test("an account that cannot be read comes before healthy ones, one without quota after them", () => {
  const unmetered = anAccount({ account: "unmetered", answer: anAnswer({ metered: false }) });
  const unread = anAccount({ account: "unread", up: false, answer: undefined });
  expect(names([unmetered, inState("ok"), unread])).toEqual(["unread", "ok", "unmetered"]);
});

test("the quotas of an account are sorted the same way, and gone ones left out", () => {
  const states = ["ok", "critical", "exhausted"] as const;
  const quotas = [...states.map((state) => aQuota({ state })), aQuota({ state: "exhausted", gone: true })];
  expect(byUrgency([anAccount({ quotas })])[0]?.quotas.map(({ state }) => state)).toEqual([
    "exhausted",
    "critical",
    "ok",
  ]);
});

test("equals keep the order of the config", () => {
  expect(names([anAccount({ account: "b" }), anAccount({ account: "a" })])).toEqual(["b", "a"]);
});
