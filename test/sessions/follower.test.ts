import { appendFile, chmod, mkdir, mkdtemp, rename, rm, symlink, truncate, utimes, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import fc from "fast-check";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import type { Observation } from "../../src/quota/observation.ts";
import { createFollower, type SessionFiles } from "../../src/sessions/follower.ts";
import { CANARY, claudeLine, codexCount, codexMeta, codexTurn } from "./logs.ts";

let root: string;
let now: Date;

beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), "llm-quota-test-sessions-"));
  now = new Date();
});
afterEach(() => rm(root, { recursive: true, force: true }));

const ago = (seconds: number) => new Date(now.getTime() - seconds * 1000);
const HOUR = 3600;

/** One that goes on where an earlier one has stopped, as after a restart, if it is given its `kept`. */
function start(tool: SessionFiles["tool"], kept = new Map<string, string>(), path = root) {
  const calls: Observation[] = [];
  const problems: string[] = [];
  const follower = createFollower(
    { provider: "acme", account: "main" },
    { tool, path },
    {
      kept: {
        sessionFiles: () => [...kept].map(([name, text]) => ({ name, text })),
        keepSessionFile: (_key, name, text) => void kept.set(name, text),
        forgetSessionFile: (_key, name) => void kept.delete(name),
      },
      take: (_account, call) => calls.push(call),
      problem: (_account, problem) => problems.push(problem),
      now: () => now,
    },
  );
  return {
    calls,
    problems,
    kept,
    async look() {
      await follower.look(new AbortController().signal);
      return calls.filter(({ uncounted }) => uncounted !== true).map(({ usage }) => usage?.outputTokens);
    },
  };
}

async function write(path: string, text: string): Promise<string> {
  const file = join(root, path);
  await mkdir(dirname(file), { recursive: true });
  await writeFile(file, text);
  return file;
}

const LOG = "projects/-home-me/session.jsonl";
const line = (id: number, over: Partial<Parameters<typeof claudeLine>[0]> = {}) =>
  claudeLine({ at: ago(60), id: `msg_${id}`, output: id, ...over });

