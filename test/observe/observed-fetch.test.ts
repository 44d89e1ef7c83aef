import { describe, expect, it } from "vitest";
import { observedFetch, observeInterceptor } from "../../src/observe/index.ts";
import { NODE, runProgram } from "../support/command-line.ts";
import { eventually } from "../support/eventually.ts";
import { freePort } from "../support/free-port.ts";
import { neverAnswer, type Respond, sendJson, startServer } from "../support/json-server.ts";
import { startExporter } from "./exporter.ts";

const KEY = "sk-proj-canary-0123456789abcdef";
const CALL = { method: "POST", headers: { authorization: `Bearer ${KEY}` }, body: "{}" };
const LIMITS = { "x-ratelimit-limit-requests": "500", "x-ratelimit-remaining-requests": "499" };

/** What an answer of a provider makes the exporter hear of. */
async function toldOf(respond: Respond, path = "/v1/chat/completions", init: RequestInit = CALL) {
  await using upstream = await startServer(respond);
  await using exporter = await startExporter();
  const ask = observedFetch(fetch, { url: exporter.url, account: "team-a" });
  const response = await ask(`${upstream.url}${path}`, init);
  const body = await response.text();
  // What is read beside the caller may end after it.
  if (init.method === "POST") {
    await eventually(async () => {
      await ask.flush();
      expect(exporter.told()).toHaveLength(1);
    });
  }
  await ask.close();
  return { body, told: exporter.told(), requests: exporter.requests };
}

const OPENAI = { model: "gpt-5", usage: { prompt_tokens: 12, completion_tokens: 34 } };

