import { createHash } from "node:crypto";
import { describe, expect, it, test } from "vitest";
import type { AccountSnapshot, QuotaSnapshot } from "../../src/engine/snapshot.ts";
import { STATES } from "../../src/quota/state.ts";
import { statusPage } from "../../src/server/page.ts";
import { PAGE_STYLE_SOURCE } from "../../src/server/page-style.ts";
import { everyCorner } from "../metrics/every-corner.ts";
import {
  aBalance,
  aFailedAccount,
  anAccount,
  anAnswer,
  aQuota,
  aReading,
  aSnapshot,
  inSeconds,
  NOW,
} from "../support/snapshot.ts";

const pageOf = (...accounts: AccountSnapshot[]) => statusPage(aSnapshot({ accounts }), NOW, "0.1.0");
const pageOfQuota = (over: Partial<QuotaSnapshot>) => pageOf(anAccount({ quotas: [aQuota(over)] }));

/** What a reader sees of a page: no markup, no runs of white space. */
function words(page: string): string {
  return page
    .slice(page.indexOf("<body>"))
    .replace(/<[^>]*>/g, " ")
    .replace(/\s+/g, " ");
}

const BAR = '<svg class="bar"';
const UNKNOWN_BAR = '<div class="no-bar">';

test("a quota is told in one row: name, state, what is left, reset and forecast", () => {
  const page = pageOfQuota({ binding: true });
  expect(words(page)).toContain(
    "weekly_input_tokens stops this account first ok 47.5 M of 60 M input tokens resets in 1 d 1 h no forecast yet",
  );
  expect(page).toContain('<time datetime="2026-11-23T00:00:00.000Z"');
});

test.each(STATES)("the state %s stands there as a word, not only as a colour", (state) => {
  const badge = /<tr class="(\w+)">[\s\S]*?<span class="badge">([^<]+)</.exec(pageOfQuota({ state }));
  expect(badge?.[1]).toBe(state);
  expect(badge?.[2]?.replaceAll(" ", "").replaceAll("_", "")).toBe(state.replaceAll("_", ""));
});

describe("a bar", () => {
  it("is as long as the share that is left", () => {
    expect(pageOfQuota({})).toContain('<rect class="fill" width="79.17"');
  });

  it.each([
    ["empty when overdrawn", -5, "0.00"],
    ["full when more than the limit is left", 120, "100.00"],
  ])("is %s, and no longer", (_what, remaining, width) => {
    expect(pageOfQuota({ reading: aReading({ limit: 100, remaining }) })).toContain(`class="fill" width="${width}"`);
  });

  it("marks how much of the window is still to come", () => {
    const reading = aReading({ periodSeconds: 1000, resetAt: inSeconds(600) });
    expect(pageOfQuota({ reading })).toContain('<rect class="mark" x="59.70"');
    expect(pageOfQuota({ reading: { ...reading, sliding: true } })).not.toContain('class="mark"');
    expect(pageOfQuota({ reading: { ...reading, resetAt: inSeconds(-1) } })).not.toContain('class="mark"');
  });

  it.each<[string, Partial<QuotaSnapshot>]>([
    ["data that is too old", { valid: false }],
    ["a reading that was never good", { valid: false, lastGoodAt: undefined, state: "unknown" }],
  ])("is a dashed outline for %s, neither empty nor full", (_what, over) => {
    const page = pageOfQuota(over);
    expect(page).toContain(UNKNOWN_BAR);
    expect(page).not.toContain(BAR);
    expect(words(page)).toContain(" unknown ");
  });

  it.each<[string, AccountSnapshot]>([
    ["a balance, which has no limit", anAccount({ quotas: [aQuota({ reading: aBalance(7.42) })] })],
    ["an account without quota", anAccount({ answer: anAnswer({ metered: false }) })],
    ["an account that was never read", anAccount({ up: false, answer: undefined, lastPollAt: undefined })],
  ])("is not there for %s", (_what, account) => {
    const page = pageOf(account);
    expect(page).not.toContain(BAR);
    expect(page).not.toContain(UNKNOWN_BAR);
  });
});

test("old data is shown as old, with its age", () => {
  const reading = aReading({ readAt: inSeconds(-47 * 60) });
  expect(words(pageOfQuota({ reading, valid: false }))).toContain(
    "stale ok unknown was 47.5 M of 60 M input tokens 47 min ago",
  );
});

