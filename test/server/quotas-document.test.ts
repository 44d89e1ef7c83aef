import { describe, expect, it, test } from "vitest";
import { quotasDocument } from "../../src/server/quotas-document.ts";
import {
  aFailedAccount,
  aForecast,
  anAccount,
  anAnswer,
  aQuota,
  aRate,
  aReading,
  aSnapshot,
  inSeconds,
} from "../support/snapshot.ts";

test("the document of one healthy account is exactly this, in this order of keys", () => {
  const account = anAccount({ answer: anAnswer({ subscription: "active" }), quotas: [aQuota({ binding: true })] });
  expect(JSON.stringify(quotasDocument(aSnapshot({ accounts: [account] })), undefined, 1)).toBe(
    JSON.stringify(
      {
        generated_at: "2026-11-21T23:00:00.000Z",
        summary: { accounts: 1, quotas: 1, by_state: { ok: 1 }, has_exhausted: false, has_use_or_lose: false },
        accounts: [
          {
            provider: "nanogpt",
            account: "main",
            up: true,
            error: null,
            metered: true,
            plan: null,
            subscription: "active",
            last_success: "2026-11-21T22:59:58.000Z",
            quotas: [
              {
                quota: "weekly_input_tokens",
                kind: "calendar",
                unit: "input_tokens",
                limit: 60000000,
                remaining: 47500000,
                used: 12500000,
                remaining_ratio: 0.7916667,
                period_seconds: 604800,
                reset_at: "2026-11-23T00:00:00.000Z",
                expires_at: null,
                enforcement: "hard",
                source: "api",
                confidence: "reported",
                valid: true,
                read_at: "2026-11-21T22:59:58.000Z",
                state: "ok",
                severity: "none",
                binding: true,
                models: null,
                burn_rate: null,
                consumption_per_second: null,
                runway_seconds: null,
                exhausts_at: null,
                exhaustion_probability: null,
              },
            ],
          },
        ],
      },
      undefined,
      1,
    ),
  );
});

const only = (document: ReturnType<typeof quotasDocument>) => document.accounts[0];
const quotaEntry = (over: Parameters<typeof aQuota>[0]) =>
  only(quotasDocument(aSnapshot({ accounts: [anAccount({ quotas: [aQuota(over)] })] })))?.quotas[0];

describe("a quota", () => {
  const full = {
    reading: aReading({ models: ["m1"], expiresAt: inSeconds(60) }),
    short: aRate({ perSecond: 1, burn: 1 }),
    long: aRate({ perSecond: 1 / 3, burn: 2 / 3 }),
    forecast: aForecast({ likely: inSeconds(30), probability: 0.5, runwaySeconds: 32 }),
  };

  it("carries the rates of the long window and the likely instant", () => {
    expect(quotaEntry(full)).toMatchObject({
      burn_rate: 0.6666667,
      consumption_per_second: 0.3333333,
      runway_seconds: 32,
      exhausts_at: "2026-11-21T23:00:30.000Z",
      exhaustion_probability: 0.5,
      models: ["m1"],
      expires_at: "2026-11-21T23:01:00.000Z",
    });
  });

  it("that is invalid has null for every value and forecast, and keeps what does not age", () => {
    expect(quotaEntry({ ...full, valid: false, state: "critical", severity: "critical" })).toMatchObject({
      limit: null,
      remaining: null,
      used: null,
      remaining_ratio: null,
      burn_rate: null,
      consumption_per_second: null,
      runway_seconds: null,
      exhausts_at: null,
      exhaustion_probability: null,
      valid: false,
      read_at: "2026-11-21T22:59:58.000Z",
      reset_at: "2026-11-23T00:00:00.000Z",
      state: "critical",
      severity: "critical",
    });
  });

  it("that is empty says 0, which is not null", () => {
    expect(quotaEntry({ reading: aReading({ remaining: 0 }) })).toMatchObject({ remaining: 0, remaining_ratio: 0 });
  });

  it("that is gone is not in the document", () => {
    const document = quotasDocument(aSnapshot({ accounts: [anAccount({ quotas: [aQuota({ gone: true })] })] }));
    expect(only(document)?.quotas).toEqual([]);
    expect(document.summary).toMatchObject({ quotas: 0, by_state: {} });
  });
});

describe("an account", () => {
  it("that was never answered has null where nothing is known", () => {
    const account = anAccount({ up: false, answer: undefined, lastSuccessAt: undefined });
    expect(only(quotasDocument(aSnapshot({ accounts: [account] })))).toEqual({
      provider: "nanogpt",
      account: "main",
      up: false,
      error: null,
      metered: null,
      plan: null,
      subscription: null,
      last_success: null,
      quotas: [],
    });
  });

  it("that failed says why", () => {
    const account = aFailedAccount({ reason: "auth", message: "GET /user/balance was refused with 401" });
    expect(only(quotasDocument(aSnapshot({ accounts: [account] })))).toMatchObject({
      up: false,
      error: { reason: "auth", message: "GET /user/balance was refused with 401" },
    });
  });

  it("without quota says so", () => {
    const account = anAccount({ answer: anAnswer({ metered: false, plan: "free" }) });
    expect(only(quotasDocument(aSnapshot({ accounts: [account] })))).toMatchObject({ metered: false, plan: "free" });
  });
});

test("the summary counts the states that occur, most urgent first", () => {
  const quotas = (["ok", "exhausted", "ok", "use_or_lose"] as const).map((state) => aQuota({ state }));
  const { summary } = quotasDocument(aSnapshot({ accounts: [anAccount({ quotas }), anAccount()] }));
  expect(JSON.stringify(summary)).toBe(
    '{"accounts":2,"quotas":4,"by_state":{"exhausted":1,"use_or_lose":1,"ok":2},"has_exhausted":true,"has_use_or_lose":true}',
  );
});
