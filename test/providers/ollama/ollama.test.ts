import nock from "nock";
import { describe, expect, it } from "vitest";
import { baseUrlFromHost } from "../../../src/providers/ollama/host.ts";
import { ollama } from "../../../src/providers/ollama/ollama.ts";
import { readAccount } from "../read-account.ts";
import tags from "./fixtures/tags.200.json" with { type: "json" };
import version from "./fixtures/version.200.json" with { type: "json" };

function readWith(body: object) {
  nock("http://127.0.0.1:11434").get("/api/version").reply(200, version).get("/api/tags").reply(200, body);
  return readAccount(ollama);
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
