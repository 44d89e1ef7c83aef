import { describe, expect, it } from "vitest";
import { claudeCode } from "../../src/sessions/claude-code.ts";
import { codex } from "../../src/sessions/codex.ts";
import type { Context, Tool } from "../../src/sessions/tool.ts";
import { at } from "../support/readings.ts";
import { CANARY, claudeLine, codexCount, codexMessage, codexMeta, codexTurn } from "./logs.ts";

/** What the last of some lines tells. */
function told(tool: Tool, ...lines: readonly string[]) {
  const context: Context = {};
  const all = lines.map((line) => (tool.mayTell(Buffer.from(line)) ? tool.read(line, context) : undefined));
  expect(JSON.stringify([all, context])).not.toContain(CANARY);
  return all.at(-1);
}

const NOW = at(0);
const NOW_MS = NOW.getTime();

describe("a line of Claude Code", () => {
  it("tells model, time and cost of a call", () => {
    expect(told(claudeCode, claudeLine({ at: NOW }))).toEqual({
      entry: {
        key: expect.stringMatching(/^[\w-]{11}$/),
        at: NOW_MS,
        model: "claude-opus-5",
        usage: { inputTokens: 10, outputTokens: 20 },
      },
      isPartial: false,
    });
  });

  it("counts what goes to the cache and comes from it as input", () => {
    const usage = { input_tokens: 1, output_tokens: 2, cache_creation_input_tokens: 10, cache_read_input_tokens: 100 };
    const message = { id: "msg_1", model: "m", stop_reason: "end_turn", usage };

    expect(told(claudeCode, claudeLine({ at: NOW, over: { message } }))).toMatchObject({
      entry: { usage: { inputTokens: 111, outputTokens: 2 } },
    });
  });

  it("may be followed by a fuller one as long as the message has not ended", () => {
    expect(told(claudeCode, claudeLine({ at: NOW, stop: null }))).toMatchObject({ isPartial: true });
  });

  it("is told apart by message and request", () => {
    const keys = [
      claudeLine({ at: NOW }),
      claudeLine({ at: NOW, output: 99 }),
      claudeLine({ at: NOW, id: "msg_2" }),
      claudeLine({ at: NOW, request: "req_2" }),
    ].map((line) => told(claudeCode, line));

    expect(new Set(keys.map((line) => (typeof line === "object" ? line.entry?.key : undefined))).size).toBe(3);
  });

  it.each([
    [
      "has no message id, so that a copy could not be told apart",
      { message: { model: "m", usage: { input_tokens: 1, output_tokens: 1 } } },
    ],
    ["is an error that the tool made up", { isApiErrorMessage: true }],
    ["is of no model", { message: { id: "i", model: "<synthetic>", usage: { input_tokens: 0, output_tokens: 0 } } }],
    [
      "has its usage somewhere else",
      { message: { id: "i", content: { usage: { input_tokens: 1, output_tokens: 1 } } } },
    ],
  ])("stays uncounted when it %s", (_name, over) => {
    expect(told(claudeCode, claudeLine({ at: NOW, over }))).toBeUndefined();
  });

  it.each([
    ["is no JSON", claudeLine({ at: NOW }).slice(0, -20)],
    ["has no time", claudeLine({ at: NOW, over: { timestamp: "yesterday" } })],
    ["has negative tokens", claudeLine({ at: NOW, input: -1 })],
    ["has parts of tokens", claudeLine({ at: NOW, output: 1.5 })],
    ["has more tokens than there are", claudeLine({ at: NOW, output: 1e12 })],
  ])("is malformed when it %s", (_name, line) => {
    expect(told(claudeCode, line)).toBe("malformed");
  });

  it("of somebody who asks is not even read", () => {
    const line = `${JSON.stringify({ type: "user", message: { role: "user", content: CANARY } })}\n`;

    expect(claudeCode.mayTell(Buffer.from(line))).toBe(false);
  });
});

