import { describe, expect, it } from "vitest";
import type { Reading } from "../../src/quota/reading.ts";
import type { Series } from "../../src/store/prometheus-api.ts";
import { outcomesOf } from "../../src/store/prometheus-outcomes.ts";

const NOW = new Date("2026-11-21T23:00:00.000Z");
const T = NOW.getTime() / 1000 - 3600;
const SUBJECT = { provider: "nanogpt", account: "main", quota: "weekly", job: "llm", instance: "a:10844" };
const INFO = { kind: "calendar", enforcement: "hard", source: "api", confidence: "reported", unit: "tokens" };

type Samples = Series["samples"];
/** Samples as seconds after `T` and value. */
const series = (name: string, samples: Samples, labels: Record<string, string> = {}): Series => ({
  labels: { __name__: `llm_quota_${name}`, ...SUBJECT, ...labels },
  samples: samples.map(([at, value]) => [T + at, value]),
});
const info = (seconds: readonly number[], labels: Record<string, string> = {}) =>
  series(
    "info",
    seconds.map((at) => [at, 1]),
    { ...INFO, ...labels },
  );
const readAt = (samples: Samples, labels: Record<string, string> = {}) =>
  series(
    "last_reading_timestamp_seconds",
    samples.map(([at, value]) => [at, T + value]),
    labels,
  );
const tokens = (name: string, samples: Samples, labels: Record<string, string> = {}) =>
  series(name, samples, { unit: "tokens", ...labels });

/** Per read: its time after `T`, and what each reading told of the amounts. */
function told(all: readonly Series[]) {
  return outcomesOf(all, NOW).map((outcome) => {
    const readings: readonly Reading[] = outcome.ok ? outcome.answer.readings : [];
    return [
      outcome.at.getTime() / 1000 - T,
      ...readings.map(({ readAt: at, remaining }) => [at.getTime() / 1000 - T, remaining]),
    ];
  });
}

