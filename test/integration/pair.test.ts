import { afterAll, beforeAll, expect, it } from "vitest";
import { SimulatedBalance } from "../../src/demo/balance.ts";
import { deepseek } from "../../src/demo/deepseek.ts";
import { type Simulator, startSimulator } from "../../src/demo/simulator.ts";
import { type Daemon, startDaemon } from "../support/daemon.ts";
import { eventually } from "../support/eventually.ts";
import { valuesOf } from "../support/exposition.ts";
import { freePort } from "../support/free-port.ts";
import { quickConfig } from "../support/quick-config.ts";

const KEY = "sk-pair-0123456789";
const PATH = "/user/balance";
let simulator: Simulator;

beforeAll(async () => {
  simulator = await startSimulator(deepseek({ key: KEY, balances: { USD: new SimulatedBalance({ amount: 80 }) } }));
});
afterAll(() => simulator.stop());

/** One of two daemons, read every two seconds: its turn and that of the one it follows are then 0.2 s apart or more. */
function startReplica(port: number, peerPort: number): Promise<Daemon> {
  const account = { name: "money", provider: "deepseek", key: KEY, baseUrl: simulator.baseUrl } as const;
  const { configText, env } = quickConfig([account], { interval: "2s" });
  const config = JSON.parse(configText) as { poll: object };
  const poll = { ...config.poll, peer: `http://127.0.0.1:${peerPort}` };
  return startDaemon({ configText: JSON.stringify({ ...config, poll }), env, port });
}

async function countsOf(daemon: Daemon) {
  const page = await daemon.metrics();
  const [polls = Number.NaN] = valuesOf(page, "llm_quota_polls_total", {});
  const asked = (result: string) =>
    valuesOf(page, "llm_quota_exporter_peer_outcomes_total", { result })[0] ?? Number.NaN;
  return { polls, taken: asked("taken"), none: asked("none"), failed: asked("failed") };
}

/** What it knows of the quotas but for when it knows it from. */
async function quotasOf(daemon: Daemon): Promise<unknown> {
  const { accounts } = (await (await daemon.get("/api/v1/quotas")).json()) as {
    accounts: { account: string; up: boolean; quotas: Record<string, unknown>[] }[];
  };
  return accounts.map(({ account, up, quotas }) => ({
    account,
    up,
    quotas: quotas.map(({ quota, unit, remaining, state, valid }) => ({ quota, unit, remaining, state, valid })),
  }));
}

const MONEY = [
  {
    account: "money",
    up: true,
    quotas: [{ quota: "balance_usd", unit: "usd", remaining: 80, state: "ok", valid: true }],
  },
];

/** `warn` for each time that the peer was lost, `info` for each time that it was found again. */
const peerLines = (daemon: Daemon) =>
  daemon
    .logs()
    .trim()
    .split("\n")
    .map((line) => JSON.parse(line) as { level: string; msg: string })
    .filter(({ msg }) => msg.startsWith("the peer"))
    .map(({ level }) => level);

it("a pair calls the provider as often as one daemon, and what is left of it goes on alone", async () => {
  const [port, otherPort] = [await freePort(), await freePort()];
  await using one = await startReplica(port, otherPort);
  await using other = await startReplica(otherPort, port);
  const before = { requests: simulator.requests(PATH), one: await countsOf(one), other: await countsOf(other) };

  await eventually(async () => expect((await countsOf(other)).polls).toBeGreaterThanOrEqual(before.other.polls + 10), {
    timeoutMs: 60_000,
  });
  const after = { requests: simulator.requests(PATH), one: await countsOf(one), other: await countsOf(other) };
  const polls = [after.one.polls - before.one.polls, after.other.polls - before.other.polls];
  // A pair without a lease makes as many calls as the two have outcomes, which is twice that of the busier one.
  expect(after.requests - before.requests).toBeLessThanOrEqual(1.5 * Math.max(...polls));
  expect(after.one.taken + after.other.taken).toBeGreaterThanOrEqual(4);
  expect([await quotasOf(one), await quotasOf(other)]).toEqual([MONEY, MONEY]);
  // The first one was alone for a moment.
  await eventually(() => expect(peerLines(one).slice(0, 2)).toEqual(["warn", "info"]));

  await one.stop("SIGKILL");
  const killed = { requests: simulator.requests(PATH), other: await countsOf(other) };
  await eventually(() => expect(simulator.requests(PATH)).toBeGreaterThanOrEqual(killed.requests + 4), {
    timeoutMs: 60_000,
  });
  const alone = await countsOf(other);
  expect(alone.taken).toBe(killed.other.taken);
  expect(alone.failed).toBeGreaterThanOrEqual(3);
  expect(await quotasOf(other)).toEqual(MONEY);
  expect(peerLines(other).at(-1)).toBe("warn");

  await using _back = await startReplica(port, otherPort);
  await eventually(async () => expect(peerLines(other).at(-1)).toBe("info"), { timeoutMs: 30_000 });
  const shown = `${other.logs()}${await other.metrics()}`;
  expect(shown).not.toContain(KEY);
});
