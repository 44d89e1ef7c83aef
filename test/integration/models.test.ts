import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type Daemon, startDaemon } from "../support/daemon.ts";
import { parseExposition } from "../support/exposition.ts";
import { type LocalServer, sendJson, startServer } from "../support/json-server.ts";

const ANSWERS: Readonly<Record<string, unknown>> = {
  "/v1/models": { data: [{ id: "claude-one" }, { id: "claude-two" }] },
  "/user/balance": { is_available: true, balance_infos: [{ currency: "USD", total_balance: "7.42" }] },
  ":retrieveUserQuota": {
    buckets: [
      { modelId: "gemini-pro", tokenType: "REQUESTS", remainingFraction: 0.5, resetTime: inHours(5).toISOString() },
    ],
  },
  "/organization/costs": {
    data: [{ results: [{ amount: { value: 13.25, currency: "usd" } }] }],
    has_more: false,
    next_page: null,
  },
};

function inHours(hours: number): Date {
  return new Date(Date.now() + hours * 3_600_000);
}

let upstream: LocalServer;
let daemon: Daemon;

beforeAll(async () => {
  upstream = await startServer(({ path }, response) => {
    const [route = ""] = path.split("?");
    const found = Object.keys(ANSWERS).find((end) => route.endsWith(end));
    sendJson(response, found === undefined ? {} : ANSWERS[found], found === undefined ? 404 : 200);
  });
  const withKey = { base_url: upstream.url, api_key_env: "TEST_KEY" };
  const login = { access_token: "ya29.invented", expiry_date: inHours(1).getTime() };
  const config = {
    state: { memory: true },
    accounts: [
      { name: "listed", provider: "anthropic", ...withKey },
      { name: "listed-too", provider: "anthropic", models: ["never-shown"], ...withKey },
      {
        name: "declared",
        provider: "deepseek",
        models: ["deepseek-one", "deepseek-two", "deepseek-three"],
        ...withKey,
      },
      { name: "silent", provider: "deepseek", ...withKey },
      { name: "bound", provider: "gemini_cli", base_url: `${upstream.url}/v1internal`, credentials_file: "login.json" },
      { name: "spend", provider: "openai_admin", quotas: { monthly_spend: { limit: 500 } }, ...withKey },
    ],
  };
  daemon = await startDaemon({
    configText: JSON.stringify(config),
    files: { "login.json": JSON.stringify(login) },
    env: { TEST_KEY: "sk-invented" },
  });
});

afterAll(async () => {
  await daemon.stop();
  await upstream[Symbol.asyncDispose]();
});

async function json(path: string): Promise<unknown> {
  return (await daemon.get(path)).json();
}

describe("the models of an account", () => {
  it.each([
    ["listed", ["claude-one", "claude-two"]],
    ["listed-too", ["claude-one", "claude-two"]],
    ["declared", ["deepseek-one", "deepseek-two", "deepseek-three"]],
    ["silent", null],
  ])("of %s are in its document as %j", async (name, models) => {
    expect(await json(`/api/v1/accounts/${name}`)).toMatchObject({ account: name, up: true, models });
  });

  it("are counted in the metrics where they are known", async () => {
    const samples = parseExposition(await daemon.metrics()).filter(({ name }) => name === "llm_quota_account_models");

    expect(samples.map(({ labels, value }) => `${labels["account"]} ${value}`).sort()).toEqual([
      "declared 3",
      "listed 2",
      "listed-too 2",
    ]);
  });
});

describe("the models that a quota binds", () => {
  it("are in the document of quotas, and null for a quota that binds all", async () => {
    expect(await json("/api/v1/quotas")).toMatchObject({
      accounts: expect.arrayContaining([
        expect.objectContaining({
          account: "bound",
          quotas: [expect.objectContaining({ quota: "gemini_pro", models: ["gemini-pro"] })],
        }),
        expect.objectContaining({
          account: "silent",
          quotas: [expect.objectContaining({ quota: "balance_usd", models: null })],
        }),
      ]),
    });
  });
});

describe("the spend of a month with a limit of the config", () => {
  it("has what is left of it, as an estimate", async () => {
    expect(await json("/api/v1/accounts/spend")).toMatchObject({
      up: true,
      quotas: [
        {
          quota: "monthly_spend",
          kind: "calendar",
          unit: "usd",
          limit: 500,
          remaining: 486.75,
          used: 13.25,
          enforcement: "hard",
          source: "api",
          confidence: "estimated",
          state: "ok",
        },
      ],
    });
  });
});
