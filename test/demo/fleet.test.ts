import { afterEach, describe, expect, it } from "vitest";
import { type DemoFleet, startDemoFleet } from "../../src/demo/fleet.ts";
import { ENGINE_CONSTANTS } from "../../src/engine/settings.ts";
import { handClock, NOON } from "./hand-clock.ts";

interface Account {
  readonly name: string;
  readonly provider: string;
  readonly base_url: string;
  readonly api_key_env?: string;
}

let fleet: DemoFleet;

afterEach(() => fleet.stop());

async function startFleet() {
  const { clock, pass } = handClock();
  fleet = await startDemoFleet(clock);
  const config = JSON.parse(fleet.configText) as { accounts: readonly Account[]; engine: Record<string, string> };
  const keyOf = ({ api_key_env }: Account) => fleet.env[api_key_env ?? ""] ?? "";
  const call = (name: string, path: string, method = "GET"): Promise<Response> => {
    const account = config.accounts.find((candidate) => candidate.name === name);
    if (account === undefined) throw new Error(`no account ${name}`);
    const headers = { authorization: `Bearer ${keyOf(account)}`, "x-api-key": keyOf(account) };
    return fetch(`${account.base_url}${path}`, { method, headers });
  };
  const read = async (name: string, path: string): Promise<unknown> => {
    const response = await call(name, path);
    return response.ok ? response.json() : response.status;
  };
  return { config, pass, call, read };
}

describe("the demo fleet", () => {
  it("has an account of each provider and each behaviour, each with its own key", async () => {
    const { config } = await startFleet();

    expect(config.accounts.map(({ provider, name }) => `${provider}/${name}`)).toEqual([
      "nanogpt/team-research",
      "nanogpt/team-idle",
      "nanogpt/team-web",
      "deepseek/batch",
      "deepseek/flaky",
      "nanogpt/legacy-soft",
      "chutes/crawler",
      "openrouter/contractor",
      "anthropic/agents",
      "openai/chat-backend",
      "ollama/workstation",
    ]);
    const variables = config.accounts.flatMap(({ api_key_env }) => api_key_env ?? []);
    expect(Object.keys(fleet.env)).toEqual(variables);
    expect(new Set(Object.values(fleet.env)).size).toBe(10);
  });

  it("keeps the keys out of the config file", async () => {
    await startFleet();

    for (const key of Object.values(fleet.env)) expect(fleet.configText).not.toContain(key);
  });

  it("overrides constants that the engine has", async () => {
    const { config } = await startFleet();

    expect(Object.keys(ENGINE_CONSTANTS)).toEqual(expect.arrayContaining(Object.keys(config.engine)));
  });

  it("lets team-research run out after 8 minutes and start again after 20", async () => {
    const { pass, read } = await startFleet();
    const usage = () => read("team-research", "/subscription/v1/usage");

    expect(await usage()).toMatchObject({ dailyInputTokens: { remaining: 3_000_000, resetAt: NOON + 20 * 60_000 } });
    pass(8 * 60 - 1);
    expect(await usage()).toMatchObject({ dailyInputTokens: { remaining: 6250 } });
    pass(1);
    expect(await usage()).toMatchObject({ dailyInputTokens: { remaining: 0 } });
    pass(12 * 60);
    expect(await usage()).toMatchObject({ dailyInputTokens: { remaining: 4_500_000, resetAt: NOON + 44 * 60_000 } });
  });

  it("has a soft day with nothing left in legacy-soft", async () => {
    const { read } = await startFleet();

    expect(await read("legacy-soft", "/subscription/v1/usage")).toMatchObject({
      enforceDailyLimit: false,
      daily: { remaining: 0 },
      monthly: { remaining: 51_360 },
    });
  });

  it("lets batch spend its balance and tops it up after 20 minutes", async () => {
    const { pass, read } = await startFleet();
    const balance = () => read("batch", "/user/balance");

    expect(await balance()).toMatchObject({ balance_infos: [{ currency: "USD", total_balance: "12.50" }] });
    pass(10 * 60);
    expect(await balance()).toMatchObject({ balance_infos: [{ total_balance: "10.50" }] });
    pass(10 * 60);
    expect(await balance()).toMatchObject({ balance_infos: [{ total_balance: "58.50" }] });
  });

  it("keeps crawler within both caps of its plan, and starts its four hours again after three minutes", async () => {
    const { pass, read } = await startFleet();
    const usage = () => read("crawler", "/users/me/subscription_usage");

    expect(await usage()).toMatchObject({ four_hour: { usage: 0.06 }, monthly: { usage: 25.92, cap: 50 } });
    pass(3 * 60);
    expect(await usage()).toMatchObject({ four_hour: { usage: 0 }, monthly: { usage: 26.1 } });
    pass(12 * 24 * 60 - 3 * 60 - 1);
    expect(await usage()).toMatchObject({ monthly: { usage: 43.199 } });
  });

  it("has little left on the key of contractor, until the key expires", async () => {
    const { pass, read } = await startFleet();
    const key = () => read("contractor", "/key");

    const expires_at = new Date(NOON + 72 * 60_000).toISOString();
    expect(await key()).toMatchObject({ data: { limit: 50, limit_remaining: 2.8, expires_at } });
    pass(72 * 60 - 1);
    expect(await key()).toMatchObject({ data: { expires_at } });
    pass(1);
    expect(await key()).toBe(401);
  });

  it("lets agents burst, and its buckets fill again every minute", async () => {
    const { pass, call } = await startFleet();
    const left = async () => {
      const { headers } = await call("agents", "/v1/messages", "POST");
      return headers.get("anthropic-ratelimit-input-tokens-remaining");
    };

    expect(await left()).toBe("450000");
    pass(20);
    expect(await left()).toBe("200000");
    pass(40);
    expect(await left()).toBe("450000");
  });

  it("lets chat-backend ask for more than its requests per minute from minute 3 to minute 9", async () => {
    const { pass, call } = await startFleet();
    const left = async () => {
      const { status, headers } = await call("chat-backend", "/chat/completions", "POST");
      return [status, headers.get("x-ratelimit-remaining-requests"), headers.get("x-ratelimit-remaining-tokens")];
    };

    expect(await left()).toEqual([200, "500", "200000"]);
    pass(9 * 60);
    expect(await left()).toEqual([429, "0", "104000"]);
    pass(60);
    expect(await left()).toEqual([200, "320", "200000"]);
  });

  it("lets flaky fail from minute 2 to minute 7", async () => {
    const { pass, read } = await startFleet();
    const balance = () => read("flaky", "/user/balance");

    expect(await balance()).toMatchObject({ is_available: true });
    pass(2 * 60);
    expect(await balance()).toBe(500);
    pass(5 * 60);
    expect(await balance()).toMatchObject({ is_available: true });
  });
});