test.each<[string, AccountSnapshot, string]>([
  ["unmetered", anAccount({ answer: anAnswer({ metered: false }) }), "no API quota: nothing here runs out."],
  [
    "not read yet",
    anAccount({ up: false, answer: undefined, lastPollAt: undefined }),
    "the first read is still to come.",
  ],
  [
    "never read well",
    aFailedAccount({ reason: "timeout", message: "no answer within 8 s" }),
    "The provider did not answer in time: no answer within 8 s. Quotas unknown: no read has worked yet.",
  ],
  ["metered without a quota", anAccount(), "The last answer named no quota."],
])("an account that is %s says so", (_what, account, sentence) => {
  expect(words(pageOf(account))).toContain(sentence);
});

test("what nearly everything else hides behind: soft, doubtful and missing quotas say what they are", () => {
  const page = words(pageOfQuota({ reading: aReading({ enforcement: "soft" }), doubtful: true, present: false }));
  expect(page).toContain("soft: not refused at zero a surprise, being confirmed missing from the last answer");
});

test("the summary and the title tell the worst at once", () => {
  const page = statusPage(everyCorner, NOW, "0.1.0");
  expect(words(page)).toContain(
    "7 accounts, 10 quotas: 2 exhausted, 2 critical, 1 top up, 1 watch, 1 use or lose, 1 unknown, 1 ok, 1 unlimited · 2 accounts cannot be read",
  );
  expect(page).toContain("<title>2 exhausted · 2 critical · LLM quotas</title>");
});

test("a quiet fleet has a plain title, an empty one says that it is empty", () => {
  expect(pageOfQuota({})).toContain("<title>LLM quotas</title>");
  expect(words(pageOf())).toContain("0 accounts, 0 quotas No accounts are configured.");
});

test("nothing that a user or a provider wrote becomes markup", () => {
  const hostile = `<script>alert("1")</script>'&`;
  const page = pageOf(
    anAccount({
      provider: hostile,
      account: hostile,
      labels: { [hostile]: hostile },
      up: false,
      answer: anAnswer({ plan: hostile }),
      error: { reason: "malformed", message: hostile },
      quotas: [aQuota({ quota: hostile })],
    }),
  );
  const escaped = "&lt;script&gt;alert(&quot;1&quot;)&lt;/script&gt;&#39;&amp;";
  expect(page).not.toContain("<script");
  // Heading, provider, label name and value, plan, two links, error, caption and quota.
  expect(page.split(escaped)).toHaveLength(11);
});

describe("the document", () => {
  const page = statusPage(everyCorner, NOW, "0.1.0");

  it("refreshes itself, names its language and version, and links to the data", () => {
    expect(page).toContain('<html lang="en">');
    expect(page).toContain('<meta http-equiv="refresh" content="15">');
    expect(page).toContain('<a href="/metrics">');
    expect(page).toContain('<a href="/api/v1/quotas">');
    expect(page).toContain('<a href="/debug/polls">');
  });

  it("links each account to its details and its probe, whatever its name", () => {
    const links = pageOf(anAccount({ account: "main @ home" }));
    expect(links).toContain('<a href="/api/v1/accounts/main%20%40%20home" aria-label="details of main @ home">');
    expect(links).toContain('<a href="/probe?target=main%20%40%20home" rel="nofollow"');
  });

  it("says which version it is of", () => {
    expect(page).toContain("llm-quota-exporter 0.1.0");
  });

  it("needs no script and no inline attribute, which its policy would refuse", () => {
    expect(page).not.toMatch(/<script|\sstyle=|\son\w+=|javascript:/);
  });

  it("carries exactly the style that its policy allows", () => {
    const style = /<style>([\s\S]*?)<\/style>/.exec(page)?.[1] ?? "";
    expect(`'sha256-${createHash("sha256").update(style).digest("base64")}'`).toBe(PAGE_STYLE_SOURCE);
  });

  it("labels every section by a heading that exists", () => {
    const labelled = [...page.matchAll(/aria-labelledby="([^"]+)"/g)].map((match) => match[1]);
    const headings = [...page.matchAll(/<h2 id="([^"]+)"/g)].map((match) => match[1]);
    expect(labelled).toEqual(headings);
    expect(new Set(headings).size).toBe(everyCorner.accounts.length);
  });
});
