import { PassThrough, Readable } from "node:stream";
import { text } from "node:stream/consumers";
import { describe, expect, it } from "vitest";
import { ReplayInputError, replay } from "../../src/cli/replay.ts";
import { ENGINE_DEFAULTS } from "../../src/engine/settings.ts";

const HOUR = 3600;
/** 2026-11-16T00:00:00Z. */
const T0 = 1_794_787_200;

function sample(over: Readonly<Record<string, unknown>> = {}) {
  return {
    quota_id: "a",
    t: T0,
    limit: 1000,
    remaining: 900,
    reset_at: T0 + 4 * HOUR,
    kind: "calendar",
    unit: "requests",
    period_seconds: 4 * HOUR,
    sliding: false,
    ...over,
  };
}
const linesOf = (...samples: readonly unknown[]) =>
  samples.map((line) => `${typeof line === "string" ? line : JSON.stringify(line)}\n`).join("");

interface Verdict {
  readonly quota_id: string;
  readonly t: number;
  readonly exhaust_at: number | null;
  readonly page: boolean;
  readonly state: string;
  readonly severity: string;
  readonly probability: number | null;
  readonly explanation?: string | null;
}

async function replayed(input: string, options?: Parameters<typeof replay>[3]): Promise<Verdict[]> {
  const output = new PassThrough();
  const done = replay(Readable.from([input]), output, ENGINE_DEFAULTS, options).finally(() => output.end());
  const [told] = await Promise.all([text(output), done]);
  return told
    .split("\n")
    .filter((line) => line !== "")
    .map((line) => JSON.parse(line) as Verdict);
}

/** Empties in 20 minutes what should last four hours. */
const burning = (id: string) =>
  Array.from({ length: 15 }, (_, minute) =>
    sample({ quota_id: id, t: T0 + HOUR + 60 * minute, remaining: 900 - 45 * minute }),
  );