describe("the logs of Claude Code", () => {
  it("are read wherever they lie below the projects, and nothing else is", async () => {
    await write(LOG, line(1));
    await write("projects/-home-me/session/subagents/agent.jsonl", line(2));
    await write("projects/-home-me/notes.txt", line(3));
    await write("history.jsonl", line(4));
    const stage = start("claude_code");

    expect((await stage.look()).toSorted()).toEqual([1, 2]);
    expect(stage.calls[0]).toEqual({
      at: ago(60),
      headers: {},
      model: "claude-opus-5",
      usage: { inputTokens: 10, outputTokens: expect.any(Number) },
    });
  });

  it("are read on from where they ended", async () => {
    const file = await write(LOG, line(1));
    const stage = start("claude_code");
    await stage.look();

    await appendFile(file, line(2) + line(3));
    expect(await stage.look()).toEqual([1, 2, 3]);
    expect(await stage.look()).toEqual([1, 2, 3]);
  });

  it("are read on after a restart: nothing twice, nothing missed", async () => {
    const file = await write(LOG, line(1) + line(2));
    const before = start("claude_code");
    expect(await before.look()).toEqual([1, 2]);

    await appendFile(file, line(3));

    expect(await start("claude_code", before.kept).look()).toEqual([3]);
  });

  it("wait with a line that is still being written", async () => {
    const file = await write(LOG, line(1) + line(2).slice(0, 100));
    const stage = start("claude_code");
    expect(await stage.look()).toEqual([1]);

    await appendFile(file, line(2).slice(100));

    expect(await stage.look()).toEqual([1, 2]);
    expect(stage.problems).toEqual([]);
  });

  it("count a message of many lines once, with what the last of them tells", async () => {
    const at = ago(5);
    const file = await write(LOG, line(7, { at, stop: null, output: 1 }) + line(7, { at, stop: null, output: 1 }));
    const stage = start("claude_code");
    expect(await stage.look()).toEqual([]);

    await appendFile(file, line(7, { at, output: 250 }) + line(7, { at, output: 250 }));

    expect(await stage.look()).toEqual([250]);
  });

  it("count a message that was never finished when nothing more comes, also over a restart", async () => {
    await write(LOG, line(7, { at: ago(5), stop: null, output: 3 }));
    const before = start("claude_code");
    expect(await before.look()).toEqual([]);

    now = new Date(now.getTime() + 150_000);
    const after = start("claude_code", before.kept);

    expect(await after.look()).toEqual([3]);
    expect(await after.look()).toEqual([3]);
  });

  it("count a message once that another log has copied, also over a restart", async () => {
    await write(LOG, line(1));
    const before = start("claude_code");
    await before.look();

    await write("projects/-home-me/resumed.jsonl", line(1) + line(2));
    const after = start("claude_code", before.kept);

    expect(await after.look()).toEqual([2]);
  });

  it("count of a log that is seen first only what is less than a day old", async () => {
    await write(LOG, line(1, { at: ago(25 * HOUR) }) + line(2, { at: ago(23 * HOUR) }));

    expect(await start("claude_code").look()).toEqual([2]);
  });

  it("that nobody has touched for days are not opened, and forgotten", async () => {
    const file = await write(LOG, line(1));
    const stage = start("claude_code");
    await stage.look();
    expect(stage.kept.size).toBe(1);

    now = new Date(now.getTime() + 3 * 24 * HOUR * 1000);
    await stage.look();

    expect(stage.kept.size).toBe(0);
    await utimes(file, now, now);
    expect(await stage.look()).toEqual([1]);
  });

  it("that were cut and begin again are read from their beginning, and count nothing twice", async () => {
    const file = await write(LOG, line(1) + line(2));
    const stage = start("claude_code");
    await stage.look();

    await truncate(file, 0);
    await appendFile(file, line(1));
    await stage.look();
    await appendFile(file, line(2) + line(3, { at: ago(10) }));

    expect(await stage.look()).toEqual([1, 2, 3]);
  });

  it("that were cut after a restart and written again count nothing twice, however long they are", async () => {
    const whole = Array.from({ length: 1500 }, (_, id) => line(id)).join("");
    const file = await write(LOG, whole);
    const before = start("claude_code");
    expect(await before.look()).toHaveLength(1500);

    const after = start("claude_code", before.kept);
    await writeFile(file, line(0));
    await after.look();
    await writeFile(file, whole + line(7777, { at: ago(5) }));

    expect(await after.look()).toEqual([7777]);
  });

  it("that were replaced by another log are read from its beginning", async () => {
    const file = await write(LOG, line(1));
    const stage = start("claude_code");
    await stage.look();

    await writeFile(file, line(8) + line(9) + line(10));

    expect(await stage.look()).toEqual([1, 8, 9, 10]);
  });

  it("leave out a line of over a megabyte, and go on behind it", async () => {
    const long = line(2, { over: { padding: "x".repeat(1_200_000) } });
    const file = await write(LOG, line(1) + long + line(3));
    const stage = start("claude_code");

    expect(await stage.look()).toEqual([1, 3]);
    await appendFile(file, line(4) + long.slice(0, 1_190_000));
    expect(await stage.look()).toEqual([1, 3, 4]);
    const after = start("claude_code", stage.kept);
    await appendFile(file, long.slice(1_190_000) + line(5));

    expect(await after.look()).toEqual([5]);
    expect([...stage.problems, ...after.problems]).toEqual(["too_long", "too_long"]);
  });

  it("may have a line of nearly a megabyte", async () => {
    await write(LOG, line(1, { over: { padding: "x".repeat(1_000_000) } }) + line(2));

    expect(await start("claude_code").look()).toEqual([1, 2]);
  });

  it("leave out what is no call, count it, and go on", async () => {
    await write(LOG, `{"message":{"usage":\n\n${line(1)}null\n`);
    const stage = start("claude_code");

    expect(await stage.look()).toEqual([1]);
    expect(stage.problems).toEqual(["malformed"]);
  });

  it("leave out a call of a clock that is far ahead", async () => {
    await write(LOG, line(1, { at: ago(-HOUR) }) + line(2));

    expect(await start("claude_code").look()).toEqual([2]);
  });

  it("are never read through a link", async () => {
    const elsewhere = await mkdtemp(join(tmpdir(), "llm-quota-test-elsewhere-"));
    await mkdir(join(elsewhere, "deep"));
    await writeFile(join(elsewhere, "deep/other.jsonl"), line(1));
    await write(LOG, line(2));
    await symlink(join(elsewhere, "deep/other.jsonl"), join(root, "projects/-home-me/file.jsonl"));
    await symlink(elsewhere, join(root, "projects/directory"));

    expect(await start("claude_code").look()).toEqual([2]);
    await rm(elsewhere, { recursive: true });
  });

  it.skipIf(process.getuid?.() === 0)("that may not be read are told of, and the others are read", async () => {
    const file = await write(LOG, line(1));
    await chmod(file, 0);
    await write("projects/-home-me/other.jsonl", line(2));
    const stage = start("claude_code");

    expect(await stage.look()).toEqual([2]);
    expect(stage.problems).toEqual(["unreadable"]);
  });

  it("that lie where no directory is are told of", async () => {
    await write("projects", "a file");
    const stage = start("claude_code");
    await stage.look();

    expect(stage.problems).toEqual(["unreadable"]);
  });

  it("leave others their turn, however much there is to read", async () => {
    const most = 4000;
    await write(LOG, Array.from({ length: most }, (_, id) => line(id)).join(""));
    const stage = start("claude_code");
    const takenAt: number[] = [];
    let isReading = true;
    const turn = () => {
      takenAt.push(stage.calls.length);
      if (isReading) setImmediate(turn);
    };
    setImmediate(turn);

    await stage.look();
    isReading = false;

    expect(stage.calls).toHaveLength(most);
    const taken = takenAt.map((count, index) => count - (takenAt[index - 1] ?? 0));
    expect(Math.max(...taken)).toBeLessThanOrEqual(400);
  });

  it("are missed where the tool was never used, until it is", async () => {
    const stage = start("claude_code");
    expect(await stage.look()).toEqual([]);
    expect(stage.problems).toEqual(["missing"]);

    await write(LOG, line(1));

    expect(await stage.look()).toEqual([1]);
  });

  it("begin anew where another version has kept something else", async () => {
    await write(LOG, line(1));
    const kept = new Map([["x", '{"offset":7}']]);

    expect(await start("claude_code", kept).look()).toEqual([1]);
    expect(kept.has("x")).toBe(false);
  });

  it("leave nothing of what was said in what is kept or learned", async () => {
    await write(
      `projects/${CANARY}/${CANARY}.jsonl`,
      `${line(1)}${line(2, { at: ago(200), stop: null })}{"message":{"usage":"${CANARY}\n`,
    );
    const stage = start("claude_code");

    expect(await stage.look()).toEqual([1, 2]);
    expect(JSON.stringify([stage.calls, stage.problems, [...stage.kept]])).not.toContain(CANARY);
  });

  it("come to the same however they are cut, and whenever the daemon restarts", async () => {
    const ids = [1, 2, 3, 4, 5];
    const whole = Buffer.from(
      ids.map((id) => line(id, { at: ago(1), stop: null, output: 1 }) + line(id, { at: ago(1) })).join(""),
    );
    const cuts = fc.array(fc.record({ to: fc.nat(whole.length), isRestart: fc.boolean() }), { maxLength: 6 });

    await fc.assert(
      fc.asyncProperty(cuts, async (given) => {
        const file = await write(LOG, "");
        let stage = start("claude_code");
        const told: unknown[] = [];
        const steps = [...given.toSorted((a, b) => a.to - b.to), { to: whole.length, isRestart: false }];
        for (const { to, isRestart } of steps) {
          await writeFile(file, whole.subarray(0, to));
          await stage.look();
          if (!isRestart) continue;
          told.push(...stage.calls);
          stage = start("claude_code", stage.kept);
        }
        expect([...told, ...stage.calls].map((call) => (call as Observation).usage?.outputTokens)).toEqual(ids);
      }),
      { numRuns: 40 },
    );
  });
});

