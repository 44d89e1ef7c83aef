import { spawnSync } from "node:child_process";
import { fileURLToPath } from "node:url";
import OpenAI from "openai";
import { Agent, request } from "undici";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { observedFetch, observeInterceptor } from "../../src/observe/index.ts";
import { NODE, runProgram } from "../support/command-line.ts";
import { type Daemon, startDaemon } from "../support/daemon.ts";
import { eventually } from "../support/eventually.ts";
import { valuesOf } from "../support/exposition.ts";
import { type LocalServer, sendJson, startServer } from "../support/json-server.ts";

const KEY = "sk-canary-of-the-key";
const ROOT = fileURLToPath(new URL("../../", import.meta.url));

let upstream: LocalServer;
let daemon: Daemon;

const ANSWER = {
  id: "chatcmpl-1",
  object: "chat.completion",
  created: 1_795_000_000,
  model: "gpt-5",
  choices: [{ index: 0, finish_reason: "stop", message: { role: "assistant", content: "canary-of-what-was-said" } }],
  usage: { prompt_tokens: 11, completion_tokens: 3, total_tokens: 14 },
};

beforeAll(async () => {
  upstream = await startServer(({ method, path }, response) => {
    if (method !== "POST") sendJson(response, { error: { message: "not here" } }, 404);
    else if (path.startsWith("/v1/messages"))
      sendJson(response, { model: "claude-opus-5", usage: { input_tokens: 5, output_tokens: 7 } }, 200, {
        "anthropic-ratelimit-requests-limit": "50",
        "anthropic-ratelimit-requests-remaining": "49",
        "anthropic-ratelimit-requests-reset": new Date(Date.now() + 60_000).toISOString(),
      });
    else
      sendJson(response, ANSWER, 200, {
        "x-ratelimit-limit-requests": "500",
        "x-ratelimit-remaining-requests": "432",
        "x-ratelimit-reset-requests": "1m0s",
        "set-cookie": "canary-of-a-cookie=1",
      });
  });
  const account = (name: string, provider: string) => ({
    ...{ name, provider, base_url: upstream.url, api_key_env: "TEST_KEY" },
  });
  const config = {
    state: { memory: true },
    accounts: [
      account("sdk-openai", "openai"),
      account("app-anthropic", "anthropic"),
      account("team-openai", "openai"),
    ],
  };
  daemon = await startDaemon({
    configText: JSON.stringify(config),
    env: { TEST_KEY: KEY },
    readyPath: "/-/healthy",
    args: ["--log.level=debug"],
  });
});
afterAll(async () => {
  await daemon?.stop();
  await upstream?.[Symbol.asyncDispose]();
});

describe("a program that tells the exporter of its calls", () => {
  it("does so with the official openai package and an observed fetch", async () => {
    const observed = observedFetch(fetch, { url: daemon.url, account: "sdk-openai" });
    const client = new OpenAI({ apiKey: KEY, baseURL: `${upstream.url}/v1`, fetch: observed, maxRetries: 0 });

    const answer = await client.chat.completions.create({
      model: "gpt-5",
      messages: [{ role: "user", content: "hi" }],
    });

    expect(answer.choices[0]?.message.content).toBe("canary-of-what-was-said");
    await eventually(async () => {
      await observed.flush();
      const page = await daemon.metrics();
      expect(valuesOf(page, "llm_quota_remaining", { account: "sdk-openai", quota: "requests" })).toEqual([432]);
      const labels = { account: "sdk-openai", model: "gpt-5" };
      expect(valuesOf(page, "llm_quota_observed_requests_total", labels)).toEqual([1]);
      expect(valuesOf(page, "llm_quota_observed_tokens_total", { ...labels, direction: "input" })).toEqual([11]);
      expect(valuesOf(page, "llm_quota_observed_tokens_total", { ...labels, direction: "output" })).toEqual([3]);
    });
    await observed.close();
  });

  it("does so with undici and the interceptor", async () => {
    const observe = observeInterceptor({ url: daemon.url, account: "app-anthropic" });
    const agent = new Agent();
    const headers = { "x-api-key": KEY, "content-type": "application/json" };

    const { body } = await request(`${upstream.url}/v1/messages`, {
      ...{ method: "POST", headers, body: "{}", dispatcher: agent.compose(observe) },
    });
    expect(await body.json()).toMatchObject({ model: "claude-opus-5" });

    await eventually(async () => {
      await observe.flush();
      const page = await daemon.metrics();
      expect(valuesOf(page, "llm_quota_remaining", { account: "app-anthropic", quota: "requests" })).toEqual([49]);
    });
    await observe.close();
    await agent.close();
  });
});

