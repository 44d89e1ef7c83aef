import { createHash } from "node:crypto";
import { describe, expect, it, test } from "vitest";
import type { AccountSnapshot, QuotaSnapshot } from "../../src/engine/snapshot.ts";
import { STATES } from "../../src/quota/state.ts";
import { statusPage } from "../../src/server/page.ts";
import { PAGE_SCRIPT_SOURCE } from "../../src/server/page-script.ts";
import { PAGE_STYLE_SOURCE } from "../../src/server/page-style.ts";
import { everyCorner } from "../metrics/every-corner.ts";
import {
  aBalance,
  aFailedAccount,
  anAccount,
  anAlert,
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

const sourceOf = (text: string) => `'sha256-${createHash("sha256").update(text).digest("base64")}'`;

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
    "7 accounts, 10 quotas 2 exhausted 2 critical 1 top up 1 watch 1 use or lose 1 unknown 1 ok 1 unlimited 2 accounts cannot be read",
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
  expect(page.split("<script")).toHaveLength(2);
  // Heading, provider, label name and value, plan, error, caption and quota.
  expect(page.split(escaped)).toHaveLength(9);
});

describe("the document", () => {
  const page = statusPage(everyCorner, NOW, "0.1.0");

  it("refreshes itself, names its language and version, and links to the data", () => {
    expect(page).toContain('<html lang="en" data-refresh="15" data-events="/api/v1/events">');
    expect(page).toContain('<noscript><meta http-equiv="refresh" content="15"></noscript>');
    expect(page).toContain('<a href="/metrics">');
    expect(page).toContain('<a href="/api/v1/quotas">');
    expect(page).toContain('<a href="/debug/polls">');
  });

  it("links each account to its page, whatever its name", () => {
    expect(pageOf(anAccount({ account: "main @ home" }))).toContain('<a href="/accounts/main%20%40%20home">');
  });

  it("says which version it is of", () => {
    expect(page).toContain("llm-quota-exporter 0.1.0");
  });

  it("has no inline attribute, which its policy would refuse", () => {
    expect(page).not.toMatch(/\sstyle=|\son\w+=|javascript:/);
  });

  it("carries exactly the script that its policy allows, and no other", () => {
    const scripts = [...page.matchAll(/<script>([\s\S]*?)<\/script>/g)].map((match) => match[1] ?? "");
    expect(scripts.map(sourceOf)).toEqual([PAGE_SCRIPT_SOURCE]);
    expect(page.split("<script")).toHaveLength(2);
  });

  it("carries exactly the style that its policy allows", () => {
    const style = /<style>([\s\S]*?)<\/style>/.exec(page)?.[1] ?? "";
    expect(sourceOf(style)).toBe(PAGE_STYLE_SOURCE);
  });

  it("labels every section by a heading that exists", () => {
    const labelled = [...page.matchAll(/aria-labelledby="([^"]+)"/g)].map((match) => match[1]);
    const headings = [...page.matchAll(/<h2 id="([^"]+)"/g)].map((match) => match[1]);
    expect(labelled).toEqual(headings);
    expect(new Set(headings).size).toBe(everyCorner.accounts.length);
  });
});

test("what fires on an account as a whole stands on its card, with its name and since when", () => {
  const answer = anAnswer({ credentialExpiresAt: inSeconds(2 * 86_400) });
  const alerts = [anAlert({ alert: "LLMQuotaCredentialExpiring", severity: "warning", since: inSeconds(-600) })];
  const page = pageOf(anAccount({ answer, alerts }));
  expect(words(page)).toContain(
    "warning The API key expires in 2 d LLMQuotaCredentialExpiring, for 10 min The last answer named no quota.",
  );
  expect(page).toContain('<section aria-labelledby="account-0" class="card watch">');
});

