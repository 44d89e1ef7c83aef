import nock from "nock";
import { describe, expect, it } from "vitest";
import { openaiCompatible } from "../../../src/providers/openai_compatible/openai-compatible.ts";
import { readAccount } from "../read-account.ts";
import llamaCpp from "./fixtures/models.200.llama-cpp.json" with { type: "json" };
import lmStudio from "./fixtures/models.200.lm-studio.json" with { type: "json" };
import localAi from "./fixtures/models.200.localai.json" with { type: "json" };
import vllm from "./fixtures/models.200.vllm.json" with { type: "json" };
import loading from "./fixtures/models.503.loading.json" with { type: "json" };

const HOST = "http://127.0.0.1:8080";

function answer(status: number, body: object, headers: Record<string, string> = {}) {
  return nock(HOST).get("/v1/models").reply(status, body, headers);
}

describe("openai_compatible", () => {
  it.each<[server: string, body: object, models: readonly string[]]>([
    ["llama.cpp", llamaCpp, ["qwen3-8b-q4.gguf"]],
    ["vLLM", vllm, ["Qwen/Qwen3-8B"]],
    ["LM Studio", lmStudio, ["qwen3-8b", "text-embedding-nomic-embed-text-v1.5"]],
    ["LocalAI, which may list a model twice", localAi, ["qwen3-8b", "whisper-1"]],
    ["a server without a model", { object: "list", data: [] }, []],
  ])("has no quota, and says which models are there, for %s", async (_server, body, models) => {
    answer(200, body);

    expect(await readAccount(openaiCompatible)).toEqual({ metered: false, readings: [], models });
  });

  it.each<[how: string, key: string | undefined, options: nock.Options]>([
    ["with the key of the config", "invented", { reqheaders: { authorization: "Bearer invented" } }],
    ["without any where there is none", undefined, { badheaders: ["authorization"] }],
  ])("asks %s", async (_how, key, options) => {
    nock(HOST, options).get("/v1/models").reply(200, lmStudio);

    expect(await readAccount(openaiCompatible, key)).toMatchObject({ metered: false });
  });

  it("has no quota either where a server counts requests in headers", async () => {
    answer(200, vllm, { "x-ratelimit-limit-requests": "10", "x-ratelimit-remaining-requests": "0" });

    expect(await readAccount(openaiCompatible)).toMatchObject({ metered: false, readings: [] });
  });

  it("is not up while the server refuses the key", async () => {
    answer(401, { error: "no" });

    await expect(readAccount(openaiCompatible, "invented")).rejects.toMatchObject({ reason: "auth" });
  });

  it.each([401, 403])("is up without a key where the server wants one (%i), and tells no models", async (status) => {
    answer(status, { error: "no" });

    expect(await readAccount(openaiCompatible)).toEqual({ metered: false, readings: [] });
  });

  it.each<[what: string, status: number, body: object, reason: string]>([
    ["still loads its model", 503, loading, "server"],
    ["has nothing at that address", 404, { error: "no" }, "client"],
    ["is another server", 200, { version: "0.12.3" }, "malformed"],
  ])("is not up while the server %s", async (_what, status, body, reason) => {
    answer(status, body);

    await expect(readAccount(openaiCompatible)).rejects.toMatchObject({ reason });
  });
});
