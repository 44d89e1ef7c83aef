import { describe, expect, it, test } from "vitest";
import { ENGINE_DEFAULTS } from "../../src/engine/settings.ts";
import type { AccountSnapshot } from "../../src/engine/snapshot.ts";
import type { PollLog } from "../../src/quota/poll-log.ts";
import { accountPage, unknownAccountPage } from "../../src/server/account-page.ts";
import type { HistoryPoint } from "../../src/store/store.ts";
import { everyCorner } from "../metrics/every-corner.ts";
import { anAccount, anAlert, anAnswer, aQuota, aReading, inSeconds, NOW } from "../support/snapshot.ts";

const LOG: PollLog = {
  nextPollAt: inSeconds(300),
  polls: [
    { at: inSeconds(-2), seconds: 0.1234, failure: undefined, readings: 3 },
    {
      at: inSeconds(-302),
      seconds: 8,
      failure: { reason: "timeout", message: "no answer within 8 s" },
      readings: undefined,
    },
  ],
};

const pageOf = (account: AccountSnapshot, history: readonly HistoryPoint[] = [], log: PollLog | undefined = LOG) =>
  accountPage({ account, at: NOW, log, history: () => history, settings: ENGINE_DEFAULTS, now: NOW, version: "0.1.0" });

function words(page: string): string {
  return page
    .slice(page.indexOf("<header>"), page.indexOf("<script>"))
    .replace(/<[^>]*>/g, " ")
    .replace(/\s+/g, " ");
}

const [main, hostile] = everyCorner.accounts;
if (main === undefined || hostile === undefined) throw new Error("every corner has these accounts");

test("a quota is told with its reason, what fires on it and since when, and its numbers", async () => {
  const page = words(await pageOf(hostile));
  expect(page).toContain(
    "five_hour critical 29 % left, 3 h 5 m to the reset; at the expected 2 % per 10 min (2.4 % of late) it is gone in 2 h 25 m, 40 min before the reset; that is worth a page. critical It will run out before its reset LLMQuotaWillExhaust, for 10 min 29 %",
  );
  expect(page).toContain("Reset resets in 3 h 5 m Used 12 % an hour Burn rate 1.28 long, 1.53 short");
  expect(page).toContain(
    "Early to late 2026-11-22 01:00:00 UTC to 2026-11-22 01:55:00 UTC Chance to run out 93 % Told by api, reported",
  );
});

test("what is not known of a quota has no line", async () => {
  const page = words(await pageOf(anAccount({ quotas: [aQuota()] })));
  expect(page).not.toMatch(/Burn rate|Chance|Early|Used|Only for/);
  expect(page).not.toMatch(/NaN|Infinity|undefined|null/);
});

test("the account is told with its plan, subscription, credential, probe and models", async () => {
  expect(words(await pageOf(hostile))).toContain(
    "Plan max &lt;20x&gt; Subscription grace Credential expires in 2 d Read every 5 min Next read in 5 min Last good read 2 s ago Probe a , 412 ms; 108 tokens since the start",
  );
  expect(words(await pageOf(hostile))).toContain("Models 3 a, b, c");
});

test("the last polls are listed, the newest first, with what went wrong", async () => {
  expect(words(await pageOf(main))).toContain(
    "When Took Result 2 s ago 123 ms 3 quotas told 5 min ago 8000 ms The provider did not answer in time: no answer within 8 s.",
  );
  expect(words(await pageOf(main, [], { polls: [], nextPollAt: undefined }))).toContain("Last polls None yet.");
});