describe("an observed fetch", () => {
  it("gives the answer as it came, and tells its limits, model and cost", async () => {
    const { body, told, requests } = await toldOf((_, response) => sendJson(response, OPENAI, 200, LIMITS));

    expect(JSON.parse(body)).toEqual(OPENAI);
    expect(told).toEqual([
      {
        account: "team-a",
        status: 200,
        headers: { ...LIMITS, date: expect.stringMatching(/GMT$/) },
        model: "gpt-5",
        usage: { input_tokens: 12, output_tokens: 34 },
      },
    ]);
    expect(requests[0]).toMatchObject({ method: "POST", path: "/api/v1/observations" });
    expect(requests[0]?.headers).not.toHaveProperty("authorization");
  });

  it.each([
    [
      "OpenAI's newer API",
      { model: "m", usage: { input_tokens: 1, output_tokens: 2 } },
      { input_tokens: 1, output_tokens: 2 },
    ],
    [
      "Anthropic, where the cache is not part of the input",
      {
        model: "m",
        usage: { input_tokens: 1, cache_creation_input_tokens: 10, cache_read_input_tokens: 100, output_tokens: 2 },
      },
      { input_tokens: 111, output_tokens: 2 },
    ],
    [
      "Gemini, where thoughts are not part of the candidates",
      { modelVersion: "m", usageMetadata: { promptTokenCount: 3, candidatesTokenCount: 4, thoughtsTokenCount: 5 } },
      { input_tokens: 3, output_tokens: 9 },
    ],
    [
      "an embedding, which has no output",
      { model: "m", usage: { prompt_tokens: 8, total_tokens: 8 } },
      { input_tokens: 8 },
    ],
    ["numbers that are none", { model: "m", usage: { prompt_tokens: -1, completion_tokens: "9" } }, undefined],
    ["no usage", { model: "m" }, undefined],
  ])("tells the cost of a call: %s", async (_name, answer, usage) => {
    const { told } = await toldOf((_, response) => sendJson(response, answer));

    expect(told[0]).toMatchObject({ model: "m" });
    expect(told[0]?.usage).toEqual(usage);
  });

  it("leaves a stream alone, and tells what its head says", async () => {
    const { body, told } = await toldOf((_, response) => {
      response.writeHead(200, { "content-type": "text/event-stream", ...LIMITS });
      response.end('data: {"model":"gpt-5"}\n\n');
    });

    expect(body).toBe('data: {"model":"gpt-5"}\n\n');
    expect(told).toEqual([{ account: "team-a", status: 200, headers: expect.objectContaining(LIMITS) }]);
  });

  it("tells of an answer that is too large without what it cost", async () => {
    const large = { ...OPENAI, text: "x".repeat(400_000) };
    const { body, told } = await toldOf((_, response) => sendJson(response, large));

    expect(JSON.parse(body)).toEqual(large);
    expect(told[0]).not.toHaveProperty("usage");
  });

  it("tells the body of a refusal without the key that it repeats", async () => {
    const error = { error: { code: "insufficient_quota", message: `for ${KEY}` } };
    const { told } = await toldOf((_, response) => sendJson(response, error, 429, { "retry-after": "7" }));

    expect(told[0]).toMatchObject({ status: 429, headers: { "retry-after": "7" } });
    expect(told[0]?.error).toEqual({ error: { code: "insufficient_quota", message: "for [secret]" } });
  });

  it.each([
    ["of a refused key", 401, { error: { message: "bad" } }],
    ["of a provider that is down", 503, { error: { message: "down" } }],
    ["that is long", 429, { error: { message: "x".repeat(20_000) } }],
  ])("keeps a body to itself: one %s", async (_name, status, body) => {
    const { told } = await toldOf((_, response) => sendJson(response, body, status));

    expect(told).toEqual([{ account: "team-a", status, headers: expect.anything() }]);
  });

  it("tells no header but those of limits", async () => {
    const { requests } = await toldOf((_, response) =>
      sendJson(response, OPENAI, 200, {
        ...LIMITS,
        "set-cookie": "session=canary-cookie",
        "openai-organization": "canary-org",
        "x-request-id": "canary-id",
        "x-ratelimit-key": KEY,
        "x-ratelimit-limit-canary": "0123456789abcdefghijklmnopqrstuvwxyz",
      }),
    );

    expect(requests.map(({ body }) => body).join()).not.toMatch(/canary|0123456789/);
    expect(requests.map(({ body }) => body).join()).toContain("x-ratelimit-limit-requests");
  });

  it.each([
    ["by its path, of Gemini", "/v1beta/models/gemini-3-pro:generateContent", "gemini-3-pro"],
    ["by its path, of Azure", "/openai/deployments/prod-gpt/chat/completions?api-version=1", "prod-gpt"],
  ])("knows the model of a call %s", async (_name, path, model) => {
    const { told } = await toldOf((_, response) => sendJson(response, {}), path);

    expect(told[0]).toMatchObject({ model });
  });

  it.each([
    ["GET", "/v1/models"],
    ["HEAD", "/v1/models"],
  ])("tells nothing of what uses no quota: %s %s", async (method, path) => {
    const { told } = await toldOf((_, response) => sendJson(response, {}, 200, LIMITS), path, { method });

    expect(told).toEqual([]);
  });

  it("tells nothing of an answer that only names another address", async () => {
    await using exporter = await startExporter();
    const moved = new Response(null, { status: 307, headers: { location: "https://elsewhere.example" } });
    const ask = observedFetch(async () => moved, { url: exporter.url, account: "a" });

    expect(await ask("https://api.example/v1", CALL)).toBe(moved);
    await ask.close();
    expect(exporter.requests).toEqual([]);
  });

  it("asks a function which account a call is of, and leaves out those of none", async () => {
    await using upstream = await startServer((_, response) => sendJson(response, {}));
    await using exporter = await startExporter();
    const account = ({ pathname }: URL) => (pathname === "/elsewhere" ? undefined : `account${pathname}`);
    const ask = observedFetch(fetch, { url: exporter.url, account });

    for (const path of ["/a", "/elsewhere", "/b"]) await (await ask(new URL(`${upstream.url}${path}`), CALL)).text();
    await eventually(async () => {
      await ask.flush();
      expect(exporter.told().map((call) => call.account)).toEqual(["account/a", "account/b"]);
    });
  });

  it("fails as the fetch below it does, and tells nothing then", async () => {
    await using exporter = await startExporter();
    const ask = observedFetch(() => Promise.reject(new Error("no route to host")), { url: exporter.url, account: "a" });

    await expect(ask("http://upstream.example", CALL)).rejects.toThrow("no route to host");
    await ask.close();
    expect(exporter.requests).toEqual([]);
  });

  it("never fails a call for a fault of what is told", async () => {
    const ask = observedFetch(async () => Response.json(OPENAI), {
      url: `http://127.0.0.1:${await freePort()}`,
      account: () => {
        throw new Error("a fault of the caller's own function");
      },
    });

    await expect((await ask("https://api.example/v1", CALL)).json()).resolves.toEqual(OPENAI);
    await expect((await ask("no address", CALL)).json()).resolves.toEqual(OPENAI);
    await ask.close();
  });
});

