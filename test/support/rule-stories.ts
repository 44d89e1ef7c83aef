import type { Account, ReadOutcome } from "../../src/quota/account.ts";
import type { AccountReading, Reading } from "../../src/quota/reading.ts";
import type { Story } from "./promtool-replay.ts";

/** A Saturday evening, an hour before midnight in Berlin. In that night summer time ends. */
const START = new Date("2026-10-24T21:00:00.000Z");
const after = (minutes: number): Date => new Date(START.getTime() + minutes * 60_000);

const ACCOUNT: Account = {
  provider: "acme",
  account: "main",
  labels: { team: "search" },
  intervalSeconds: 300,
  staleAfterSeconds: 900,
  overrides: {},
  credential: "api_key",
};
const HOUR = 60;

/** 1,000 requests in four hours. */
const WINDOW = {
  quota: "requests",
  kind: "calendar",
  unit: "requests",
  limit: 1000,
  periodSeconds: 4 * 3600,
  enforcement: "hard",
  source: "api",
  confidence: "reported",
} as const;
const BALANCE = {
  quota: "balance",
  kind: "credits",
  unit: "usd",
  enforcement: "hard",
  source: "api",
  confidence: "reported",
} as const;

/** `undefined` takes a field away, or the whole quota out of the answer. */
type Told = { readonly [Field in keyof Reading]?: Reading[Field] | undefined } | undefined;

/** Read every five minutes; `tell` says what was told at that minute. */
function polls(
  minutes: number,
  base: Partial<Reading>,
  tell: (minute: number) => Told,
  over: (minute: number) => Partial<AccountReading> | "failed" | "refused" = () => ({}),
): Pick<Story, "minutes" | "outcomes" | "start" | "account"> {
  const outcomes = Array.from({ length: Math.floor(minutes / 5) + 1 }, (_, index): ReadOutcome => {
    const minute = index * 5;
    const at = after(minute);
    const how = over(minute);
    if (how === "failed") return { ok: false, at, seconds: 0, reason: "timeout", message: "GET /usage: timeout" };
    if (how === "refused") return { ok: false, at, seconds: 0, reason: "auth", message: "GET /usage: 401" };
    const told = tell(minute);
    const readings = told === undefined ? [] : [known({ ...base, readAt: at, ...told })];
    return { ok: true, at, seconds: 0, answer: { metered: true, ...how, readings } };
  });
  return { account: ACCOUNT, start: START, minutes, outcomes };
}

const known = (told: NonNullable<Told>): Reading =>
  Object.fromEntries(Object.entries(told).filter(([, value]) => value !== undefined)) as unknown as Reading;

/** The end of the four hours that a minute lies in. */
const fourHoursEnd = (minute: number) => after((Math.floor(minute / (4 * HOUR)) + 1) * 4 * HOUR);
/** Two requests a minute for an hour, then fifteen: it runs dry after about two hours. */
const burst = (minute: number): number =>
  Math.max(0, 1000 - 2 * Math.min(minute, HOUR) - 15 * Math.max(0, minute - HOUR));
const burstThenReset = (minute: number): number => (minute < 4 * HOUR ? burst(minute) : 1000 - (minute - 4 * HOUR));

const burstWith = (tell: (minute: number) => Told, minutes = 300) =>
  polls(minutes, WINDOW, (minute) => {
    const told = tell(minute);
    return told && { resetAt: fourHoursEnd(minute), remaining: burstThenReset(minute), ...told };
  });

/** In Berlin this day has 25 hours. */
const berlinMidnight = (minute: number): Date =>
  after(minute < HOUR ? HOUR : minute < 26 * HOUR ? 26 * HOUR : 50 * HOUR);

export const RULE_STORIES: Readonly<Record<string, Story>> = {
  "even use that lasts": polls(300, WINDOW, (minute) => ({
    resetAt: fourHoursEnd(minute),
    remaining: 1000 - 3 * (minute % (4 * HOUR)),
  })),
  "a burst that runs dry until the reset": burstWith(() => ({})),
  "a rush just before the reset": burstWith(
    (minute) => ({ remaining: 1000 - 2 * minute - 38 * Math.max(0, minute - 225) }),
    4 * HOUR - 1,
  ),
  "a reset time that jitters": burstWith((minute) => ({
    resetAt: new Date(fourHoursEnd(minute).getTime() + (((minute * 7) % 5) - 2) * 60_000),
  })),
  "a reset before its time": burstWith((minute) =>
    minute >= 170 ? { remaining: 1000 - (minute - 170), resetAt: after(170 + 4 * HOUR) } : {},
  ),
  "one read that goes back": burstWith((minute) => (minute === 90 ? { remaining: 1000 } : {})),
  "one read that says nothing is left": polls(120, WINDOW, (minute) => ({
    resetAt: fourHoursEnd(minute),
    remaining: minute === 60 ? 0 : 1000 - minute,
  })),
  "reads that fail while it fires": polls(
    220,
    WINDOW,
    (minute) => ({ resetAt: fourHoursEnd(minute), remaining: burst(minute) }),
    (minute) => (minute > 100 && minute <= 160 ? "failed" : {}),
  ),
  "answers without a number": burstWith(
    (minute) =>
      minute > 30 && minute <= 80
        ? { confidence: "degraded", limit: undefined, remaining: undefined, resetAt: undefined }
        : { remaining: 1000 - minute },
    120,
  ),
  "a balance that is topped up": polls(5 * HOUR, BALANCE, (minute) => ({
    remaining: (minute < 2 * HOUR ? 20 : 500) - minute * 0.02,
  })),
  "a soft window that is used up": burstWith(() => ({ enforcement: "soft" })),
  "credits that lapse unused": polls(3 * HOUR, BALANCE, () => ({
    quota: "expiring_credits",
    enforcement: "soft",
    limit: 20,
    remaining: 19,
    expiresAt: after(2 * HOUR),
  })),
  "the night in which summer time ends": polls(27 * HOUR, WINDOW, (minute) => ({
    quota: "daily",
    periodSeconds: 86_400,
    resetAt: berlinMidnight(minute),
    remaining: minute < HOUR ? 100 : 1000 - Math.min(1000, 0.98 * ((minute - HOUR) % (25 * HOUR))),
  })),
  "a bucket that is always nearly empty": polls(120, WINDOW, (minute) => ({
    kind: "rate_limit",
    periodSeconds: 60,
    resetAt: undefined,
    remaining: minute > 30 && minute <= 60 ? 20 : 900,
  })),
  "a limit that is cut": burstWith(
    (minute) => (minute >= 60 ? { limit: 500, remaining: 480 - minute } : { remaining: 1000 - minute }),
    120,
  ),
  "a credential that is rejected": polls(
    120,
    WINDOW,
    (minute) => ({ resetAt: fourHoursEnd(minute), remaining: 1000 - minute }),
    (minute) => (minute > 60 && minute <= 100 ? "refused" : {}),
  ),
  "a key that expires": polls(
    60,
    WINDOW,
    (minute) => ({ resetAt: fourHoursEnd(minute), remaining: 1000 - minute }),
    (minute) => (minute >= 30 ? { credentialExpiresAt: after(48 * HOUR) } : {}),
  ),
  "a subscription that lapses": polls(
    120,
    WINDOW,
    (minute) => ({ resetAt: fourHoursEnd(minute), remaining: 1000 - minute }),
    (minute) => ({ subscription: minute < 30 ? "active" : minute < 60 ? "grace" : "inactive" }),
  ),
  "an exporter that is restarted while it fires": { ...burstWith(() => ({})), down: { from: 150, to: 152 } },
};
