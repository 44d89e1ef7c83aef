import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { STATES } from "../../src/quota/state.ts";
import { COMPILE_CACHE, MAIN, NODE } from "../support/command-line.ts";
import { eventually } from "../support/eventually.ts";
import { parseExposition } from "../support/exposition.ts";
import { freePort } from "../support/free-port.ts";
import { type RunningProcess, startProcess } from "../support/processes.ts";
import { QUOTAS_DOCUMENT } from "../support/quotas-document-schema.ts";

let url: string;
let demo: RunningProcess;
let startedAt: number;

beforeAll(async () => {
  const port = await freePort();
  url = `http://127.0.0.1:${port}`;
  startedAt = performance.now();
  demo = await startProcess({
    name: "demo",
    command: NODE,
    args: () => [MAIN, "demo", `--web.listen-address=127.0.0.1:${port}`],
    files: {},
    env: COMPILE_CACHE,
    readyUrl: `${url}/-/healthy`,
  });
});

afterAll(() => demo?.stop());

const text = async (path: string) => (await fetch(`${url}${path}`)).text();

describe("the demo", () => {
  it("shows all three providers within 15 s of its start", async () => {
    const patience = { timeoutMs: 15_000 - (performance.now() - startedAt) };

    const providers = await eventually(async () => {
      const samples = parseExposition(await text("/metrics"));
      const up = samples.filter(({ name, value }) => name === "llm_quota_account_up" && value === 1);
      expect(up).toHaveLength(7);
      return new Set(up.map(({ labels }) => labels["provider"]));
    }, patience);

    expect(providers).toEqual(new Set(["deepseek", "nanogpt", "ollama"]));
    expect(performance.now() - startedAt).toBeLessThan(15_000);
  });

  it("lists the accounts by urgency", async () => {
    await eventually(async () => {
      const [page, json] = await Promise.all([text("/"), text("/api/v1/quotas")]);
      const { accounts } = QUOTAS_DOCUMENT.parse(JSON.parse(json));
      const worst = new Map(
        accounts.map(({ account, quotas }) => [
          account,
          Math.min(...quotas.map(({ state }) => STATES.indexOf(state)), STATES.length),
        ]),
      );
      const listed = [...page.matchAll(/<h2[^>]*><bdi>([^<]*)<\/bdi>/g)].map(([, name = ""]) => name);

      expect(listed.toSorted()).toEqual([...worst.keys()].toSorted());
      const urgencies = listed.map((name) => worst.get(name) ?? -1);
      expect(urgencies).toEqual(urgencies.toSorted((one, other) => one - other));
      expect(new Set(urgencies).size, "different urgencies").toBeGreaterThanOrEqual(3);
    });
  });

  it("says where to look", () => {
    expect(demo.output()).toContain(`open ${url}/ or curl ${url}/metrics`);
  });

  it("ends with exit code 0 when it is asked to", async () => {
    expect(await demo.stop("SIGTERM")).toEqual({ code: 0, signal: null });
  });
});
