import { once } from "node:events";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { deepseek } from "../../src/demo/deepseek.ts";
import { type Simulator, startSimulator } from "../../src/demo/simulator.ts";
import { runCommand } from "../support/command-line.ts";
import { startDaemon } from "../support/daemon.ts";
import { eventually } from "../support/eventually.ts";
import { quickConfig } from "../support/quick-config.ts";

let simulator: Simulator;

beforeAll(async () => {
  simulator = await startSimulator(deepseek({ key: "key-money", balances: {} }));
  await simulator.setMode("hang");
});

afterAll(() => simulator.stop());

const hangingAccount = () =>
  quickConfig([{ name: "money", provider: "deepseek", key: "key-money", baseUrl: simulator.baseUrl }], {
    timeout: "1m",
  });

describe("serve", () => {
  it("exits 1 with one line when its port is taken, without reading any account", async () => {
    const occupant = createServer().listen(0, "127.0.0.1");
    await once(occupant, "listening");
    const { port } = occupant.address() as AddressInfo;
    const { configText, env } = hangingAccount();

    const result = await runCommand(["serve", "--config.file=config.yaml", `--web.listen-address=127.0.0.1:${port}`], {
      files: { "config.yaml": configText },
      env,
    });
    occupant.close();

    expect(result).toEqual({
      code: 1,
      stdout: "",
      stderr: `127.0.0.1:${port} is in use: stop the other process or set web.listen_address\n`,
    });
    expect(simulator.requests("/user/balance")).toBe(0);
  });

  it.each(["SIGTERM", "SIGINT"] as const)(
    "ends within 5 s of %s with exit code 0, also while a provider hangs",
    async (signal) => {
      const before = simulator.requests("/user/balance");
      await using daemon = await startDaemon({ ...hangingAccount(), readyPath: "/-/healthy" });
      await eventually(() => expect(simulator.requests("/user/balance")).toBe(before + 1));
      const ready = await daemon.get("/-/ready");

      const askedAt = performance.now();
      const ended = await daemon.stop(signal);

      expect(ended).toEqual({ code: 0, signal: null });
      expect(performance.now() - askedAt).toBeLessThan(5000);
      expect(ready.status).toBe(503);
      const lines = daemon.logs().trimEnd().split("\n");
      expect(lines.map((line): unknown => JSON.parse(line).msg)).toEqual(["listening", "stopping"]);
    },
  );

  it("ends in order though it is told to reload while it stops", async () => {
    await using daemon = await startDaemon({ ...hangingAccount(), readyPath: "/-/healthy" });
    process.kill(daemon.pid, "SIGTERM");

    // Not a second SIGTERM: that one ends a daemon at once, whatever it still has to do.
    expect(await daemon.stop("SIGHUP")).toEqual({ code: 0, signal: null });
    expect(daemon.logs()).not.toMatch(/fatal|reloaded/);
  });
});
