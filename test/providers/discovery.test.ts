import { describe, expect, it } from "vitest";
import { discoverConfig } from "../../src/config/discovery.ts";
import { PROVIDERS } from "../../src/providers/registry.ts";

const KEY = "sk-invented";
const PROXY = "https://litellm.example";

function discover(env: Readonly<Record<string, string>>) {
  return discoverConfig({ env, providers: PROVIDERS, reachable: async () => false });
}

describe("the environment", () => {
  it.each<[variable: string, account: string, host: string, floorSeconds: number]>([
    ["ANTHROPIC_ADMIN_API_KEY", "anthropic_admin", "api.anthropic.com", 60],
    ["ANTHROPIC_ADMIN_KEY", "anthropic_admin", "api.anthropic.com", 60],
    ["BLACKBOX_API_KEY", "blackbox", "api.blackbox.ai", 300],
    ["DASHSCOPE_API_KEY", "qwen", "dashscope-intl.aliyuncs.com", 300],
    ["GEMINI_API_KEY", "gemini", "generativelanguage.googleapis.com", 60],
    ["GOOGLE_API_KEY", "gemini", "generativelanguage.googleapis.com", 60],
    ["KILOCODE_API_KEY", "kilo", "api.kilo.ai", 60],
    ["KILO_API_KEY", "kilo", "api.kilo.ai", 60],
    ["OLLAMA_API_KEY", "ollama_cloud", "ollama.com", 120],
    ["OPENAI_ADMIN_API_KEY", "openai_admin", "api.openai.com", 60],
    ["OPENAI_ADMIN_KEY", "openai_admin", "api.openai.com", 60],
    ["OPENAI_COMPATIBLE_API_KEY", "openai_compatible", "127.0.0.1:8080", 60],
    ["QWEN_API_KEY", "qwen", "dashscope-intl.aliyuncs.com", 300],
  ])("with %s alone speaks of the account %s at %s", async (variable, account, host, floorSeconds) => {
    const { accounts, secrets } = await discover({ [variable]: ` ${KEY}\n` });

    expect(accounts).toMatchObject([{ account, host, floorSeconds }]);
    expect(secrets.map((secret) => secret.reveal())).toEqual([KEY]);
  });

  it("may name an OpenAI-compatible server that takes no key", async () => {
    const { accounts, secrets } = await discover({ OPENAI_COMPATIBLE_BASE_URL: "http://127.0.0.1:8000/v1/" });

    expect(accounts).toMatchObject([{ account: "openai_compatible", host: "127.0.0.1:8000", floorSeconds: 1 }]);
    expect(secrets).toEqual([]);
  });

  it.each([
    ["a key and an address", { LITELLM_API_KEY: KEY, LITELLM_BASE_URL: PROXY }, ["litellm"], []],
    [
      "a key alone, which it mentions",
      { LITELLM_API_KEY: KEY },
      [],
      ["LITELLM_API_KEY is set, but no address: LITELLM_BASE_URL has to name it"],
    ],
    ["an address alone", { LITELLM_BASE_URL: PROXY }, [], []],
  ])("speaks of a LiteLLM proxy by %s", async (_what, env, names, warnings) => {
    const config = await discover(env);

    expect(config.accounts.map(({ account }) => account)).toEqual(names);
    expect(config.warnings).toEqual(warnings);
  });

  it.each(PROVIDERS.filter(({ environment }) => environment.apiKey !== undefined))(
    "may set how often an account of $id is read",
    async ({ id, environment, baseUrl, floorSeconds }) => {
      const address = baseUrl === undefined ? { [environment.baseUrl?.[0] ?? ""]: PROXY } : {};
      const interval = { [`${id.toUpperCase()}_QUOTA_REFRESH_INTERVAL`]: String(floorSeconds + 77) };

      const { accounts, warnings } = await discover({ [environment.apiKey?.[0] ?? ""]: KEY, ...address, ...interval });

      expect(accounts).toMatchObject([{ provider: id, intervalSeconds: floorSeconds + 77 }]);
      expect(warnings).toEqual([]);
    },
  );
});
