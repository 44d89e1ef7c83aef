import { describe, expect, it } from "vitest";
import { explainedMapping, explainedRead, shownLines } from "../../src/cli/explanation.ts";
import type { CallMade } from "../../src/http/observed-client.ts";
import { type Mapping, type MappingText, mapping as mappingSchema } from "../../src/mapping/mapping.ts";
import type { Trace } from "../../src/mapping/trace.ts";
import { workOn } from "../../src/mapping/work.ts";
import type { ReadOutcome } from "../../src/quota/account.ts";
import { Secret } from "../../src/secret.ts";
import { NOW, SURROUNDINGS } from "../mapping/run-mapping.ts";

const DAILY = { quota: "daily", kind: "calendar", unit: "requests", period: "1d", reset: { every: "day" } } as const;

const mappingOf = (text: Partial<MappingText>): Mapping =>
  mappingSchema.parse({ request: { path: "/v1/usage" }, readings: [{ ...DAILY, remaining: "left" }], ...text });

/** The explanation of what a mapping really finds in an answer, whether that fits or not. */
async function explained(text: Partial<MappingText>, answer: unknown): Promise<readonly string[]> {
  const mapping = mappingOf(text);
  const { readings, plan } = mapping;
  const traces: Trace[] = [];
  const job = { work: "extract", readings, plan, answer, surroundings: SURROUNDINGS } as const;
  const listener = { begins: () => undefined, found: (trace: Trace) => traces.push(trace) };
  await workOn(job, listener).catch(() => undefined);
  return explainedMapping(mapping, traces);
}

describe("what is said of a mapping", () => {
  it("has no expression for what nobody wrote one for, unless the rest tells it", async () => {
    const told = async (reading: object) =>
      (
        await explained(
          { readings: [{ quota: "q", kind: "credits", unit: "usd", ...reading } as never] },
          { a: 1, t: 0 },
        )
      )
        .filter((line) => line.includes("no expression for"))
        .map((line) => line.trim());

    expect(await told({ remaining: "a" })).toEqual(["no expression for: limit, used, expires_at"]);
    expect(await told({ remaining: "a", limit: "a" })).toEqual(["no expression for: expires_at"]);
    expect(await told({ kind: "rolling", remaining: "a", limit: "a" })).toEqual([
      "no expression for: reset_at, period",
    ]);
    expect(await told({ kind: "rolling", unit: "ratio", percent_used: "a" })).toEqual([
      "no expression for: reset_at, period",
    ]);
    expect(await told({ ...DAILY, remaining: "a", used: "a" })).toEqual([]);
  });

  it("shows the reset by the calendar, a format, a flag and a list as they are written", async () => {
    const rule = {
      ...{ quota: "q", kind: "rolling", unit: "ratio", percent_used: "p", sliding: true, models: ["big", "small"] },
      reset: { every: "week", on: "monday", at: "08:30", zone: "Asia/Tokyo" },
      time_format: "epoch_s",
      period: "7d",
    } as const;

    expect(await explained({ readings: [rule] }, { p: 20 })).toEqual([
      "q (readings.0)",
      "  quota         q",
      "  kind          rolling",
      "  unit          ratio",
      "  percent_used  20  p",
      "  reset         every week on monday at 08:30, Asia/Tokyo",
      "  time_format   epoch_s",
      "  period        7d",
      "  sliding       yes",
      "  models        big, small",
    ]);
  });

  it("says of a list that is null that there is none, and of one that is empty", async () => {
    const readings = [{ ...DAILY, each: "pools", remaining: "left" }] as const;

    expect(await explained({ readings: [...readings] }, { pools: null })).toEqual([
      "readings.0: each = pools is unknown: $.pools is null",
    ]);
    expect(await explained({ readings: [...readings] }, { pools: [] })).toEqual([
      "readings.0: each = pools is a list of 0",
    ]);
  });

  it("says why what is about the whole answer is skipped", async () => {
    const readings = [{ ...DAILY, when: "kind = 'a'", remaining: "left" }];

    expect(await explained({ readings }, { kind: "b" })).toEqual(["readings.0 is skipped: when = kind = 'a' is false"]);
    expect(await explained({ readings }, {})).toEqual([
      "readings.0 is skipped: when = kind = 'a' is false; $.kind is not there",
    ]);
  });

  it("counts what is too much to show", async () => {
    const pools = Array.from({ length: 60 }, (_, index) => ({ name: `p${index}`, left: index, on: index >= 5 }));
    const readings = [{ ...DAILY, each: "pools", when: "on", quota: "=name", remaining: "left" }];

    const lines = await explained({ readings }, { pools });

    expect(lines.filter((line) => line.startsWith("p"))).toHaveLength(40);
    expect(lines.slice(-2)).toEqual([
      "readings.0: and 15 more",
      "readings.0 skips $.pools[0], $.pools[1], $.pools[2] and 2 more: when = on is false",
    ]);
  });

  it("says which amounts were not asked for, as there is no limit", async () => {
    const readings = [{ ...DAILY, unlimited_when: "max = -1", limit: "max", remaining: "left" }];

    expect(await explained({ readings }, { max: -1 })).toEqual([
      "daily (readings.0)",
      "  quota           daily",
      "  kind            calendar",
      "  unit            requests",
      "  limit           not asked  max",
      "  remaining       not asked  left",
      "  unlimited_when  true       max = -1",
      "  reset           every day at 00:00, UTC",
      "  period          1d",
    ]);
  });

  it("says that nothing was asked", () => {
    expect(explainedMapping(mappingOf({}), [])).toEqual(["no expression was asked"]);
  });

  it("does not show what a call before told, nor with what the next page was asked for", () => {
    const mapping = mappingOf({
      before: [{ set: "org", path: "/orgs", value: "orgs[0].id" }],
      request: { path: "/{org}", pages: { next: "cursor", query: "after" } },
    });
    const about = { expression: "cursor", at: "$", field: "request.pages.next" };
    const traces: Trace[] = [
      { field: "before.0.value", expression: "orgs[0].id", at: "$", outcome: "value", told: "canary" },
      { ...about, outcome: "value", told: "canary" },
      { ...about, outcome: "value", told: "canary" },
      { ...about, outcome: "missing", told: "unknown: $.cursor is not there" },
    ];

    expect(explainedMapping(mapping, traces)).toEqual([
      "answer",
      "  before: org  found          orgs[0].id",
      "  next page    found 2 times  cursor",
      "no reading was reached",
    ]);
  });

  it("shows of the rules for failures the one that fits, and one that is wrong", () => {
    const mapping = mappingOf({
      failures: [
        { when: "code = 1", reason: "auth" },
        { when: "ok", reason: "server" },
      ],
    });
    const first = {
      field: "failures.0.when",
      expression: "code = 1",
      at: "$",
      outcome: "value",
      told: "false",
    } as const;
    const second = { field: "failures.1.when", expression: "ok", at: "$" } as const;

    expect(explainedMapping(mapping, [first, { ...second, outcome: "value", told: "true" }])).toEqual([
      "answer",
      "  failure: server  fits  ok",
      "no reading was reached",
    ]);
    expect(explainedMapping(mapping, [first, { ...second, outcome: "wrong", told: "gives a text" }])).toContain(
      "  failure: server  wrong: gives a text  ok",
    );
  });
});

