import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { STATES } from "../../src/quota/state.ts";
import { QUOTAS_DOCUMENT } from "../../src/server/schemas/quotas.ts";
import { COMPILE_CACHE, MAIN, NODE } from "../support/command-line.ts";
import { eventually } from "../support/eventually.ts";
import { parseExposition } from "../support/exposition.ts";
import { freePort } from "../support/free-port.ts";
import { type RunningProcess, startProcess } from "../support/processes.ts";

let url: string;
let demo: RunningProcess;

beforeAll(async () => {
  const port = await freePort();
  url = `http://127.0.0.1:${port}`;
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

/** The first reads are spread over up to 10 s. */
const PATIENCE = { timeoutMs: 60_000 };

const text = async (path: string) => (await fetch(`${url}${path}`)).text();

describe("the demo", () => {
  it("shows all seven providers", async () => {
    const providers = await eventually(async () => {
      const samples = parseExposition(await text("/metrics"));
      const up = samples.filter(({ name, value }) => name === "llm_quota_account_up" && value === 1);
      expect(up).toHaveLength(11);
      return new Set(up.map(({ labels }) => labels["provider"]));
    }, PATIENCE);

    expect(providers).toEqual(
      new Set(["anthropic", "chutes", "deepseek", "nanogpt", "ollama", "openai", "openrouter"]),
    );
  });

  it("shows the quotas that response headers tell, and what asking for them costs", async () => {
    await eventually(async () => {
      const samples = parseExposition(await text("/metrics"));
      const told = samples.filter(({ name, labels }) => name === "llm_quota_info" && labels["source"] === "probe");
      const names = told.map(({ labels }) => `${labels["account"]} ${labels["quota"]}`);
      expect(names.toSorted()).toEqual([
        "agents input_tokens",
        "agents output_tokens",
        "agents requests",
        "chat-backend requests",
        "chat-backend tokens",
      ]);
      const spent = samples.filter(({ name, value }) => name === "llm_quota_probe_tokens_total" && value > 0);
      expect(new Set(spent.map(({ labels }) => labels["account"]))).toEqual(new Set(["agents", "chat-backend"]));
    }, PATIENCE);
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
      const listed = [...page.matchAll(/<h2[^>]*><a[^>]*><bdi>([^<]*)<\/bdi>/g)].map(([, name = ""]) => name);

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