describe("what waits to be told", () => {
  const answered = async () => new Response(null, { status: 200 });

  it("goes in batches, with the token", async () => {
    await using exporter = await startExporter();
    const ask = observedFetch(answered, { url: `${exporter.url}/`, account: "a", token: "token-of-the-exporter" });

    await Promise.all(Array.from({ length: 250 }, () => ask("https://api.example/v1", CALL)));
    await ask.close();

    expect(exporter.told()).toHaveLength(250);
    expect(exporter.requests.length).toBeLessThanOrEqual(5);
    expect(new Set(exporter.requests.map(({ headers }) => headers.authorization))).toEqual(
      new Set(["Bearer token-of-the-exporter"]),
    );
  });

  it("goes by itself, without a flush", async () => {
    await using exporter = await startExporter();
    const ask = observedFetch(answered, { url: exporter.url, account: "a" });

    await ask("https://api.example/v1", CALL);

    await eventually(() => expect(exporter.told()).toHaveLength(1));
    await ask.close();
  });

  it("is bounded: the oldest are let go, and told of", async () => {
    const dropped: unknown[] = [];
    const options = { url: `http://127.0.0.1:${await freePort()}`, account: "a", maxQueued: 10 };
    const ask = observedFetch(answered, { ...options, onDrop: (...told) => dropped.push(told) });

    for (let index = 0; index < 15; index++) await ask("https://api.example/v1", CALL);
    expect(dropped).toEqual(Array.from({ length: 5 }, () => [1, "full"]));
    await ask.close();

    expect(dropped.at(-1)).toEqual([10, "closed"]);
  });

  it("is told again when the exporter is back, and once", async () => {
    let isDown = true;
    await using exporter = await startExporter((_, response) => sendJson(response, {}, isDown ? 503 : 200));
    const ask = observedFetch(answered, { url: exporter.url, account: "a" });

    await ask("https://api.example/v1", CALL);
    await ask.flush();
    expect(exporter.told()).toEqual([]);
    isDown = false;
    await ask.flush();
    await ask.flush();

    expect(exporter.told()).toHaveLength(1);
    await ask.close();
  });

  it("is let go when the exporter refuses it", async () => {
    const dropped: unknown[] = [];
    await using exporter = await startExporter((_, response) => sendJson(response, {}, 403));
    const onDrop = (...told: unknown[]) => {
      dropped.push(told);
      throw new Error("a fault of the caller's own function");
    };
    const ask = observedFetch(answered, { url: exporter.url, account: "a", onDrop });

    await ask("https://api.example/v1", CALL);
    await ask.close();

    expect(dropped).toEqual([[1, "refused"]]);
    expect(exporter.requests).toHaveLength(1);
  });

  it("keeps no process alive, however long the exporter takes", async () => {
    await using exporter = await startExporter(neverAnswer);
    await using upstream = await startServer((_, response) => sendJson(response, OPENAI));
    const script = `
      import { observedFetch } from ${JSON.stringify(new URL("../../src/observe/index.ts", import.meta.url).href)};
      const ask = observedFetch(fetch, { url: ${JSON.stringify(exporter.url)}, account: "a" });
      for (let index = 0; index < 150; index++)
        await (await ask(${JSON.stringify(upstream.url)}, { method: "POST" })).text();
      console.log("done");
    `;

    const { code, stdout, stderr } = await runProgram(NODE, ["--input-type=module", "--eval", script]);

    expect({ code, stdout, stderr }).toEqual({ code: 0, stdout: "done\n", stderr: "" });
  });

  it("is all sent before a program ends that asks for it", async () => {
    await using exporter = await startExporter();
    const script = `
      import { observedFetch } from ${JSON.stringify(new URL("../../src/observe/index.ts", import.meta.url).href)};
      const ask = observedFetch(async () => new Response(null), { url: ${JSON.stringify(exporter.url)}, account: "a" });
      for (let index = 0; index < 250; index++) await ask("https://api.example/v1", { method: "POST" });
      await ask.close();
    `;

    const { code } = await runProgram(NODE, ["--input-type=module", "--eval", script]);

    expect(code).toBe(0);
    expect(exporter.told()).toHaveLength(250);
  });
});

describe("a mistake in the options", () => {
  it.each([
    ["url", { url: "127.0.0.1:10844", account: "a" }],
    ["url", { url: "file:///etc", account: "a" }],
    ["token", { url: "http://127.0.0.1:10844", account: "a", token: "two words" }],
  ])("is told at once: %s", (name, options) => {
    expect(() => observedFetch(fetch, options)).toThrow(new RegExp(`^${name} needs`));
    expect(() => observeInterceptor(options)).toThrow(new RegExp(`^${name} needs`));
  });
});