const FIVE_HOURS = { used_percent: 12.5, window_minutes: 300, resets_at: NOW_MS / 1000 + 3600 };
const WEEK = { used_percent: 40, window_minutes: 10_080, resets_at: NOW_MS / 1000 + 86_400 };

describe("a line of Codex", () => {
  it("tells the cost of a call to the model of its turn", () => {
    expect(
      told(
        codex,
        codexTurn(NOW, "gpt-5.3-codex"),
        codexMessage(NOW),
        codexCount(NOW, { last: [100, 20], total: [100, 20] }),
      ),
    ).toEqual({
      entry: {
        key: expect.any(String),
        at: NOW_MS,
        model: "gpt-5.3-codex",
        usage: { inputTokens: 100, outputTokens: 20 },
      },
    });
  });

  it("tells the windows of the plan", () => {
    expect(
      told(codex, codexCount(NOW, { limits: { limit_id: "codex", primary: FIVE_HOURS, secondary: WEEK } })),
    ).toEqual({
      limits: {
        at: NOW_MS,
        windows: [
          { slot: "primary", usedPercent: 12.5, minutes: 300, resetAt: NOW_MS + 3_600_000 },
          { slot: "secondary", usedPercent: 40, minutes: 10_080, resetAt: NOW_MS + 86_400_000 },
        ],
      },
    });
  });

  it.each([
    ["how long is left", { used_percent: 1, window_minutes: 300, resets_in_seconds: 60 }, NOW_MS + 60_000],
    ["no end", { used_percent: 1, window_minutes: 300 }, undefined],
  ])("may tell of a window %s", (_name, primary, resetAt) => {
    expect(told(codex, codexCount(NOW, { limits: { primary, secondary: null } }))).toMatchObject({
      limits: { windows: [{ usedPercent: 1, minutes: 300, ...(resetAt !== undefined && { resetAt }) }] },
    });
  });

  it.each([
    ["is that of another limit", { limit_id: "codex_other", primary: FIVE_HOURS }],
    ["has no length", { primary: { used_percent: 1 } }],
    ["is used by less than nothing", { primary: { used_percent: -1, window_minutes: 300 } }],
    ["is not there", { primary: null, secondary: null }],
  ])("tells no window that %s", (_name, limits) => {
    expect(told(codex, codexCount(NOW, { limits }))).toEqual({});
  });

  it("that repeats a total tells of no new call", () => {
    const count = { last: [100, 20], total: [500, 80] } as const;

    expect(told(codex, codexCount(NOW, count), codexCount(at(5), { ...count, limits: { primary: WEEK } }))).toEqual({
      limits: { at: at(5).getTime(), windows: [expect.objectContaining({ usedPercent: 40 })] },
    });
  });

  it("that has a total alone stays uncounted", () => {
    expect(told(codex, codexCount(NOW, { total: [500, 80] }))).toEqual({});
  });

  it.each([
    ["forked from another", { forked_from_id: "parent" }],
    ["of a subagent", { source: { subagent: { thread_spawn: { parent_thread_id: "parent" } } } }],
  ])("that a session %s has copied stays uncounted", (_name, over) => {
    const meta = codexMeta(NOW, "child", over);
    const copies = [
      codexMeta(NOW, "parent"),
      codexCount(at(1), { last: [9, 9], total: [9, 9], limits: { primary: WEEK } }),
    ];

    expect(told(codex, meta, ...copies)).toEqual({});
    expect(told(codex, meta, ...copies, codexCount(at(60), { last: [1, 1], total: [10, 10] }))).toMatchObject({
      entry: { usage: { inputTokens: 1, outputTokens: 1 } },
    });
  });

  it("that says something about such a line is none", () => {
    const line = `${JSON.stringify({ timestamp: NOW.toISOString(), type: "event_msg", payload: { type: "user_message", message: codexCount(NOW, { last: [1, 1] }) } })}\n`;

    expect(codex.read(line, {})).toBeUndefined();
  });

  it("is malformed when it is cut", () => {
    expect(told(codex, codexCount(NOW, { last: [1, 1] }).slice(0, -9))).toBe("malformed");
  });
});
