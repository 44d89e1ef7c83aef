import { describe, expect, it } from "vitest";
import { quotasTable } from "../../src/cli/quotas-table.ts";
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

const table = (accounts: Snapshot["accounts"]) => quotasTable(quotasDocument(aSnapshot({ accounts })), NOW);
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

    expect(table(accounts)).toBe(
      [
        "ACCOUNT             PROVIDER  QUOTA                STATE         LEFT                          OF                  RESETS IN  RUNS OUT IN",
        "main                nanogpt   weekly_input_tokens  ok            47.5 M input tokens (79.2 %)  60 M input tokens   1 d 1 h    –",
        "main                nanogpt   session              critical      31 %                                              4 h 10 m   2 h 25 m",
        "main                nanogpt   monthly              watch (soft)  0 input tokens (0 %)          100 k input tokens  9 d        –",
        "a-much-longer-name  deepseek  balance              topup         $7.42                         –                   –          –",
        "local               ollama    no API quota",
        "empty               nanogpt   no quota told",
        "new                 nanogpt   not read yet",
        "revoked             nanogpt   could not be read",
        "revoked: auth: GET https://example.org/usage: 401",
        "",
      ].join("\n"),
    );
  });

  it("is as narrow as what it tells", () => {
    expect(table([anAccount({ provider: "ollama", account: "local", answer: anAnswer({ metered: false }) })])).toBe(
      ["ACCOUNT  PROVIDER  QUOTA  STATE  LEFT  OF  RESETS IN  RUNS OUT IN", "local    ollama    no API quota", ""].join(
        "\n",
      ),
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
        "ACCOUNT  PROVIDER  QUOTA                STATE        LEFT    OF  RESETS IN  RUNS OUT IN",
        "main     nanogpt   grant                use_or_lose  $25.00  –   3 d        –",
        "main     nanogpt   weekly_input_tokens  unknown      –       –   1 d 1 h    –",
        "",
      ].join("\n"),
    );
  });

  it("leaves out a quota that is gone", () => {
    expect(table([anAccount({ quotas: [aQuota({ gone: true })] })])).toContain("no quota told");
  });

  it("steers no terminal with what a provider said", () => {
    const evil = `${String.fromCharCode(27)}[2Jboo\nFAKE`;

    expect(table([aFailedAccount({ reason: "malformed", message: evil })])).toMatch(
      /\nmain: malformed: \ufffd\[2Jboo\ufffdFAKE\n$/,
    );
  });
});