describe("a reading", () => {
  it("is put together from everything that one scrape shows of it", () => {
    const at: Samples = [[60, 58.125]];
    const all = [
      info([60]),
      readAt(at),
      tokens("remaining", [[60, 750]]),
      tokens("limit", [[60, 1000]]),
      tokens("used", [[60, 250]]),
      series("reset_timestamp_seconds", [[60, T + 7200.5]]),
      series("expiry_timestamp_seconds", [[60, T + 9000]]),
      series("period_seconds", [[60, 604_800]]),
    ];

    expect(outcomesOf(all, NOW)).toEqual([
      {
        ok: true,
        at: new Date((T + 58.125) * 1000),
        seconds: 0,
        answer: {
          metered: true,
          readings: [
            {
              quota: "weekly",
              kind: "calendar",
              unit: "tokens",
              readAt: new Date((T + 58.125) * 1000),
              enforcement: "hard",
              source: "api",
              confidence: "reported",
              limit: 1000,
              remaining: 750,
              resetAt: new Date((T + 7200.5) * 1000),
              expiresAt: new Date((T + 9000) * 1000),
              periodSeconds: 604_800,
            },
          ],
        },
      },
    ]);
  });

  it("is one, however many scrapes show it", () => {
    const all = [
      info([0, 15, 30, 45]),
      readAt([
        [0, -2],
        [15, -2],
        [30, 28],
        [45, 28],
      ]),
      tokens("remaining", [
        [0, 10],
        [15, 10],
        [30, 9],
        [45, 9],
      ]),
    ];

    expect(told(all)).toEqual([
      [-2, [-2, 10]],
      [28, [28, 9]],
    ]);
  });

  it("is one, however many exporters show it, and those of two stand side by side", () => {
    const other = { instance: "b:10844" };
    const all = [
      info([0, 60]),
      readAt([
        [0, -1],
        [60, 59],
      ]),
      tokens("remaining", [
        [0, 10],
        [60, 8],
      ]),
      info([1, 61], other),
      readAt(
        [
          [1, -1],
          [61, 30],
        ],
        other,
      ),
      tokens(
        "remaining",
        [
          [1, 10],
          [61, 9],
        ],
        other,
      ),
    ];

    expect(told(all)).toEqual([
      [-1, [-1, 10]],
      [30, [30, 9]],
      [59, [59, 8]],
    ]);
  });

  it("of another unit follows without a mixture of both", () => {
    const all = [
      info([0]),
      info([60], { unit: "requests" }),
      readAt([
        [0, 0],
        [60, 60],
      ]),
      tokens("remaining", [
        [0, 500],
        // Still looked back to when the other has begun.
        [60, 500],
      ]),
      series("remaining", [[60, 7]], { unit: "requests" }),
    ];

    const units = outcomesOf(all, NOW).map((outcome) => outcome.ok && outcome.answer.readings[0]?.unit);
    expect([units, told(all)]).toEqual([
      ["tokens", "requests"],
      [
        [0, [0, 500]],
        [60, [60, 7]],
      ],
    ]);
  });

  it("keeps what was used where it does not follow from the rest", () => {
    const all = [info([0]), tokens("used", [[0, 42]])];

    expect(outcomesOf(all, NOW)).toMatchObject([{ answer: { readings: [{ used: 42, confidence: "reported" }] } }]);
  });

  it("whose time nobody told is of the scrape", () => {
    expect(told([info([5]), tokens("remaining", [[5, 1]])])).toEqual([[5, [5, 1]]]);
  });

  it("without an amount tells nothing good", () => {
    const all = [
      info([0, 60]),
      tokens("remaining", [
        [0, Number.NaN],
        [60, Number.POSITIVE_INFINITY],
      ]),
    ];

    expect(outcomesOf(all, NOW)).toMatchObject([
      { answer: { readings: [{ confidence: "degraded" }] } },
      { answer: { readings: [{ confidence: "degraded" }] } },
    ]);
    expect(told(all).flat(2)).not.toContain(Number.NaN);
  });

  it("is told again while another quota of the account has news, as it was not missing", () => {
    const other = { quota: "daily" };
    const all = [
      info([0, 60]),
      readAt([
        [0, 0],
        [60, 60],
      ]),
      tokens("remaining", [
        [0, 10],
        [60, 9],
      ]),
      info([0, 60], other),
      readAt(
        [
          [0, 0],
          [60, 0],
        ],
        other,
      ),
      tokens(
        "remaining",
        [
          [0, 5],
          [60, 5],
        ],
        other,
      ),
    ];

    expect(told(all)).toEqual([
      [0, [0, 10], [0, 5]],
      [60, [60, 9], [0, 5]],
    ]);
  });
});

it.each<[string, Series[]]>([
  ["nothing", []],
  ["no samples", [info([])]],
  ["amounts without a kind", [tokens("remaining", [[0, 1]])]],
  ["a kind of a later version", [info([0], { kind: "lunar" }), tokens("remaining", [[0, 1]])]],
  ["a unit of a later version", [info([0], { unit: "bananas" }), series("remaining", [[0, 1]], { unit: "bananas" })]],
  ["a reading of the future", [info([0]), readAt([[0, 3601]]), tokens("remaining", [[0, 1]])]],
  ["a scrape of the future", [info([3700]), tokens("remaining", [[3700, 1]])]],
  ["families of others", [series("burn_rate", [[0, 1]]), { labels: { __name__: "up" }, samples: [[T, 1]] }]],
  ["a family named as what every object has", [{ labels: { __name__: "toString", quota: "a" }, samples: [[T, 1]] }]],
  ["an account as a whole", [series("info", [[0, 1]], { ...INFO, quota: "" })]],
])("%s makes no reading", (_, all) => {
  expect(outcomesOf(all, NOW)).toEqual([]);
});

it.each([Number.MAX_VALUE, -9e12, 9e12])("a reset at %d is none", (reset) => {
  const all = [info([0]), tokens("remaining", [[0, 1]]), series("reset_timestamp_seconds", [[0, reset]])];

  expect(outcomesOf(all, NOW)).toMatchObject([{ answer: { readings: [{ remaining: 1 }] } }]);
  expect(JSON.stringify(outcomesOf(all, NOW))).not.toContain("resetAt");
});