const ROLLOUT = "sessions/2026/11/22/rollout-2026-11-22T10-00-00-id.jsonl";
const seconds = (date: Date) => Math.round(date.getTime() / 1000);

describe("the logs of Codex", () => {
  const session = () =>
    codexMeta(ago(900), "one") +
    codexTurn(ago(890), "gpt-5.3-codex") +
    codexCount(ago(800), { last: [5, 1], total: [5, 1] });

  it("tell calls, and the windows of the plan as the headers of an answer would", async () => {
    const primary = { used_percent: 22.5, window_minutes: 300, resets_at: seconds(ago(-HOUR)) };
    const secondary = { used_percent: 40, window_minutes: 10_080, resets_in_seconds: 7200 };
    const count = codexCount(ago(60), { last: [6, 2], total: [11, 3], limits: { primary, secondary } });
    await write(ROLLOUT, session() + count);
    const stage = start("codex_cli");

    expect(await stage.look()).toEqual([1, 2]);
    expect(stage.calls.at(-1)).toEqual({
      at: ago(60),
      uncounted: true,
      headers: {
        "x-codex-primary-used-percent": "22.5",
        "x-codex-primary-window-minutes": "300",
        "x-codex-primary-reset-at": String(seconds(ago(-HOUR))),
        "x-codex-secondary-used-percent": "40",
        "x-codex-secondary-window-minutes": "10080",
        "x-codex-secondary-reset-at": String(seconds(ago(60 - 7200))),
      },
    });
  });

  it("tell nothing of a window that has ended", async () => {
    const primary = { used_percent: 99, window_minutes: 300, resets_at: seconds(ago(10)) };
    const secondary = { used_percent: 98, window_minutes: 1 };
    await write(ROLLOUT, session() + codexCount(ago(120), { limits: { primary, secondary } }));
    const stage = start("codex_cli");
    await stage.look();

    expect(stage.calls.map(({ headers }) => headers)).toEqual([{}]);
  });

  it("go on where they ended after they were moved and after a restart, with the model of their turn", async () => {
    const file = await write(ROLLOUT, session());
    const before = start("codex_cli");
    await before.look();

    await mkdir(join(root, "sessions/archive"));
    const moved = join(root, "sessions/archive/rollout-moved.jsonl");
    await rename(file, moved);
    await appendFile(moved, codexCount(ago(10), { last: [5, 1], total: [5, 1] }));
    await appendFile(moved, codexCount(ago(5), { last: [7, 4], total: [12, 5] }));
    const after = start("codex_cli", before.kept);

    expect(await after.look()).toEqual([4]);
    expect(after.calls[0]).toMatchObject({ model: "gpt-5.3-codex" });
  });

  it("that were cut and written again count nothing twice", async () => {
    const file = await write(ROLLOUT, session() + codexCount(ago(60), { last: [6, 2], total: [11, 3] }));
    const stage = start("codex_cli");
    await stage.look();

    await writeFile(file, session());
    await stage.look();
    await appendFile(file, codexCount(ago(60), { last: [6, 2], total: [11, 3] }));
    await appendFile(file, codexCount(ago(5), { last: [7, 4], total: [18, 7] }));

    expect(await stage.look()).toEqual([1, 2, 4]);
  });
});
