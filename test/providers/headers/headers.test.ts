import nock from "nock";
import { describe, expect, it } from "vitest";
import { headers as provider } from "../../../src/providers/headers/headers.ts";
import { NOW, readAccount } from "../read-account.ts";
import { understood } from "../understood.ts";
import told from "./fixtures/chat-completions.200.headers.json" with { type: "json" };
import completion from "./fixtures/chat-completions.200.json" with { type: "json" };
import message from "./fixtures/messages.200.json" with { type: "json" };
import models from "./fixtures/models.200.json" with { type: "json" };
import searchHeaders from "./fixtures/search.200.headers.json" with { type: "json" };
import search from "./fixtures/search.200.json" with { type: "json" };
import status from "./fixtures/status.200.json" with { type: "json" };
import policies from "./fixtures/status.200.policies.headers.json" with { type: "json" };

const HOST = "https://api.some.example";
const COMMON = { readAt: NOW, enforcement: "hard", confidence: "reported" };
const at = (seconds: number) => new Date(NOW.getTime() + seconds * 1000);
const BODY = { model: "some-model", max_tokens: 1 };
const PROBE = { probe: true, probe_request: { path: "/chat/completions", body: BODY } };

const bearer = () => nock(`${HOST}/v1`, { reqheaders: { authorization: "Bearer invented" } });
const read = (settings: object, key: string | undefined = "invented") =>
  readAccount({ ...provider, baseUrl: `${HOST}/v1` }, key, settings);

describe("headers with nothing to call", () => {
  it("calls nobody, and has what live traffic tells of it", async () => {
    expect(await read({})).toEqual({ metered: true, readings: [] });
  });

  it("calls nobody either while the probe is off", async () => {
    expect(await read({ ...PROBE, probe: false })).toEqual({ metered: true, readings: [] });
  });
});

describe("headers with a check", () => {
  it("tells the models of a list in OpenAI's form", async () => {
    bearer().get("/models").reply(200, models);

    expect(await read({ check: "/models" })).toEqual({
      metered: true,
      readings: [],
      models: ["some-model", "other-model"],
    });
  });

  it.each([[status], [[1, 2]], [{}], [{ data: [{ id: 7 }] }]])(
    "tells none of %j, which proves the key all the same",
    async (body) => {
      bearer().get("/status?verbose=1").reply(200, body);

      expect(await read({ check: "/status?verbose=1" })).toEqual({ metered: true, readings: [] });
    },
  );

  it("reads the headers of its answer", async () => {
    bearer().get("/status").reply(200, status, policies);

    expect((await read({ check: "/status" })).readings).toEqual([
      {
        ...{ ...COMMON, source: "headers", quota: "requests_minute", kind: "rate_limit", unit: "requests" },
        ...{ limit: 40, remaining: 38, resetAt: at(12), periodSeconds: 60 },
      },
      {
        ...{ ...COMMON, source: "headers", quota: "requests_day", kind: "rolling", unit: "requests" },
        ...{ limit: 2500, remaining: 417, resetAt: at(40_122), periodSeconds: 86_400 },
      },
    ]);
  });

  it.each([
    [401, "auth"],
    [403, "auth"],
    [404, "client"],
    [429, "rate_limited"],
    [500, "server"],
  ])("fails with a %i as %s", async (code, reason) => {
    bearer().get("/models").reply(code, {});

    await expect(read({ check: "/models" })).rejects.toMatchObject({ reason });
  });

  it("sends no key where there is none", async () => {
    nock(`${HOST}/v1`, { badheaders: ["authorization"] })
      .get("/models")
      .reply(200, models);

    expect(await readAccount({ ...provider, baseUrl: `${HOST}/v1` }, undefined, { check: "/models" })).toMatchObject({
      readings: [],
    });
  });

  it.each(["X-Api-Key", "api-key", "xi-api-key"])(
    "sends the key as it is in a header of another name: %s",
    async (name) => {
      nock(`${HOST}/v1`, { reqheaders: { [name]: "invented" }, badheaders: ["authorization"] })
        .get("/models")
        .reply(200, models);

      expect(await read({ check: "/models", key_header: name })).toMatchObject({ readings: [] });
    },
  );

  it.each(["authorization", "Authorization"])("sends it as a bearer in %s", async (name) => {
    bearer().get("/models").reply(200, models);

    expect(await read({ check: "/models", key_header: name })).toMatchObject({ readings: [] });
  });
});

