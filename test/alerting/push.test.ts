import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { alertOfExporter } from "../../src/alerting/firing-alerts.ts";
import type { ToldAlert } from "../../src/alerting/ledger.ts";
import { createPush, type Push } from "../../src/alerting/push.ts";
import type { AccountSnapshot } from "../../src/engine/snapshot.ts";
import type { KeptText } from "../../src/store/store.ts";
import { aFailedAccount, anAccount, anAlert, aQuota, aSnapshot, NOW } from "../support/snapshot.ts";

beforeEach(() => {
  vi.useFakeTimers({ now: NOW });
});
let running: Push | undefined;
afterEach(async () => {
  await running?.stop(0);
  vi.useRealTimers();
});

const CRITICAL = anAlert({ alert: "LLMQuotaWillExhaust", severity: "critical", quota: "weekly_input_tokens" });
const FIRING = anAccount({ quotas: [aQuota({ alerts: [CRITICAL] })] });
const FINE = anAccount({ quotas: [aQuota()] });
/** As after a restart that lost what the engine knew. */
const FORGOTTEN = anAccount({ quotas: [], lastPollAt: undefined, lastSuccessAt: undefined });

/** A store that goes on over restarts. */
function begin(accounts: readonly AccountSnapshot[], kept = new Map<string, string>(), hasPeer = false) {
  const interval = { seconds: 60 };
  const offers: string[][] = [];
  const bugs: string[] = [];
  const withdrawn: string[] = [];
  const store = {
    alerts: (): readonly KeptText[] => [...kept].map(([name, text]) => ({ name, text })),
    keepAlert: (name: string, text: string) => void kept.set(name, text),
    forgetAlert: (name: string) => void kept.delete(name),
  };
  const told = ({ labels, resolvedAt }: ToldAlert) =>
    `${labels["alertname"]} ${resolvedAt === undefined ? "fires" : "has ended"}`;
  const push = createPush({
    snapshot: aSnapshot({ accounts }),
    store,
    outlet: {
      offer: (alerts) => void offers.push(alerts.map(told)),
      withdraw: (fingerprint) => void withdrawn.push(fingerprint),
      stop: () => Promise.resolve(),
    },
    now: () => new Date(),
    resendSeconds: () => interval.seconds,
    hasPeer: () => hasPeer,
    ofExporter: () => [alertOfExporter("LLMQuotaWatchdog", "none", NOW)],
    onBug: ({ account }) => void bugs.push(account),
  });
  running = push;
  return { push, offers, withdrawn, kept, bugs, interval };
}

const WATCHDOG = "LLMQuotaWatchdog fires";
const FIRES = "LLMQuotaWillExhaust fires";
const ENDED = "LLMQuotaWillExhaust has ended";
const MINUTE = 60_000;

describe("a push", () => {
  it("tells a beginning and an end at once, and what fires every minute", async () => {
    const { push, offers } = begin([FINE]);
    offers.length = 0;
    push.take(FIRING);
    push.take(FIRING);
    await vi.advanceTimersByTimeAsync(2 * MINUTE);
    push.take(FINE);

    expect(offers).toEqual([[FIRES], [WATCHDOG, FIRES], [WATCHDOG, FIRES], [ENDED]]);
  });

  it("goes on in a new rhythm from the moment it is told to: what it has sent lasts for four of the new intervals", async () => {
    const { push, offers, interval } = begin([FIRING]);
    await vi.advanceTimersByTimeAsync(1000);
    interval.seconds = 10;
    push.resend();
    offers.length = 0;
    await vi.advanceTimersByTimeAsync(60_000);

    expect(offers).toEqual(Array.from({ length: 6 }, () => [WATCHDOG, FIRES]));
  });

  it("repeats an end for fifteen minutes", async () => {
    const { push, offers, kept } = begin([FIRING]);
    push.take(FINE);
    offers.length = 0;
    await vi.advanceTimersByTimeAsync(20 * MINUTE);

    expect(offers.map((told) => told.includes(ENDED))).toEqual([
      ...Array.from({ length: 15 }, () => true),
      ...Array.from({ length: 5 }, () => false),
    ]);
    expect(kept.size).toBe(1);
  });

  it("tells no end of what a peer may still fire, and takes back what waits", async () => {
    const { push, offers, withdrawn, kept } = begin([FIRING], undefined, true);
    offers.length = 0;
    push.take(FINE);
    await vi.advanceTimersByTimeAsync(MINUTE);

    expect(offers).toEqual([[WATCHDOG]]);
    expect(withdrawn).toHaveLength(1);
    expect(kept.size).toBe(1);
  });

  it("ends at once what fires on an account that is gone", () => {
    const { push, offers } = begin([FIRING]);
    offers.length = 0;
    push.evaluate(aSnapshot({ accounts: [] }));

    expect(offers).toEqual([[ENDED]]);
  });

  it("goes on with what fires while the account cannot be read", async () => {
    const { push, offers } = begin([FIRING]);
    push.take(aFailedAccount({ reason: "server", message: "no" }, { quotas: FIRING.quotas }));
    await vi.advanceTimersByTimeAsync(MINUTE);

    expect(offers.flat()).not.toContain(ENDED);
    expect(offers.at(-1)).toContain(FIRES);
  });

  it("ends nothing when it stops, and tells all of it once more", async () => {
    const { push, offers, kept } = begin([FIRING]);
    offers.length = 0;
    await push.stop(0);
    running = undefined;

    expect(offers).toEqual([[WATCHDOG, FIRES]]);
    expect(kept.size).toBe(2);
  });
});

describe("a push after a restart", () => {
  const keptByFiring = () => begin([FIRING]).kept;

  it("tells what still fires, and no end", () => {
    const { offers } = begin([FIRING], keptByFiring());

    expect(offers).toEqual([[WATCHDOG, FIRES]]);
  });

  it("tells an end that came while it was down", () => {
    const { offers } = begin([FINE], keptByFiring());

    expect(offers.flat()).toContain(ENDED);
  });

  it("ends what fired on an account that is no longer configured", () => {
    const { offers } = begin([], keptByFiring());

    expect(offers.flat()).toContain(ENDED);
  });

  it("goes on for ten minutes with what the engine has forgotten", async () => {
    const { push, offers } = begin([FORGOTTEN], keptByFiring());
    const evaluateFor = async (ms: number) => {
      for (let spent = 0; spent < ms; spent += 15_000) {
        await vi.advanceTimersByTimeAsync(15_000);
        push.evaluate(aSnapshot({ accounts: [FORGOTTEN] }));
      }
    };
    await evaluateFor(9 * MINUTE);

    expect(offers.at(-1)).toEqual([WATCHDOG, FIRES]);
    expect(offers.flat()).not.toContain(ENDED);
    await evaluateFor(MINUTE);
    expect(offers.flat()).toContain(ENDED);
  });

  it("is not confused by what it cannot read, and lets go of it", () => {
    const { offers, kept } = begin([FINE], new Map([["old", "{}"]]));

    expect(offers.flat()).toEqual([WATCHDOG, WATCHDOG]);
    expect([...kept.keys()]).not.toContain("old");
  });
});

it("an account whose alerts cannot be told is told of as a fault, and holds back nobody else's", () => {
  const { push, offers, bugs } = begin([]);
  offers.length = 0;
  const broken = {
    ...FIRING,
    account: "broken",
    get quotas(): never {
      throw new TypeError("no such thing");
    },
  };
  push.evaluate(aSnapshot({ accounts: [broken, FIRING] }));

  expect(bugs).toEqual(["broken"]);
  expect(offers).toEqual([[FIRES]]);
});