describe("replay", () => {
  it("answers every line with one, in order, whatever quotas are interleaved", async () => {
    const samples = Array.from({ length: 500 }, (_, index) =>
      sample({ quota_id: `q${index % 7}`, t: T0 + index, remaining: 1000 - index / 10 }),
    );

    expect((await replayed(linesOf(...samples))).map(({ quota_id, t }) => [quota_id, t])).toEqual(
      samples.map(({ quota_id, t }) => [quota_id, t]),
    );
  });

  it("pages, says when it runs out, and keeps quotas apart", async () => {
    const calm = Array.from({ length: 15 }, (_, minute) => sample({ quota_id: "calm", t: T0 + HOUR + 60 * minute }));
    const both = burning("fast").flatMap((line, index) => [line, calm[index]]);
    const verdicts = await replayed(linesOf(...both));
    const last = (id: string) => verdicts.findLast(({ quota_id }) => quota_id === id);

    expect(last("fast")).toMatchObject({ page: true, state: "critical", severity: "critical" });
    expect(last("fast")?.exhaust_at).toBeGreaterThan(T0 + HOUR + 14 * 60);
    expect(last("fast")?.exhaust_at).toBeLessThan(T0 + 4 * HOUR);
    expect(last("calm")).toEqual({
      quota_id: "calm",
      t: T0 + HOUR + 14 * 60,
      exhaust_at: null,
      page: false,
      state: "ok",
      severity: "none",
      probability: expect.closeTo(0.0013, 4),
    });
  });

  it("says why when asked, with the numbers of that moment", async () => {
    const verdicts = await replayed(linesOf(...burning("a")), { isExplained: true });

    expect(verdicts[0]?.explanation).toBe(
      "90 % left, 3 h to the reset; too few readings yet to tell how fast it goes.",
    );
    expect(verdicts.at(-1)?.explanation).toMatch(
      /^27 % left, 2 h 46 m to the reset; at the (present|expected) .+ per 10 min .*it is gone in \d+ min, 2 h .*before the reset; that is worth a page\.$/,
    );
    expect(verdicts.every(({ explanation }) => typeof explanation === "string")).toBe(true);
  });

  it("tells unknown as null and takes null for absent", async () => {
    const balance = sample({
      kind: "credits",
      unit: "usd",
      limit: null,
      reset_at: null,
      period_seconds: null,
      used: null,
      expires_at: null,
    });

    expect(await replayed(linesOf(balance))).toEqual([
      { quota_id: "a", t: T0, exhaust_at: null, page: false, state: "ok", severity: "none", probability: null },
    ]);
  });

  it("takes soft quotas, expiry, use and refill", async () => {
    const soft = burning("soft").map((line) => ({ ...line, enforcement: "soft" }));
    const lines = linesOf(
      ...soft,
      sample({ quota_id: "used", remaining: null, used: 100 }),
      sample({ quota_id: "refill", refill_per_second: 0.5 }),
      sample({ quota_id: "expiry", kind: "credits", unit: "usd", limit: null, reset_at: null, expires_at: T0 + HOUR }),
    );
    const verdicts = await replayed(lines);

    expect(verdicts).toHaveLength(18);
    expect(verdicts.filter(({ page }) => page)).toEqual([]);
    expect(verdicts[14]).toMatchObject({ state: "watch", severity: "warning" });
  });

  it("skips empty lines and takes the line ends of Windows", async () => {
    expect(
      await replayed(`\n${JSON.stringify(sample())}\r\n\r\n  \n${JSON.stringify(sample({ t: T0 + 60 }))}`),
    ).toHaveLength(2);
  });

  it("answers nothing to nothing", async () => {
    expect(await replayed("")).toEqual([]);
  });

  it("does not wait for the next line before it answers", async () => {
    const input = new PassThrough();
    const output = new PassThrough();
    const done = replay(input, output, ENGINE_DEFAULTS);
    const answers: unknown[] = [];
    for (const line of burning("a")) {
      input.write(linesOf(line));
      const [answer] = await new Promise<Buffer[]>((resolve) =>
        output.once("data", (chunk: Buffer) => resolve([chunk])),
      );
      answers.push(JSON.parse(String(answer)));
    }
    input.end();
    await done;

    expect(answers).toEqual(await replayed(linesOf(...burning("a"))));
  });

  it("waits for a reader that is slower than it", async () => {
    const output = new PassThrough({ highWaterMark: 64 });
    const done = replay(
      Readable.from([linesOf(...Array.from({ length: 2000 }, (_, index) => sample({ t: T0 + index })))]),
      output,
      ENGINE_DEFAULTS,
    );
    const told = text(output);
    await done;
    output.end();

    expect((await told).split("\n")).toHaveLength(2001);
  });

  it.each<{ name: string; line: unknown; message: RegExp }>([
    { name: "no JSON", line: "{oops", message: /^stdin:3: not JSON: / },
    { name: "another JSON", line: "[1, 2]", message: /^stdin:3: the line: / },
    { name: "no id", line: sample({ quota_id: undefined }), message: /^stdin:3: quota_id: / },
    { name: "an empty id", line: sample({ quota_id: "" }), message: /^stdin:3: quota_id: / },
    { name: "a time in words", line: sample({ t: "now" }), message: /^stdin:3: t: / },
    { name: "a time in nanoseconds", line: sample({ t: T0 * 1e9 }), message: /^stdin:3: t: / },
    { name: "an unknown kind", line: sample({ kind: "weekly" }), message: /^stdin:3: kind: / },
    { name: "an unknown unit", line: sample({ unit: "eur" }), message: /^stdin:3: unit: / },
    { name: "an amount in words", line: sample({ remaining: "1,000" }), message: /^stdin:3: remaining: / },
    {
      name: "an infinite amount",
      line: `${JSON.stringify(sample()).replace('"remaining":900', '"remaining":1e999')}`,
      message: /^stdin:3: remaining: /,
    },
    { name: "a period of nothing", line: sample({ period_seconds: 0 }), message: /^stdin:3: period_seconds: / },
  ])("refuses $name with its line number, after the answers to the lines before", async ({ line, message }) => {
    const output = new PassThrough();
    const told = text(output);
    const failed = replay(
      Readable.from([linesOf(sample(), sample({ t: T0 + 60 }), line, sample({ t: T0 + 120 }))]),
      output,
      ENGINE_DEFAULTS,
    ).finally(() => output.end());

    await expect(failed).rejects.toThrow(message);
    await expect(failed).rejects.toBeInstanceOf(ReplayInputError);
    expect((await told).split("\n").filter((answer) => answer !== "")).toHaveLength(2);
  });

  it("loses no answer when a bad line comes in the middle of much input", async () => {
    const input = new PassThrough();
    const output = new PassThrough();
    const told = text(output);
    for (let index = 0; index < 100; index++) input.write(linesOf(sample({ t: T0 + index })));
    input.end("bad\n");
    const failed = replay(input, output, ENGINE_DEFAULTS).finally(() => output.end());

    await expect(failed).rejects.toThrow("stdin:101: not JSON");
    expect((await told).split("\n").filter((answer) => answer !== "")).toHaveLength(100);
  });
});
