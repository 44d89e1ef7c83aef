import { describe, expect, it } from "vitest";
import { annotationsOf } from "../../src/alerting/annotations.ts";
import type { AccountSnapshot } from "../../src/engine/snapshot.ts";
import {
  aBalance,
  aFailedAccount,
  aForecast,
  anAccount,
  anAlert,
  anAnswer,
  aQuota,
  aRate,
  aReading,
  inSeconds,
  NOW,
} from "../support/snapshot.ts";

const QUOTA = "weekly_input_tokens";
const willExhaust = anAlert({ alert: "LLMQuotaWillExhaust", quota: QUOTA });
const described = (account: AccountSnapshot, alert = willExhaust) => annotationsOf(alert, account, NOW).description;

describe("the text of an alert", () => {
  it("tells what is left, of what, how fast it goes, until when, and what to do", () => {
    const forecast = aForecast({ likely: inSeconds(3600) });
    const quota = aQuota({ forecast, long: aRate({ burn: 2.5 }) });

    expect(annotationsOf(willExhaust, anAccount({ quotas: [quota] }), NOW)).toEqual({
      summary: "nanogpt/main: weekly_input_tokens runs out before it resets",
      description:
        "At the present pace this quota will be empty well before it comes back. " +
        "Left: 47.5M input_tokens. 79.17% of the limit is left. The limit is 60M input_tokens. " +
        "The window is 7d 0h 0m 0s long. The long-term pace would use 2.50 times what is left. " +
        "At this rate it runs out in 1h 0m 0s. It resets in 1d 1h 0m 0s. " +
        "Find what has just started, then slow it down or move it to another account.",
    });
  });

  it("leaves out what is not known", () => {
    const account = anAccount({ quotas: [aQuota({ reading: aBalance(0.5) })] });
    const alert = anAlert({ alert: "LLMQuotaCreditsLow", quota: "balance" });

    expect(described(account, alert)).toBe(
      "These credits come back only when somebody pays. Left: 0.50 usd. Top up, or ask whoever holds the purse to do so.",
    );
  });

  it.each([
    { because: "it is old", over: { valid: false } },
    { because: "the provider doubts it", over: { reading: aReading({ confidence: "degraded" }) } },
  ])("shows no amount as the truth when $because", ({ over }) => {
    const forecast = aForecast({ likely: inSeconds(3600) });
    const account = anAccount({ quotas: [aQuota({ forecast, long: aRate({ burn: 2 }), ...over })] });

    expect(described(account)).toBe(
      "At the present pace this quota will be empty well before it comes back. The window is 7d 0h 0m 0s long. " +
        "It resets in 1d 1h 0m 0s. Find what has just started, then slow it down or move it to another account.",
    );
  });

  it("tells a share once, and no amount of it", () => {
    const reading = aReading({ unit: "ratio", limit: 1, remaining: 0.18 });

    expect(described(anAccount({ quotas: [aQuota({ reading })] }))).toMatch(
      /back\. 18% of the limit is left\. The window/,
    );
  });

  it("of a quota that is gone tells nothing of it", () => {
    expect(described(anAccount({ quotas: [aQuota({ gone: true })] }))).toMatch(/comes back\. Find what/);
  });

  it("does not count down to what has passed", () => {
    const reading = aReading({ resetAt: NOW, expiresAt: inSeconds(-1) });

    expect(described(anAccount({ quotas: [aQuota({ reading })] }))).not.toMatch(/resets|expires/);
  });

  it("names the reason why an account cannot be read, and nothing that its provider said", () => {
    const account = aFailedAccount({ reason: "malformed", message: "{{ .Secret }}" });

    expect(described(account, anAlert({ alert: "LLMQuotaAccountUnreadable" }))).toBe(
      "Its quotas are unwatched until a read succeeds. Reads fail with: malformed. " +
        "See the last error on the status page, and whether the provider has an outage.",
    );
  });

  it.each([
    { seconds: 172_800, sentence: "It expires in 2d 0h 0m 0s." },
    { seconds: 0, sentence: "It expired 0s ago." },
    { seconds: -3600, sentence: "It expired 1h 0m 0s ago." },
  ])("of a key that expires $seconds seconds from now says so", ({ seconds, sentence }) => {
    const account = anAccount({ answer: anAnswer({ credentialExpiresAt: inSeconds(seconds) }) });

    expect(described(account, anAlert({ alert: "LLMQuotaCredentialExpiring" }))).toBe(
      `Whoever still uses it then is refused. ${sentence} Make a new key and hand it out before then.`,
    );
  });

  it.each([
    { subscription: "grace", sentence: "It is in grace: the plan still serves, but not for long." },
    { subscription: "inactive", sentence: "It is inactive: the plan no longer serves." },
  ] as const)("tells a subscription in $subscription from the others", ({ subscription, sentence }) => {
    const account = anAccount({ answer: anAnswer({ subscription }) });

    expect(described(account, anAlert({ alert: "LLMQuotaSubscriptionLapsed" }))).toBe(
      `The provider says that it is no longer paid for. ${sentence} Renew it, or take its work elsewhere.`,
    );
  });
});
