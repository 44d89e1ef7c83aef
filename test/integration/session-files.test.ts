import { appendFile, mkdir, mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterAll, beforeAll, expect, it } from "vitest";
import { CANARY, claudeLine, codexCount, codexMeta, codexTurn } from "../sessions/logs.ts";
import { type Daemon, startDaemon } from "../support/daemon.ts";
import { eventually } from "../support/eventually.ts";
import { valuesOf } from "../support/exposition.ts";
import { freePort } from "../support/free-port.ts";
import { type LocalServer, sendJson, startServer } from "../support/json-server.ts";

let root: string;
let upstream: LocalServer;
let port: number;

/** The logs are looked at every 15 s. */
const PATIENCE = { timeoutMs: 60_000, everyMs: 500 };

const ago = (seconds: number) => new Date(Date.now() - seconds * 1000);
const CLAUDE = "claude/projects/-home-me/session.jsonl";
const CODEX = "codex/sessions/2026/11/22/rollout-one.jsonl";

async function add(path: string, ...lines: readonly string[]): Promise<void> {
  await mkdir(dirname(join(root, path)), { recursive: true });
  await appendFile(join(root, path), lines.join(""));
}

beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), "llm-quota-test-session-files-"));
  upstream = await startServer((_, response) => sendJson(response, {}, 500));
  port = await freePort();
  await writeFile(join(root, "login.json"), "{}");
});
afterAll(async () => {
  await upstream?.[Symbol.asyncDispose]();
  await rm(root, { recursive: true, force: true });
});

const start = (): Promise<Daemon> => {
  const credentials_file = join(root, "login.json");
  const config = {
    state: { path: join(root, "state.db") },
    accounts: [
      {
        ...{ name: "plan-claude", provider: "claude", base_url: upstream.url, credentials_file },
        session_files: { tool: "claude_code", path: join(root, "claude") },
      },
      {
        ...{ name: "plan-codex", provider: "codex", base_url: upstream.url, credentials_file },
        session_files: { tool: "codex_cli", path: join(root, "codex") },
      },
    ],
  };
  return startDaemon({
    configText: JSON.stringify(config),
    port,
    readyPath: "/-/healthy",
    args: ["--log.level=debug"],
  });
};

const opus = { account: "plan-claude", model: "claude-opus-5" };
const plan = { account: "plan-codex", quota: "five_hour" };

it("the logs of coding tools become counts and windows, over a restart, and nothing of what was said is kept", async () => {
  const resets_at = Math.round(ago(-3600).getTime() / 1000);
  const primary = { used_percent: 25, window_minutes: 300, resets_at };
  await add(CLAUDE, claudeLine({ at: ago(60), id: "msg_1" }), claudeLine({ at: ago(50), id: "msg_2" }));
  await add(CODEX, codexMeta(ago(90), "one"), codexTurn(ago(80), "gpt-5.3-codex"));
  await add(CODEX, codexCount(ago(40), { last: [100, 7], total: [100, 7], limits: { limit_id: "codex", primary } }));

  const before = await start();
  await eventually(async () => {
    const page = await before.metrics();
    expect(valuesOf(page, "llm_quota_observed_requests_total", opus)).toEqual([2]);
    expect(valuesOf(page, "llm_quota_observed_tokens_total", { ...opus, direction: "output" })).toEqual([40]);
    expect(valuesOf(page, "llm_quota_observed_requests_total", { account: "plan-codex" })).toEqual([1]);
    expect(valuesOf(page, "llm_quota_remaining_ratio", plan)).toEqual([0.75]);
    expect(valuesOf(page, "llm_quota_reset_timestamp_seconds", plan)).toEqual([resets_at]);
  }, PATIENCE);
  await before.stop();

  await add(CLAUDE, claudeLine({ at: ago(5), id: "msg_2" }), claudeLine({ at: ago(1), id: "msg_3" }));
  await add(CLAUDE, '{"message":{"usage":\n');
  await using after = await start();
  await eventually(async () => {
    const page = await after.metrics();
    expect(valuesOf(page, "llm_quota_observed_requests_total", opus)).toEqual([1]);
    const problems = { account: "plan-claude", problem: "malformed" };
    expect(valuesOf(page, "llm_quota_exporter_session_file_problems_total", problems)).toEqual([1]);
    expect(valuesOf(page, "llm_quota_exporter_session_file_problems_total", { account: "plan-codex" })).toEqual([
      0, 0, 0, 0,
    ]);
  }, PATIENCE);

  const shown = [await after.metrics(), await (await after.get("/api/v1/quotas")).text(), before.logs(), after.logs()];
  const kept = (await readdir(root)).filter((name) => name.startsWith("state.db"));
  const stored = await Promise.all(kept.map((name) => readFile(join(root, name), "latin1")));
  expect(kept.length).toBeGreaterThan(0);
  expect([...shown, ...stored].join("\n")).not.toContain(CANARY);
  expect([...shown, ...stored].join("\n")).not.toContain("msg_");
  expect(after.logs()).toContain("a line of a session file is not as expected");
});
