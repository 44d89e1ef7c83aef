import nock from "nock";
import { describe, expect, it } from "vitest";
import { baseUrlFromHost } from "../../../src/providers/ollama/host.ts";
import { ollama } from "../../../src/providers/ollama/ollama.ts";
import { readAccount } from "../read-account.ts";
import generated from "./fixtures/generate.200.json" with { type: "json" };
import tags from "./fixtures/tags.200.json" with { type: "json" };
import version from "./fixtures/version.200.json" with { type: "json" };

const HOST = "http://127.0.0.1:11434";

function readWith(body: object, settings: object = {}) {
  nock(HOST).get("/api/version").reply(200, version).get("/api/tags").reply(200, body);
  return readAccount({ ...ollama, connect: (connection) => ollama.connect(connection, settings) });
}

function answerProbe(model: string, status = 200, body: object = generated, headers: Record<string, string> = {}) {
  return nock(HOST)
    .post("/api/generate", { model, prompt: ".", stream: false, options: { num_predict: 1 } })
    .reply(status, body, headers);
}

describe("ollama", () => {
  it("has no quota, and says which models are there", async () => {
    expect(await readWith(tags)).toEqual({
      metered: false,
      readings: [],
      models: ["qwen3:8b", "gpt-oss:120b-cloud"],
    });
  });

  it.each<[how: string, body: object]>([
    ["an empty list", { models: [] }],
    ["null, as older servers do", { models: null }],
    ["nothing", {}],
  ])("is reachable when it says with %s that it has no model", async (_how, body) => {
    expect((await readWith(body)).models).toEqual([]);
  });

  it("takes an answer that tells other things instead of models for that of another server", async () => {
    await expect(readWith({ error: "no such page" })).rejects.toMatchObject({
      reason: "malformed",
      message: expect.stringContaining("$.models"),
    });
  });
});

describe("ollama without a probe", () => {
  it.each<[string, object]>([
    ["nothing about a probe", {}],
    ["probe: false", { probe: false }],
    ["a model to probe, but not to probe it", { probe_model: "qwen3:8b" }],
  ])("never generates with %s in its config", async (_, settings) => {
    const probe = answerProbe("qwen3:8b");

    expect(await readWith(tags, settings)).not.toHaveProperty("probe");

    expect(probe.isDone()).toBe(false);
    nock.cleanAll();
  });
});

describe("ollama with a probe", () => {
  it("has one token generated, and tells what that cost", async () => {
    answerProbe("qwen3:8b");

    expect(await readWith(tags, { probe: true })).toEqual({
      metered: false,
      readings: [],
      models: ["qwen3:8b", "gpt-oss:120b-cloud"],
      probe: { model: "qwen3:8b", inputTokens: 11, outputTokens: 1, latencyMs: expect.any(Number) },
    });
  });

  it("takes a count that is left out for 0, as the server does", async () => {
    answerProbe("qwen3:8b", 200, { response: "", done: true, eval_count: 1 });

    expect((await readWith(tags, { probe: true })).probe).toMatchObject({ inputTokens: 0, outputTokens: 1 });
  });

  it.each<{ name: string; settings?: object; models: object[]; asked: string }>([
    {
      name: "the smallest model",
      models: [{ name: "big", size: 900 }, { name: "unknown" }, { name: "small", size: 5 }],
      asked: "small",
    },
    {
      name: "no model that runs elsewhere",
      models: [
        { name: "cloud", size: 1, remote_host: "https://ollama.example" },
        { name: "here", size: 5 },
      ],
      asked: "here",
    },
    {
      name: "no model that cannot generate",
      models: [
        { name: "embed", size: 1, capabilities: ["embedding"] },
        { name: "text", size: 5, capabilities: ["completion"] },
      ],
      asked: "text",
    },
    {
      name: "a model of which an older server tells no more than the name",
      models: [{ name: "only", capabilities: null }],
      asked: "only",
    },
    {
      name: "the model that the config names, whatever it is",
      settings: { probe_model: "cloud" },
      models: [
        { name: "cloud", size: 1, remote_host: "https://ollama.example" },
        { name: "here", size: 5 },
      ],
      asked: "cloud",
    },
  ])("asks $name", async ({ settings, models, asked }) => {
    answerProbe(asked);

    expect((await readWith({ models }, { probe: true, ...settings })).probe).toMatchObject({ model: asked });
  });

  it.each<[string, object]>([
    ["no model", { models: [] }],
    ["only models of others", { models: [{ name: "cloud", remote_host: "https://ollama.example" }] }],
  ])("fails where the server has %s", async (_, body) => {
    await expect(readWith(body, { probe: true })).rejects.toMatchObject({
      reason: "client",
      message: "the server has no model of its own that could be probed",
    });
  });

  it.each<[problem: string, status: number, reason: string]>([
    ["has no such model", 404, "client"],
    ["is busy", 503, "server"],
    ["cannot load the model", 500, "server"],
    ["refuses for another's limit", 429, "rate_limited"],
  ])("fails where the server %s", async (_, status, reason) => {
    answerProbe("qwen3:8b", status, { error: "invented" });

    await expect(readWith(tags, { probe: true })).rejects.toMatchObject({ reason, status });
  });

  it("takes an answer that is not finished for a wrong one", async () => {
    answerProbe("qwen3:8b", 200, { ...generated, done: false });

    await expect(readWith(tags, { probe: true })).rejects.toMatchObject({
      reason: "malformed",
      message: expect.stringContaining("$.done"),
    });
  });

  it.each([["yes"], [1], [null]])("refuses %j for probe", (probe) => {
    const connection = { baseUrl: HOST, apiKey: undefined };

    expect(() => ollama.connect(connection, { probe })).toThrow(/boolean/);
  });
});

describe("baseUrlFromHost", () => {
  it.each([
    ["", "http://127.0.0.1:11434"],
    ["http://gpu.example:1234/", "http://gpu.example:1234"],
    ["gpu.example", "http://gpu.example:11434"],
    ["gpu.example:1234", "http://gpu.example:1234"],
    ["gpu.example:80", "http://gpu.example"],
    [":1234", "http://127.0.0.1:1234"],
    ["0.0.0.0", "http://127.0.0.1:11434"],
    ["0.0.0.0:1234", "http://127.0.0.1:1234"],
    ["http://0.0.0.0:1234", "http://127.0.0.1:1234"],
    ["[::]:1234", "http://[::1]:1234"],
    ["::1", "http://[::1]:11434"],
    ["http://gpu.example", "http://gpu.example"],
    ["HTTPS://gpu.example", "https://gpu.example"],
    ["https://gpu.example/ollama/", "https://gpu.example/ollama"],
    ["gpu.example/ollama", "http://gpu.example:11434/ollama"],
    [' "gpu.example" ', "http://gpu.example:11434"],
  ])("takes %j for %s", (value, url) => {
    expect(baseUrlFromHost(value)).toBe(url);
  });

  it.each(["not a host", "gpu.example:port", "ftp://gpu.example"])("takes %j for no address", (value) => {
    expect(baseUrlFromHost(value)).toBeUndefined();
  });
});
