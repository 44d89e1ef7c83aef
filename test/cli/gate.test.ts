import { describe, expect, it } from "vitest";
import { type FailOn, gate } from "../../src/cli/gate.ts";
import type { AccountSnapshot } from "../../src/engine/snapshot.ts";
import { quotasDocument } from "../../src/server/quotas-document.ts";
import { aFailedAccount, anAccount, aQuota, aSnapshot } from "../support/snapshot.ts";

const verdictOf = (account: AccountSnapshot, failOn: FailOn) =>
  gate(quotasDocument(aSnapshot({ accounts: [account] })).accounts, failOn);

const QUIET = { reached: [], untold: [] };
const critical = aQuota({ state: "critical", severity: "critical" });
const late = aQuota({ state: "exhausted", severity: "warning" });
const silenced = aQuota({ state: "exhausted", severity: "none" });

describe("a gate", () => {
  it.each<{ what: string; quota: ReturnType<typeof aQuota>; failOn: FailOn; isReached: boolean }>([
    { what: "what is fine", quota: aQuota(), failOn: ["info"], isReached: false },
    { what: "the severity itself", quota: critical, failOn: ["critical"], isReached: true },
    { what: "a higher severity", quota: critical, failOn: ["warning"], isReached: true },
    {
      what: "a lower severity",
      quota: aQuota({ state: "watch", severity: "warning" }),
      failOn: ["critical"],
      isReached: false,
    },
    { what: "what is exhausted but pages nobody", quota: late, failOn: ["critical"], isReached: false },
    { what: "what is exhausted", quota: late, failOn: ["exhausted"], isReached: true },
    { what: "either of two levels", quota: late, failOn: ["critical", "exhausted"], isReached: true },
    { what: "what the config silenced", quota: silenced, failOn: ["info", "exhausted"], isReached: false },
    {
      what: "what still fires on old data",
      quota: { ...critical, valid: false },
      failOn: ["critical"],
      isReached: true,
    },
  ])("on $failOn holds $what: $isReached", ({ quota, failOn, isReached }) => {
    const line = `main weekly_input_tokens: ${quota.state}, severity ${quota.severity}`;

    expect(verdictOf(anAccount({ quotas: [quota] }), failOn)).toEqual({ ...QUIET, reached: isReached ? [line] : [] });
  });

  it.each([
    {
      what: "an account that was never read well",
      account: aFailedAccount({ reason: "auth", message: "GET x answered 401" }),
      untold: "main: could not be read (auth: GET x answered 401)",
    },
    {
      what: "an account that was not tried yet",
      account: anAccount({ up: false, answer: undefined }),
      untold: "main: not read yet",
    },
    {
      what: "a quota whose data is too old",
      account: anAccount({ quotas: [aQuota({ valid: false, state: "unknown" })] }),
      untold: "main weekly_input_tokens: the last good reading is too old",
    },
  ])("cannot tell of $what", ({ account, untold }) => {
    expect(verdictOf(account, ["critical"])).toEqual({ reached: [], untold: [untold] });
  });

  it.each(["auth", "not_entitled"] as const)(
    "passes no account that is refused (%s), however good it was before",
    (reason) => {
      const account = anAccount({ up: false, error: { reason, message: "GET x answered 403" }, quotas: [aQuota()] });

      const untold = [`main: could not be read (${reason}: GET x answered 403)`];
      expect(verdictOf(account, ["critical"])).toEqual({ reached: [], untold });
    },
  );

  it("lets one failed read pass while the readings before it are good", () => {
    const error = { reason: "timeout", message: "no answer within 8 s" } as const;

    expect(verdictOf(anAccount({ up: false, error, quotas: [aQuota()] }), ["critical"])).toEqual(QUIET);
  });
});
