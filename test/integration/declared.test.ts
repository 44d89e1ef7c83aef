import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, it, vi } from "vitest";
import { startDaemon } from "../support/daemon.ts";
import { copyState, startDrivenDaemon, stopTheClocks } from "../support/driven-daemon.ts";
import { eventually } from "../support/eventually.ts";
import { valuesOf } from "../support/exposition.ts";
import { freePort } from "../support/free-port.ts";
import { type LocalServer, sendJson, startServer } from "../support/json-server.ts";

let folder: string;
let provider: LocalServer;

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), "declared-"));
  // It lists its models, and tells of no quota.
  provider = await startServer((_request, response) => sendJson(response, { data: [{ id: "opus" }] }));
});
afterEach(async () => {
  vi.useRealTimers();
  await provider[Symbol.asyncDispose]();
  rmSync(folder, { recursive: true, force: true });
});

const configOn = (path: string) => ({
  state: { path },
  accounts: [
    {
      name: "plan",
      provider: "openai_compatible",
      base_url: provider.url,
      quotas: {
        five_hours: { unit: "requests", limit: 40, kind: "rolling", period: "5h", weights: { "*opus*": 5 } },
      },
    },
  ],
});

const observation = (model: string, at?: Date) => ({
  ...{ account: "plan", status: 200, model, usage: { input_tokens: 10, output_tokens: 5 } },
  ...(at !== undefined && { at: at.toISOString() }),
});

async function observe(url: string, ...calls: readonly object[]): Promise<void> {
  const response = await fetch(`${url}/api/v1/observations`, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify(calls),
  });
  expect(response.status, await response.text()).toBe(200);
}

const HOUR = 3600;
const FAMILIES = ["used", "remaining", "limit", "reset_seconds"] as const;

/** What is exposed of the quota; a family that is absent is left out. */
function shownOn(page: string) {
  const told = FAMILIES.flatMap((name) =>
    valuesOf(page, `llm_quota_${name}`, { quota: "five_hours" }).map((value) => [name, value]),
  );
  return Object.fromEntries(told);
}

it("a declared subscription goes from ok to exhausted and back at the end of its window, across restarts", async () => {
  stopTheClocks();
  const path = join(folder, "state.db");
  const start = (at: string) => startDrivenDaemon({ config: configOn(at) });
  const first = await start(path);
  const states: string[] = [];
  const look = async (daemon: typeof first) => {
    const [shown] = await daemon.quotas();
    if (shown !== undefined && states.at(-1) !== shown.state) states.push(shown.state);
  };
  await first.pass(60);
  // Nothing was observed: the limit is known, the use is not.
  expect(shownOn(await first.metrics())).toEqual({ limit: 40 });
  await look(first);

  // A little more than 40 in five hours, of which the calls to the Opus-class model are five each.
  const burn = async (daemon: typeof first, models: readonly string[]) => {
    for (const model of models) {
      await observe(daemon.url, observation(model));
      await daemon.pass((model.includes("opus") ? 5 : 1) * 7 * 60);
      await look(daemon);
    }
  };
  await burn(first, [...Array<string>(13).fill("haiku"), "claude-opus-5"]);
  expect(shownOn(await first.metrics())).toMatchObject({ limit: 40, used: 18, remaining: 22 });
  // As a kill at this moment would leave it.
  const killed = join(folder, "killed.db");
  copyState(path, killed);
  await first.stop();

  const second = await start(killed);
  await second.pass(15);
  expect(shownOn(await second.metrics())).toMatchObject({ limit: 40, used: 18, remaining: 22 });
  await burn(second, [...Array<string>(12).fill("sonnet"), "claude-opus-5", "claude-opus-5-fast"]);
  const { used, remaining, reset_seconds: left = 0 } = shownOn(await second.metrics());
  expect({ used, remaining }).toEqual({ used: 40, remaining: 0 });
  await second.stop();

  const third = await start(killed);
  await third.pass(30);
  expect((await third.stage()).quotas).toEqual(["five_hours exhausted critical binding"]);
  await third.pass(left);
  await look(third);
  expect(shownOn(await third.metrics())).toEqual({ used: 0, remaining: 40, limit: 40 });
  await observe(third.url, observation("haiku"));
  await third.pass(15);
  // A window begins with the minute of its first use, which was 30 s old when it came.
  expect(shownOn(await third.metrics())).toMatchObject({ used: 1, remaining: 39, reset_seconds: 5 * HOUR - 45 });
  expect(states).toEqual(["unknown", "ok", "watch", "critical", "exhausted", "ok"]);
  await third.stop();
});

it("counts nothing twice and loses nothing that was scraped when the process is killed", async () => {
  const configText = JSON.stringify(configOn(join(folder, "state.db")));
  const plan = { configText, port: await freePort() };
  let expected = 0;
  for (let round = 0; round < 4; round++) {
    await using daemon = await startDaemon(plan);
    const before = expected;
    await eventually(async () => {
      expect(valuesOf(await daemon.metrics(), "llm_quota_used", {})).toEqual(before === 0 ? [] : [before]);
    });
    await observe(daemon.url, observation("haiku"), observation("claude-opus-5"));
    expected += 6;
    expect(shownOn(await daemon.metrics())).toMatchObject({ limit: 40, used: expected, remaining: 40 - expected });
    await daemon.stop("SIGKILL");
    expect(daemon.logs()).not.toMatch(/damaged|cannot be/);
  }
});
