import { describe, expect, it } from "vitest";
import { inOrder, type Sort } from "../../src/cli/order.ts";
import type { Snapshot } from "../../src/engine/snapshot.ts";
import { quotasDocument } from "../../src/server/quotas-document.ts";
import { byUrgency } from "../../src/server/urgency.ts";
import {
  aBalance,
  aFailedAccount,
  aForecast,
  anAccount,
  anAnswer,
  aQuota,
  aReading,
  aSnapshot,
  inSeconds,
} from "../support/snapshot.ts";

const HOUR = 3600;
const quotaOf = (quota: string, remaining: number, resetsIn: number) =>
  aReading({ quota, limit: 100, remaining, resetAt: inSeconds(resetsIn) });

const ACCOUNTS: Snapshot["accounts"] = [
  anAccount({ account: "local", provider: "ollama", answer: anAnswer({ metered: false }) }),
  anAccount({ account: "calm", quotas: [aQuota({ reading: quotaOf("week", 90, 5 * HOUR) })] }),
  anAccount({
    account: "busy",
    provider: "claude",
    quotas: [
      aQuota({ reading: quotaOf("week", 50, 9 * HOUR) }),
      aQuota({
        reading: quotaOf("day", 30, 2 * HOUR),
        state: "critical",
        forecast: aForecast({ likely: inSeconds(1800) }),
      }),
      aQuota({ reading: quotaOf("stale", 1, HOUR), valid: false, state: "unknown" }),
    ],
  }),
  aFailedAccount({ reason: "auth", message: "401" }, { account: "revoked" }),
  anAccount({ account: "money", provider: "deepseek", quotas: [aQuota({ reading: aBalance(7), state: "topup" })] }),
  anAccount({
    account: "late",
    quotas: [
      aQuota({
        reading: quotaOf("day", 40, 3 * HOUR),
        state: "critical",
        forecast: aForecast({ likely: inSeconds(7200) }),
      }),
    ],
  }),
];
const { accounts } = quotasDocument(aSnapshot({ accounts: ACCOUNTS }));

const orderOf = (sort: Sort) =>
  inOrder(accounts, sort).map(({ account, quota }) => `${account.account} ${quota?.quota ?? "-"}`);

describe("the order of the table", () => {
  it("is that of the status page by default", () => {
    const page = byUrgency(ACCOUNTS).flatMap(({ account, quotas }) =>
      quotas.length === 0 ? [`${account} -`] : quotas.map(({ quota }) => `${account} ${quota}`),
    );

    expect(orderOf("urgency")).toEqual(page);
    expect(page[0]).toBe("busy day");
  });

  it.each<{ sort: Sort; order: readonly string[] }>([
    {
      sort: "account",
      order: ["busy week", "busy day", "busy stale", "calm week", "late day", "local -", "money balance", "revoked -"],
    },
    {
      sort: "provider",
      order: ["busy week", "busy day", "busy stale", "money balance", "calm week", "late day", "revoked -", "local -"],
    },
    {
      sort: "left",
      order: ["busy day", "late day", "busy week", "calm week", "busy stale", "money balance", "local -", "revoked -"],
    },
    {
      sort: "runs-out",
      order: ["busy day", "late day", "calm week", "busy week", "busy stale", "money balance", "local -", "revoked -"],
    },
    {
      sort: "resets",
      order: ["busy stale", "busy day", "late day", "calm week", "busy week", "money balance", "local -", "revoked -"],
    },
  ])("by $sort has what is unknown last", ({ sort, order }) => {
    expect(orderOf(sort)).toEqual(order);
  });
});