describe("a program that knows nothing of it", () => {
  const INDEX = JSON.stringify(new URL("../../src/observe/index.ts", import.meta.url).href);
  const UNDICI = JSON.stringify(new URL("../../node_modules/undici/index.js", import.meta.url).href);
  const CALL = `(await fetch(process.argv[1], { method: "POST", body: "{}" })).json()`;

  it.each([
    [
      "undici 8",
      `const { Agent, setGlobalDispatcher } = await import(${UNDICI}); setGlobalDispatcher(new Agent().compose(observe));`,
    ],
    [
      "the undici 7 that this Node brings",
      `const KEY = Symbol.for("undici.globalDispatcher.1");
       await fetch(process.argv[1]);
       if (!process.versions.undici.startsWith("7.")) throw new Error(process.versions.undici);
       globalThis[KEY] = globalThis[KEY].compose(observe);`,
    ],
  ])("is observed where its dispatcher is: %s", async (_name, setUp) => {
    await using exporter = await startServer((_, response) => sendJson(response, {}));
    const script = `
      import { observeInterceptor } from ${INDEX};
      const observe = observeInterceptor({ url: ${JSON.stringify(exporter.url)}, account: "a" });
      ${setUp}
      console.log((await ${CALL}).model);
      await observe.close();
    `;

    const ended = await runProgram(NODE, ["--input-type=module", "--eval", script, `${upstream.url}/v1/messages`]);

    expect(ended).toEqual({ code: 0, stdout: "claude-opus-5\n", stderr: "" });
    expect(exporter.requests.flatMap(({ body }) => JSON.parse(body).observations)).toMatchObject([
      { account: "a", status: 200, model: "claude-opus-5", usage: { input_tokens: 5, output_tokens: 7 } },
    ]);
  });
});

/** Undefined where it is not installed: what it is needed for is left out then. */
const python = ["python3", "python"].find((name) => spawnSync(name, ["--version"]).status === 0);

describe.skipIf(python === undefined)("the callback for LiteLLM", () => {
  const run = (...args: string[]) =>
    runProgram(python ?? "", [`${ROOT}test/integration/litellm-driver.py`, `${ROOT}deploy/litellm`, ...args]);

  it("tells what LiteLLM hands over: the limits of a call are on the page at once", async () => {
    expect(await run(daemon.url)).toEqual({ code: 0, stdout: "0 0\n", stderr: "" });

    const page = await daemon.metrics();
    expect(valuesOf(page, "llm_quota_remaining", { account: "team-openai", quota: "requests" })).toEqual([321]);
    expect(valuesOf(page, "llm_quota_limit", { account: "team-openai", quota: "requests" })).toEqual([500]);
    const labels = { account: "team-openai", model: "gpt-5" };
    expect(valuesOf(page, "llm_quota_observed_requests_total", labels)).toEqual([1]);
    expect(valuesOf(page, "llm_quota_observed_tokens_total", { ...labels, direction: "input" })).toEqual([120]);
  });

  it("posts the name of the account, the cost and the limits, and nothing else", async () => {
    await using exporter = await startServer((_, response) => sendJson(response, {}));

    expect(await run(exporter.url, "with-a-refusal")).toEqual({ code: 0, stdout: "0 0\n", stderr: "" });

    const at = expect.stringMatching(/^\d{4}-\d\d-\d\dT[\d:.]+Z$/);
    expect(exporter.requests.flatMap(({ body }) => JSON.parse(body).observations)).toEqual([
      {
        ...{ account: "team-openai", at, status: 200, model: "gpt-5" },
        headers: { "x-ratelimit-limit-requests": "500", "x-ratelimit-remaining-requests": "321" },
        usage: { input_tokens: 120, output_tokens: 30 },
      },
      {
        ...{ account: "team-openai", at, status: 429, model: "gpt-5-mini" },
        headers: { "retry-after": "20" },
        error: { error: { code: "insufficient_quota", message: "for [secret]" } },
      },
    ]);
  });

  it("loses nothing but what it must when the exporter is away", async () => {
    await using exporter = await startServer((_, response) => sendJson(response, {}, 503));

    const stderr = "llm-quota-exporter does not take observations for now: it answered 503\n";
    expect(await run(exporter.url)).toEqual({ code: 0, stdout: "0 1\n", stderr });
  });

  it.each([
    [401, "llm-quota-exporter refuses observations: it answered 401\n"],
    [422, "llm-quota-exporter refuses observations: it answered 422\n"],
  ])("says once in the log when the exporter refuses with %i", async (status, stderr) => {
    await using exporter = await startServer((_, response) => sendJson(response, {}, status));

    expect(await run(exporter.url, "with-a-refusal")).toEqual({ code: 0, stdout: "2 0\n", stderr });
  });
});

it("nothing of a call but its limits and its cost reaches the daemon's page, documents or log", async () => {
  const shown = [await daemon.metrics(), await (await daemon.get("/api/v1/quotas")).text(), daemon.logs()].join("\n");

  expect(shown).toContain("team-openai");
  expect(shown).not.toContain("canary");
});