describe("a long list", () => {
  const fine = (index: number) =>
    anAccount({
      account: `fine-${index}`,
      quotas: [aQuota({ reading: aReading({ quota: "roomy", remaining: 60_000_000 }) }), aQuota()],
    });
  const many = (count: number) => [
    anAccount({ account: "empty", quotas: [aQuota({ state: "exhausted" })] }),
    ...Array.from({ length: count }, (_, index) => fine(index)),
  ];

  it("gives an account in order one row with the quota of which least is left, and any other its card", () => {
    const page = pageOf(...many(20));
    expect(page.match(/<section/g)).toHaveLength(2);
    expect(words(page)).toContain(
      "fine-7 nanogpt weekly_input_tokens and 1 more 47.5 M of 60 M input tokens resets in 1 d 1 h no forecast yet",
    );
  });

  it("gives each account its card while the list is short", () => {
    expect(pageOf(...many(19)).match(/<section/g)).toHaveLength(20);
  });

  it("is split into pages, the most urgent accounts first", () => {
    const snapshot = aSnapshot({ accounts: many(119) });
    const page = (query: string) => statusPage(snapshot, NOW, "0.1.0", new URLSearchParams(query));
    const named = (text: string) => [...text.matchAll(/href="\/accounts\/([^"]+)"/g)].map((match) => match[1]);
    const all = ["page=1", "page=2", "page=3"].flatMap((query) => named(page(query)));
    expect(named(page(""))).toHaveLength(50);
    expect(named(page(""))[0]).toBe("empty");
    expect(new Set(all).size).toBe(120);
    expect(all).toHaveLength(120);
    expect(page("page=2")).toContain('<a class="chip" href="/?page=2" aria-current="page">');
    expect(named(page("page=99"))).toEqual(named(page("page=3")));
    for (const bad of ["page=0", "page=-1", "page=x", "page=NaN", "page=0.2"]) {
      expect(named(page(bad))).toEqual(named(page("")));
    }
  });
});

describe("a filter", () => {
  const names = (query: string) =>
    [
      ...statusPage(everyCorner, NOW, "0.1.0", new URLSearchParams(query)).matchAll(
        /<h2 id="account[^>]*><a href="([^"]+)"/g,
      ),
    ].map((match) => decodeURIComponent((match[1] ?? "").replace("/accounts/", "")).slice(0, 7));

  it.each([
    ["provider=kilo", ["credits"]],
    ["state=topup", ["credits"]],
    ["state=critical", ["hostile", "flaky"]],
    ["state=unlimited", ["credits"]],
    ["state=unknown", ["flaky", "revoked", "new"]],
    ["state=unreadable", ["flaky", "revoked"]],
    ["provider=kimi&state=unknown", ["flaky"]],
    ["provider=kimi&state=topup", []],
    ["provider=&state=", ["hostile", "main", "flaky", "revoked", "credits", "new", "worksta"]],
  ])("of %j shows the accounts it says", (query, expected) => {
    expect(names(query)).toEqual(expected);
  });

  it("can be left again, alone or altogether, and is kept by the link to another one", () => {
    const page = statusPage(everyCorner, NOW, "0.1.0", new URLSearchParams("provider=kimi&state=topup"));
    expect(page).toContain('<a class="chip " href="/?state=topup" aria-current="true">');
    expect(page).toContain('<a class="chip topup" href="/?provider=kimi" aria-current="true">');
    expect(page).toContain('<a class="chip " href="/?provider=kilo&amp;state=topup">');
    expect(words(page)).toContain("No account matches this filter. Show all");
  });

  it.each([
    ["state=exausted", "No state has this name, did you mean &quot;exhausted&quot;? All are shown."],
    [
      "provider=%3Cscript%3E",
      "No provider has this name, known here: chutes, claude, deepseek, kilo, kimi, nanogpt, ollama. All are shown.",
    ],
  ])("of %j that cannot be understood shows all, and what there is", (query, notice) => {
    const page = statusPage(everyCorner, NOW, "0.1.0", new URLSearchParams(query));
    expect(page).toContain(`<p class="notice">${notice}</p>`);
    expect(page).not.toContain("&lt;script&gt;<");
    expect(page.match(/<section/g)).toHaveLength(7);
  });
});