describe("headers with a probe", () => {
  it("sends the body of the config, and counts by the windows of the config", async () => {
    bearer().post("/chat/completions", BODY).reply(200, completion, told);

    expect(await read({ ...PROBE, windows: { requests: "day", tokens: "minute" } })).toEqual({
      metered: true,
      readings: [
        {
          ...{ ...COMMON, source: "probe", quota: "requests_day", kind: "rolling", unit: "requests" },
          ...{ limit: 1000, remaining: 998, resetAt: at(172.8), periodSeconds: 86_400 },
        },
        {
          ...{ ...COMMON, source: "probe", quota: "tokens_minute", kind: "rate_limit", unit: "tokens" },
          ...{ limit: 6000, remaining: 5990, periodSeconds: 60 },
        },
      ],
      probe: { model: "some-model", inputTokens: 4, outputTokens: 1, latencyMs: expect.any(Number) },
    });
  });

  it("counts by no window that nobody told", async () => {
    bearer().post("/chat/completions").reply(200, completion, told);

    const { readings } = await read(PROBE);

    expect(readings.map(({ quota, kind }) => [quota, kind])).toEqual([
      ["requests", "rate_limit"],
      ["tokens", "rate_limit"],
    ]);
    for (const reading of readings) expect(reading).not.toHaveProperty("periodSeconds");
  });

  it("tells what it cost in Anthropic's form too, and what was asked where no model was", async () => {
    bearer().post("/messages").reply(200, message);

    expect(await read({ probe: true, probe_request: { path: "/messages", body: { max_tokens: 1 } } })).toMatchObject({
      probe: { model: "/messages", inputTokens: 9, outputTokens: 1 },
    });
  });

  it.each([
    ["without usage", {}],
    ["with one of the two", { usage: { prompt_tokens: 4 } }],
    ["with text for numbers", { usage: { prompt_tokens: "4", completion_tokens: "1" } }],
    ["with negative tokens", { usage: { prompt_tokens: -4, completion_tokens: 1 } }],
    ["with usage in words", { usage: "four" }],
  ])("reads the headers of an answer %s, and makes up no tokens", async (_name, body) => {
    bearer().post("/chat/completions").reply(200, body, told);

    expect(await read(PROBE)).toEqual({
      metered: true,
      readings: [expect.objectContaining({ remaining: 998 }), expect.objectContaining({ remaining: 5990 })],
    });
  });

  it("may be a GET without a body, whose headers list several limits", async () => {
    bearer().get("/search?q=a").reply(200, search, searchHeaders);

    expect(await read({ probe: true, probe_request: { path: "/search?q=a", method: "GET" } })).toMatchObject({
      readings: [
        { quota: "requests_second", kind: "rate_limit", limit: 1, remaining: 1, resetAt: at(1) },
        {
          ...{ quota: "requests", kind: "rolling", limit: 15_000, remaining: 14_523 },
          ...{ resetAt: at(1_419_704), periodSeconds: 2_592_000 },
        },
      ],
    });
  });

  it("is not made after a check that was refused", async () => {
    bearer()
      .get("/models")
      .reply(429, {}, { ...told, "retry-after": "9" });

    expect(await read({ ...PROBE, check: "/models" })).toMatchObject({
      retryAfterSeconds: 9,
      readings: [
        { quota: "requests", source: "headers" },
        { quota: "tokens", source: "headers" },
      ],
    });
  });

  it("takes the finer number of the probe before that of the check", async () => {
    bearer().get("/models").reply(200, models, { "x-ratelimit-remaining-requests": "999" });
    bearer().post("/chat/completions").reply(200, completion, told);

    expect(await read({ ...PROBE, check: "/models" })).toMatchObject({
      models: ["some-model", "other-model"],
      readings: [{ quota: "requests", remaining: 998, source: "probe" }, { quota: "tokens" }],
    });
  });

  it("leaves out a limit of 0, which is no quota", async () => {
    const none = { "x-ratelimit-limit-requests": "0", "x-ratelimit-remaining-requests": "0" };
    bearer().post("/chat/completions").reply(200, completion, none);

    expect((await read(PROBE)).readings).toEqual([]);
  });

  it("does not go where the answer would send it", async () => {
    bearer().post("/chat/completions").reply(307, "", { location: "https://elsewhere.example/" });

    await expect(read(PROBE)).rejects.toMatchObject({ reason: "client" });
  });
});

describe("a call to an account of headers", () => {
  it("is understood by the windows of its config", () => {
    const settings = { windows: { requests: "day", tokens: "minute" } };

    expect(understood("headers", { headers: told, model: "some-model" }, settings)).toEqual({
      readings: [
        {
          ...{ quota: "requests_day", kind: "rolling", unit: "requests", limit: 1000, remaining: 998 },
          ...{ resetAt: at(172.8), periodSeconds: 86_400, enforcement: "hard" },
        },
        {
          ...{ quota: "tokens_minute", kind: "rate_limit", unit: "tokens", limit: 6000, remaining: 5990 },
          ...{ periodSeconds: 60, enforcement: "hard" },
        },
      ],
    });
  });

  it("tells no window without them", () => {
    expect(understood("headers", { headers: told }).readings).toMatchObject([
      { quota: "requests" },
      { quota: "tokens" },
    ]);
  });

  it("keeps a window that stands in the header", () => {
    const headers = { "x-ratelimit-remaining-requests-hour": "5" };

    expect(understood("headers", { headers }, { windows: { requests: "day" } }).readings).toMatchObject([
      { quota: "requests_hour", kind: "rate_limit", periodSeconds: 3600 },
    ]);
  });
});
