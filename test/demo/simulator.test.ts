import { afterEach, describe, expect, it } from "vitest";
import { ollama } from "../../src/demo/ollama.ts";
import { type Simulator, type SimulatorOptions, startSimulator } from "../../src/demo/simulator.ts";
import { handClock } from "./hand-clock.ts";

const running: Simulator[] = [];

async function start(options: SimulatorOptions = {}): Promise<Simulator> {
  const simulator = await startSimulator(ollama(["qwen3:14b"]), options);
  running.push(simulator);
  return simulator;
}

afterEach(async () => {
  await Promise.all(running.splice(0).map((simulator) => simulator.stop()));
});

function call(simulator: Simulator, path = "/api/version"): Promise<Response> {
  return fetch(`${simulator.baseUrl}${path}`, { signal: AbortSignal.timeout(500) });
}

describe("a simulator", () => {
  it("answers with the status and the body of the provider's own failure", async () => {
    const simulator = await start();

    await simulator.setMode("status:503");
    const response = await call(simulator);

    expect(response.status).toBe(503);
    expect(await response.json()).toEqual({ error: "simulated status 503" });
  });

  it("dates its answers by its own clock", async () => {
    const { clock, pass } = handClock();
    const simulator = await start({ clock });
    pass(90);

    const response = await call(simulator);

    expect(response.headers.get("date")).toBe("Sat, 21 Nov 2026 12:01:30 GMT");
  });

  it("says with a 429 how long to wait", async () => {
    const simulator = await start();

    await simulator.setMode("status:429", { retryAfterSeconds: 30 });
    const response = await call(simulator);

    expect([response.status, response.headers.get("retry-after")]).toEqual([429, "30"]);
  });

  it("answers with a page where JSON is expected", async () => {
    const simulator = await start();

    await simulator.setMode("html");
    const response = await call(simulator);

    expect([response.status, response.headers.get("content-type")]).toEqual([200, "text/html; charset=utf-8"]);
    expect(await response.text()).toMatch(/^<!doctype html>/);
  });

  it("takes a call and never answers it", async () => {
    const simulator = await start();

    await simulator.setMode("hang");

    await expect(call(simulator)).rejects.toThrow("timeout");
    expect(simulator.requests("/api/version")).toBe(1);
  });

  it("refuses connections, and takes them again on the same port", async () => {
    const simulator = await start();

    await simulator.setMode("refuse");
    await expect(call(simulator)).rejects.toMatchObject({ cause: { code: "ECONNREFUSED" } });
    await simulator.setMode("ok");

    expect((await call(simulator)).status).toBe(200);
  });

  it("follows its script by the clock, until a mode is set by hand", async () => {
    const { clock, pass } = handClock();
    const script = [
      { fromSeconds: 120, mode: "status:500" },
      { fromSeconds: 420, mode: "ok" },
    ] as const;
    const simulator = await start({ clock, script });
    const statuses: number[] = [];
    const look = async () => statuses.push((await call(simulator)).status);

    await look();
    pass(120);
    await look();
    pass(300);
    await look();
    await simulator.setMode("status:403");
    await look();

    expect(statuses).toEqual([200, 500, 200, 403]);
  });

  it("counts the calls of each path, without the query", async () => {
    const simulator = await start();

    await call(simulator, "/api/tags?x=1");
    await call(simulator, "/api/tags");
    await call(simulator, "/api/nothing");

    expect(["/api/tags", "/api/nothing", "/api/version"].map(simulator.requests)).toEqual([2, 1, 0]);
  });

  it("stops with calls still open", async () => {
    const simulator = await start();
    await simulator.setMode("hang");
    const open = expect(call(simulator)).rejects.toThrow();
    await expect.poll(() => simulator.requests("/api/version")).toBe(1);

    await simulator.stop();

    await open;
  });
});
