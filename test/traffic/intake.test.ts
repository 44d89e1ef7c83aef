import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import type { Understood } from "../../src/providers/provider.ts";
import type { Observation } from "../../src/quota/observation.ts";
import type { Reading } from "../../src/quota/reading.ts";
import type { Tally } from "../../src/quota/tally.ts";
import { createIntake, type ObservedAccount } from "../../src/traffic/intake.ts";
import { at } from "../support/readings.ts";

const NOW = at(1000);

const call = (seconds: number, over: Partial<Observation> = {}): Observation => ({
  ...{ at: at(seconds), status: 200, headers: {}, model: "opus", ...over },
});

const reading = (over: Partial<Reading> = {}): Reading => ({
  ...{ quota: "requests", kind: "rate_limit", unit: "requests", limit: 50, remaining: 40, enforcement: "hard" },
  ...{ source: "headers", confidence: "reported", readAt: at(0), ...over },
});

const refusal = (readAt: Date): Reading => ({
  ...{ quota: "requests", kind: "rate_limit", unit: "requests", enforcement: "hard", source: "headers" },
  ...{ confidence: "reported", readAt, refused: true },
});

const account = (understand: ObservedAccount["understand"]): ObservedAccount => ({
  ...{ provider: "acme", account: "main", labels: {}, intervalSeconds: 60, staleAfterSeconds: 600, overrides: {} },
  understand,
});

function start(understand: (call: Observation) => Understood) {
  const observed: (readonly Reading[])[] = [];
  const counted: Tally[] = [];
  const intake = createIntake({
    accounts: [account(understand)],
    counts: {
      add(_account, _at, _model, tally) {
        counted.push(tally);
        return true;
      },
    },
    known: () => undefined,
    observed: (_account, readings) => observed.push(readings),
    now: () => NOW,
  });
  return { intake, observed, counted };
}

beforeEach(() => {
  vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout", "performance"] });
});
afterEach(() => {
  vi.useRealTimers();
});

describe("live traffic", () => {
  it("is handed on at once, and then at most twice a second with the newest of each quota", () => {
    const { intake, observed } = start(({ at: readAt, status = 0 }) => ({
      readings: [reading({ readAt, remaining: status })],
    }));
    for (let index = 0; index < 100; index++) intake.take("main", call(index, { status: 200 + index }));

    expect(observed.flat().map(({ remaining }) => remaining)).toEqual([200]);
    vi.advanceTimersByTime(500);
    expect(observed.flat().map(({ remaining }) => remaining)).toEqual([200, 299]);
    vi.advanceTimersByTime(5000);
    expect(observed).toHaveLength(2);
  });

  it("is never of later than now, or a sender whose clock is ahead would hide what all others tell", () => {
    const { intake, observed } = start(({ at: readAt, model = "" }) => ({
      readings: [reading({ readAt, quota: model })],
    }));
    intake.take("main", call(1059, { model: "ahead" }));
    intake.take("main", call(999, { model: "right" }));
    intake.flush();

    expect(observed.flat().map(({ readAt }) => readAt)).toEqual([NOW, at(999)]);
  });

  it("keeps that one of many calls of a bucket was refused", () => {
    const { intake, observed } = start(({ at: readAt, status }) =>
      status === 429
        ? {
            readings: [refusal(readAt)],
            refusal: "throttled",
          }
        : { readings: [reading({ readAt })] },
    );
    for (const status of [200, 200, 429, 200]) intake.take("main", call(1, { status }));
    intake.flush();

    expect(observed.at(-1)).toMatchObject([{ refused: true, remaining: 40 }]);
  });

  it("learns no more quotas than an account may have, and goes on with those it has", () => {
    const { intake, observed } = start(({ status = 0 }) => ({ readings: [reading({ quota: `q_${status}` })] }));
    for (let index = 0; index < 1000; index++) intake.take("main", call(index, { status: index }));
    intake.take("main", call(1000, { status: 5 }));
    intake.flush();

    expect(observed.at(-1)).toHaveLength(64);
    expect(observed.at(-1)?.map(({ quota }) => quota)).toContain("q_5");
    expect(observed.at(-1)?.map(({ quota }) => quota)).not.toContain("q_900");
  });

  it("counts what was served and not what was refused", () => {
    const { intake, counted } = start(({ status }) => ({
      readings: [],
      ...(status === 429 ? ({ refusal: "throttled" } as const) : {}),
    }));

    expect(intake.take("main", call(0, { usage: { inputTokens: 12, outputTokens: 3 } }))).toMatchObject({
      counted: true,
    });
    expect(intake.take("main", call(1, { status: 429 }))).toMatchObject({ counted: false, refusal: "throttled" });
    expect(counted).toEqual([{ requests: 1, inputTokens: 12, outputTokens: 3 }]);
  });

  it("of an account that nobody configured is not taken", () => {
    expect(start(() => ({ readings: [] })).intake.take("other", call(0))).toBeUndefined();
  });
});
