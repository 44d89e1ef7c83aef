import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { SimulatedBalance } from "../../src/demo/balance.ts";
import { deepseek } from "../../src/demo/deepseek.ts";
import { nanogpt } from "../../src/demo/nanogpt.ts";
import { type Simulator, startSimulator } from "../../src/demo/simulator.ts";
import { SimulatedWindow } from "../../src/demo/window.ts";
import { type Daemon, startDaemon } from "../support/daemon.ts";
import { type EventStream, openEventStream } from "../support/event-stream.ts";
import { eventually } from "../support/eventually.ts";
import { type Promised, readPromised } from "../support/openapi.ts";
import { type QuickAccount, quickConfig } from "../support/quick-config.ts";

const KEY = "sk-events-0123456789";
const DAY = 86_400;
/** Accounts are read every second, but CI is slow. */
const PATIENCE = { timeoutMs: 30_000 };
const stack = new AsyncDisposableStack();
const window = new SimulatedWindow({ limit: 1000, periodSeconds: DAY });
let promised: Promised;
let money: Simulator;
let windows: Simulator;
let configFile: string;
let daemon: Daemon;

const wallet = (name: string): QuickAccount => ({ name, provider: "deepseek", key: KEY, baseUrl: money.baseUrl });
const windowed = (): QuickAccount => ({
  name: "window",
  provider: "nanogpt",
  key: KEY,
  periods: { daily_input_tokens: DAY },
  baseUrl: windows.baseUrl,
});

const start = (port?: number) => {
  const { env } = quickConfig([wallet("money"), windowed(), wallet("second")]);
  return startDaemon({
    configText: "",
    env,
    args: [`--config.file=${configFile}`],
    ...(port !== undefined && { port }),
  });
};

beforeAll(async () => {
  promised = await readPromised();
  money = await startSimulator(deepseek({ key: KEY, balances: { USD: new SimulatedBalance({ amount: 25 }) } }));
  stack.defer(() => money.stop());
  windows = await startSimulator(nanogpt({ key: KEY, dailyInputTokens: window }));
  stack.defer(() => windows.stop());
  const folder = mkdtempSync(join(tmpdir(), "llm-quota-test-events-"));
  stack.defer(() => rmSync(folder, { recursive: true, force: true }));
  configFile = join(folder, "config.yaml");
  writeFileSync(configFile, quickConfig([wallet("money"), windowed()]).configText);
  daemon = await start();
  stack.defer(async () => void (await daemon.stop()));
});

afterAll(() => stack.disposeAsync());

const follow = (query = "", lastEventId?: string) =>
  openEventStream(`${daemon.url}/api/v1/events${query}`, lastEventId);

/** Waits for an event that is like this one. */
const heard = (stream: EventStream, event: string, data: object) =>
  eventually(
    () =>
      expect(stream.events()).toContainEqual(expect.objectContaining({ event, data: expect.objectContaining(data) })),
    PATIENCE,
  );

describe("the events of the real daemon", () => {
  it("tell that an account can no longer be read, and that it can again, to who asked for it", async () => {
    using all = await follow();
    using other = await follow("?provider=nanogpt");
    await money.setMode("status:401");
    await heard(all, "account", { account: "money", after: { up: false, reason: "auth" } });
    await heard(all, "alert", {
      alert: "LLMQuotaCredentialRejected",
      severity: "critical",
      change: "began",
      quota: null,
    });
    await money.setMode("ok");
    await heard(all, "account", { before: { up: false, reason: "auth" }, after: { up: true, reason: null } });
    await heard(all, "alert", { alert: "LLMQuotaCredentialRejected", change: "ended" });

    for (const { event, data } of all.events()) promised.checkEvent(event, data);
    expect(other.events()).toEqual([]);
    expect(all.text()).not.toContain(KEY);
  });

  it("tell that a quota is exhausted, as the quotas do then", async () => {
    using stream = await follow("?account=window");
    window.use(1000);
    await heard(stream, "alert", { alert: "LLMQuotaExhausted", quota: "daily_input_tokens", change: "began" });

    const { data } = stream.events().findLast(({ event }) => event === "quota") ?? {};
    const document = (await (await daemon.get("/api/v1/quotas?account=window")).json()) as {
      accounts: { quotas: { state: string; severity: string; binding: boolean }[] }[];
    };
    const { state, severity, binding } = document.accounts[0]?.quotas[0] ?? {};
    expect(state).toBe("exhausted");
    expect(data).toMatchObject({ quota: "daily_input_tokens", after: { state, severity, binding } });
    for (const told of stream.events()) promised.checkEvent(told.event, told.data);
  });

  it("go on over a reload, and tell of it and of what it changed", async () => {
    using stream = await follow();
    writeFileSync(configFile, quickConfig([wallet("money"), windowed(), wallet("second")]).configText);
    process.kill(daemon.pid, "SIGHUP");
    await heard(stream, "account", {
      account: "second",
      before: { up: false, reason: null },
      after: { up: true, reason: null },
    });
    writeFileSync(configFile, quickConfig([wallet("money"), windowed()]).configText);
    process.kill(daemon.pid, "SIGHUP");
    await heard(stream, "account", { account: "second", before: { up: true, reason: null }, after: null });

    const told = stream.events().filter(({ event, data }) => event === "config" || data["account"] === "second");
    expect(told.map(({ event, data }) => [event, data["accounts"] ?? data["after"] !== null])).toEqual([
      ["config", 3],
      ["account", true],
      ["account", true],
      ["quota", true],
      ["config", 2],
      ["account", false],
      ["quota", false],
    ]);
    for (const { event, data } of told) promised.checkEvent(event, data);
    expect(stream.state()).toBe("open");
  });

  it("are told to who comes back, each once", async () => {
    using before = await follow("?account=money");
    await eventually(() => expect(before.lastId()).toBeDefined());
    before[Symbol.dispose]();
    using witness = await follow("?account=money");
    await money.setMode("status:500");
    await heard(witness, "account", { after: { up: false, reason: "server" } });
    await money.setMode("ok");
    await heard(witness, "account", { after: { up: true, reason: null } });

    using back = await follow("?account=money", before.lastId());
    await eventually(() => expect(back.events()).toEqual(witness.events()));
    expect(back.events().map(({ event }) => event)).toEqual(["account", "account"]);
  });

  it.each(["SIGTERM", "SIGINT"] as const)("end in order at %s, and the daemon with them", async (signal) => {
    using stream = await follow();
    await eventually(() => expect(stream.lastId()).toBeDefined());
    const { port } = daemon;

    // One that does not end by itself is killed, and then has no exit code.
    expect(await daemon.stop(signal)).toEqual({ code: 0, signal: null });
    await eventually(() => expect(stream.state()).toBe("ended"));
    daemon = await start(port);
    using back = await follow("", stream.lastId());
    await eventually(() => expect(back.events()).toMatchObject([{ event: "gap", data: { lost: null } }]));
    promised.checkEvent("gap", back.events()[0]?.data);
  });
});