describe("out of sight", () => {
  it("names the quotas that the last good answer left out, and how many were not kept", async () => {
    const quota = aQuota({ present: false, reading: aReading({ readAt: inSeconds(-7200) }) });
    const page = words(await pageOf(anAccount({ answer: anAnswer({ dropped: 3 }), quotas: [quota] })));
    expect(page).toContain(
      "weekly_input_tokens: the last good answer left it out; last told 2 h ago . 3 more quotas were told than are kept; the tightest are.",
    );
  });

  it("does not claim that everything is seen", async () => {
    const page = words(await pageOf(main));
    expect(page).toContain("The last good answer left out no quota that was seen before.");
    expect(page).toContain("What no credential for this provider can see is listed in docs/providers/nanogpt.md.");
    expect(words(await pageOf(anAccount({ answer: undefined, up: false })))).toContain(
      "Nothing of this account has been read yet.",
    );
  });
});

test("what fires on the account as a whole stands above its quotas", async () => {
  const alerts = [anAlert({ alert: "LLMQuotaCredentialRejected" })];
  const page = words(await pageOf(anAccount({ alerts, quotas: [aQuota()] })));
  expect(page.indexOf("The provider rejects the credential LLMQuotaCredentialRejected, for 10 min")).toBeGreaterThan(0);
  expect(page.indexOf("LLMQuotaCredentialRejected")).toBeLessThan(page.indexOf("weekly_input_tokens"));
});

test("it leads to its data and back, and nothing from outside becomes markup", async () => {
  const name = `a"b<script>alert(1)</script>`;
  const page = await pageOf(
    anAccount({
      account: name,
      labels: { team: name },
      answer: anAnswer({ plan: name, models: [name] }),
      error: { reason: "server", message: name },
      quotas: [aQuota({ quota: name, reading: aReading({ models: [name] }) })],
    }),
    [
      { at: inSeconds(-60), remaining: 5, limit: 10, resetAt: undefined },
      { at: inSeconds(-30), remaining: 4, limit: 10, resetAt: undefined },
    ],
    { nextPollAt: undefined, polls: [{ at: NOW, seconds: 1, failure: { reason: "bug", message: name }, readings: 0 }] },
  );
  expect(page.split("<script")).toHaveLength(2);
  expect(page).not.toContain('a"b');
  const path = "a%22b%3Cscript%3Ealert(1)%3C%2Fscript%3E";
  expect(page).toContain(`<a href="/api/v1/accounts/${path}">JSON</a>`);
  expect(page).toContain(`<a href="/probe?target=${path}" rel="nofollow">probe</a>`);
  expect(page).toContain('<a href="/">All accounts</a>');
});

test.each(everyCorner.accounts.map((account) => [account.account, account] as const))(
  "every id on the page of %j is there once, and what refers to one exists",
  async (_name, account) => {
    const page = await pageOf(account, [
      { at: inSeconds(-60), remaining: 5, limit: 10, resetAt: inSeconds(-45) },
      { at: inSeconds(-30), remaining: 7, limit: 12, resetAt: undefined },
    ]);
    const ids = [...page.matchAll(/\sid="([^"]+)"/g)].map((match) => match[1]);
    const wanted = [...page.matchAll(/aria-(?:labelledby|describedby)="([^"]+)"/g)].map((match) => match[1]);
    expect(new Set(ids).size).toBe(ids.length);
    expect(wanted.filter((id) => !ids.includes(id))).toEqual([]);
    expect(page).not.toMatch(/NaN|Infinity|undefined/);
  },
);

describe("a name that no account has", () => {
  it.each([
    ["revokd", "Did you mean one of these? revoked"],
    [
      "<script>",
      "These are known here: main hostile &quot;name&quot; \\ with newline &lt;b&gt;&amp;amp; ünïcode 🦙 credits",
    ],
  ])("%j is answered with the near ones, or all, and is not repeated", (name, expected) => {
    const page = unknownAccountPage(name, everyCorner.accounts, "0.1.0");
    expect(words(page)).toContain(`No account has this name ${expected}`);
    expect(page.split("<script")).toHaveLength(2);
    expect(page).not.toContain("&lt;script&gt;");
  });

  it("finds none where none is configured", () => {
    expect(words(unknownAccountPage("x", [], "0.1.0"))).toContain("No accounts are configured.");
  });
});
