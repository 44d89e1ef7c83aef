import { describe, expect, it } from "vitest";
import { quotasTable } from "../../src/cli/quotas-table.ts";
import { widthOf } from "../../src/cli/terminal-text.ts";
import type { Snapshot } from "../../src/engine/snapshot.ts";
import { quotasDocument } from "../../src/server/quotas-document.ts";
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
  NOW,
} from "../support/snapshot.ts";

/** Without colour, and in one width for all: that of a pipe, which has room for everything. */
const lines = (accounts: Snapshot["accounts"], columns = Infinity) =>
  quotasTable(quotasDocument(aSnapshot({ accounts })), {
    now: NOW,
    sort: "urgency",
    appearance: { columns, paint: (text) => text, marks: (text) => text },
  });
const table = (accounts: Snapshot["accounts"]) =>
  lines(accounts)
    .map((line) => `${line}\n`)
    .join("");
const HOUR = 3600;

describe("the table of quotas", () => {
  it("lines up quotas of all kinds, and says why an account has none", () => {
    const session = aReading({
      quota: "session",
      unit: "ratio",
      limit: 1,
      remaining: 0.31,
      resetAt: inSeconds(4 * HOUR + 600),
    });
    const soft = aReading({
      quota: "monthly",
      enforcement: "soft",
      limit: 100_000,
      remaining: 0,
      resetAt: inSeconds(9 * 24 * HOUR),
    });
    const accounts = [
      anAccount({
        quotas: [
          aQuota(),
          aQuota({
            reading: session,
            state: "critical",
            forecast: aForecast({ likely: inSeconds(2 * HOUR + 25 * 60) }),
          }),
          aQuota({ reading: soft, state: "watch" }),
        ],
      }),
      anAccount({
        provider: "deepseek",
        account: "a-much-longer-name",
        quotas: [aQuota({ reading: aBalance(7.42), state: "topup" })],
      }),
      anAccount({ provider: "ollama", account: "local", answer: anAnswer({ metered: false }) }),
      anAccount({ account: "empty" }),
      anAccount({ account: "new", up: false, answer: undefined }),
      aFailedAccount({ reason: "auth", message: "GET https://example.org/usage: 401" }, { account: "revoked" }),
    ];

    expect(lines(accounts)).toEqual([
      "ACCOUNT             PROVIDER  QUOTA                STATE         LEFT               AMOUNT               OF                  RESETS IN  RUNS OUT IN",
      "main                nanogpt   session              critical      ███░░░░░░░ 31 %                                             4 h 10 m   2 h 25 m",
      "main                nanogpt   monthly              watch (soft)  ░░░░░░░░░░ 0 %     0 input tokens       100 k input tokens  9 d        –",
      "main                nanogpt   weekly_input_tokens  ok            ████████░░ 79.2 %  47.5 M input tokens  60 M input tokens   1 d 1 h    –",
      "a-much-longer-name  deepseek  balance              topup         –                  $7.42                –                   –          –",
      "new                 nanogpt   not read yet",
      "revoked             nanogpt   could not be read",
      "local               ollama    no API quota",
      "empty               nanogpt   no quota told",
      "revoked: auth: GET https://example.org/usage: 401",
    ]);
  });

  it("is as narrow as what it tells", () => {
    expect(table([anAccount({ provider: "ollama", account: "local", answer: anAnswer({ metered: false }) })])).toBe(
      [
        "ACCOUNT  PROVIDER  QUOTA  STATE  LEFT  AMOUNT  OF  RESETS IN  RUNS OUT IN",
        "local    ollama    no API quota",
        "",
      ].join("\n"),
    );
  });

  it("tells the expiry of credits where there is no reset, and nothing that is no longer valid", () => {
    const credits = aQuota({
      reading: aBalance(25, { quota: "grant", expiresAt: inSeconds(3 * 24 * HOUR) }),
      state: "use_or_lose",
    });
    const stale = aQuota({ valid: false, state: "unknown" });

    expect(table([anAccount({ quotas: [credits, stale] })])).toBe(
      [
        "ACCOUNT  PROVIDER  QUOTA                STATE        LEFT  AMOUNT  OF  RESETS IN  RUNS OUT IN",
        "main     nanogpt   grant                use_or_lose  –     $25.00  –   3 d        –",
        "main     nanogpt   weekly_input_tokens  unknown      –     –       –   1 d 1 h    –",
        "",
      ].join("\n"),
    );
  });

  it("leaves out a quota that is gone", () => {
    expect(table([anAccount({ quotas: [aQuota({ gone: true })] })])).toContain("no quota told");
  });

  it.each([
    { ratio: 1, shown: "██████████ 100 %" },
    { ratio: 0.9999, shown: "█████████░ > 99.9 %" },
    { ratio: 0.0001, shown: "█░░░░░░░░░ < 0.1 %" },
    { ratio: 0, shown: "░░░░░░░░░░ 0 %" },
    { ratio: -0.2, shown: "░░░░░░░░░░ −20 %" },
    { ratio: 1.3, shown: "██████████ 130 %" },
  ])("draws a full or an empty bar for nothing else: $shown", ({ ratio, shown }) => {
    const share = aReading({ unit: "ratio", limit: 1, remaining: ratio });

    expect(lines([anAccount({ quotas: [aQuota({ reading: share })] })])[1]).toContain(`  ${shown}  `);
  });

  it("has no bar where there is no cap, and says so", () => {
    const { limit: _, remaining: __, ...bare } = aReading({ unlimited: true });

    expect(lines([anAccount({ quotas: [aQuota({ reading: bare, state: "unlimited" })] })])[1]).toMatch(
      /^main {5}nanogpt {3}weekly_input_tokens {2}unlimited {2}no cap {2}– /,
    );
  });

  it("never fills more columns than the terminal has", () => {
    const account = "東京の開発チームの共有アカウント";
    const accounts = [
      anAccount({ account, quotas: [aQuota(), aQuota({ state: "use_or_lose" })] }),
      aFailedAccount({ reason: "server", message: `GET ${"x".repeat(90)} answered 500` }, { account: "Zoe\u0308" }),
    ];
    const widths = Array.from({ length: 200 }, (_, index) => index + 1);

    // A character of two columns does not fit into one.
    expect(
      widths.slice(1).filter((columns) => lines(accounts, columns).some((line) => widthOf(line) > columns)),
    ).toEqual([]);
  });

  it.each([
    { columns: 140, header: "ACCOUNT PROVIDER QUOTA STATE LEFT AMOUNT OF RESETS IN RUNS OUT IN" },
    { columns: 115, header: "ACCOUNT PROVIDER QUOTA STATE LEFT AMOUNT RESETS IN RUNS OUT IN" },
    { columns: 105, header: "ACCOUNT QUOTA STATE LEFT AMOUNT RESETS IN RUNS OUT IN" },
    { columns: 78, header: "ACCOUNT QUOTA STATE LEFT RESETS IN RUNS OUT IN" },
    { columns: 70, header: "ACCOUNT QUOTA STATE LEFT RESETS RUNS OUT" },
  ])("drops the least needed first: at $columns columns it shows $header", ({ columns, header }) => {
    const [first = ""] = lines([anAccount({ quotas: [aQuota()] })], columns);

    expect(first.replaceAll(/ +/g, " ")).toBe(header);
  });

  it("steers no terminal with what a provider said", () => {
    const evil = `${String.fromCharCode(27)}[2Jboo\nFAKE\u202e`;

    expect(table([aFailedAccount({ reason: "malformed", message: evil }, { account: evil })])).toMatch(
      /\n\ufffd\[2Jboo\ufffdFAKE\ufffd +nanogpt +could not be read\n\ufffd\[2Jboo\ufffdFAKE\ufffd: malformed: \ufffd\[2Jboo\ufffdFAKE\ufffd\n$/,
    );
  });
});