describe("what is said of a read", () => {
  const call: CallMade = { call: "GET api.acme.example/v1", status: 200, failure: undefined, milliseconds: 12.4 };

  it("lists each call with how it ended", () => {
    const calls: CallMade[] = [
      call,
      { ...call, status: 404, failure: "client" },
      { ...call, call: "POST api.acme.example/usage", status: undefined, failure: "network", milliseconds: 3021.7 },
    ];

    expect(explainedRead({ account: { provider: "acme" }, outcome: undefined, calls, traces: [] })).toEqual([
      "calls",
      "  GET api.acme.example/v1      200         12 ms",
      "  GET api.acme.example/v1      404 client  12 ms",
      "  POST api.acme.example/usage  network     3022 ms",
      "acme is read by code of its own; docs/providers/acme.md says how",
    ]);
  });

  it("lists what a provider told that code reads, and what it did not tell", () => {
    const common = { readAt: NOW, source: "api", enforcement: "hard", confidence: "reported" } as const;
    const outcome: ReadOutcome = {
      ok: true,
      at: NOW,
      seconds: 1,
      answer: {
        metered: true,
        readings: [
          {
            ...common,
            quota: "weekly",
            kind: "rolling",
            unit: "ratio",
            limit: 1,
            remaining: 0.25,
            periodSeconds: 604_800,
          },
          {
            ...common,
            quota: "spend",
            kind: "calendar",
            unit: "usd",
            used: 3.5,
            resetAt: new Date("2026-12-01T00:00:00Z"),
          },
          { ...common, quota: "free", kind: "calendar", unit: "requests", unlimited: true, enforcement: "soft" },
        ],
      },
    };

    expect(explainedRead({ account: { provider: "acme" }, outcome, calls: [], traces: [] }).slice(2)).toEqual([
      "weekly: rolling, ratio, hard, source api, reported",
      "  limit      1",
      "  remaining  0.25",
      "  period     7d",
      "  not told: reset_at",
      "spend: calendar, usd, hard, source api, reported",
      "  used      3.5",
      "  reset_at  2026-12-01T00:00:00.000Z",
      "  not told: limit, period",
      "free: calendar, requests, soft, source api, reported",
      "  unlimited  yes",
      "  not told: reset_at, period",
    ]);
  });

  it("says that no call was made", () => {
    const account = { provider: "acme", mapping: () => mappingOf({}) };

    expect(explainedRead({ account, outcome: undefined, calls: [], traces: [] })).toEqual([
      "no call was made",
      "no expression was asked",
    ]);
  });

  it("is printed without credentials, and without what steers a terminal", () => {
    expect(shownLines(["a canary-0123456789", "b\u001b[2J\nc"], [new Secret("canary-0123456789")])).toBe(
      "a [secret]\nb\ufffd[2J\ufffdc\n",
    );
  });
});
