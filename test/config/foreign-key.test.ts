import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import nock from "nock";
import { describe, expect, it, onTestFinished } from "vitest";
import { discoverConfig } from "../../src/config/discovery.ts";
import { foreignKey } from "../../src/config/foreign-key.ts";
import { loadConfig } from "../../src/config/load.ts";
import { createHttpClient } from "../../src/http/undici-client.ts";
import { findProvider, PROVIDERS } from "../../src/providers/registry.ts";
import { configDirectory, load, problemsOf } from "./config-directory.ts";

const SECRET = "canary0123456789";

function told(key: string, id: string, baseUrl?: string) {
  const provider = findProvider(id);
  if (provider === undefined) throw new Error(`no provider ${id}`);
  return foreignKey(key, { provider, baseUrl: baseUrl ?? provider.baseUrl ?? "https://gw.test", providers: PROVIDERS });
}

describe("a key", () => {
  it.each<[prefix: string, account: string, owner: string, shown: string]>([
    ["sk-or-v1-", "nanogpt", "openrouter", "sk-or-…"],
    ["sk-nano-", "openrouter", "nanogpt", "sk-nano-…"],
    ["cpk_", "deepseek", "chutes", "cpk_…"],
    ["cak_", "openai", "chutes", "cak_…"],
    ["sk-ant-api03-", "openai", "anthropic", "sk-ant-api…"],
    ["sk-proj-", "anthropic", "openai", "sk-proj-…"],
    ["AIza", "kilo", "gemini", "AIza…"],
    ["sk-ant-admin01-", "anthropic", "anthropic_admin", "sk-ant-admin…"],
    ["sk-ant-api03-", "anthropic_admin", "anthropic", "sk-ant-api…"],
    ["sk-admin-", "openai", "openai_admin", "sk-admin-…"],
    ["sk-proj-", "openai_admin", "openai", "sk-proj-…"],
    ["sk-ant-oat01-", "anthropic", "claude", "sk-ant-oat…"],
  ])("that begins with %s does not belong into an account of %s", (prefix, account, owner, shown) => {
    expect(told(`${prefix}${SECRET}`, account)).toBe(
      `holds a key that looks like one of ${owner} (${shown}); ${account} needs one of its own`,
    );
  });

  it.each<[what: string, key: string, account: string]>([
    ["of its own provider", `sk-or-v1-${SECRET}`, "openrouter"],
    ["of another family of its own provider", `sk-nano-mgmt-${SECRET}`, "nanogpt"],
    ["of a form that many share", `sk-${SECRET}`, "anthropic"],
    ["of a form that nobody knows", SECRET, "openai"],
    ["with a known beginning further on", `x-sk-or-v1-${SECRET}`, "deepseek"],
  ])("%s is not minded", (_what, key, account) => {
    expect(told(key, account)).toBeUndefined();
  });

  it.each<[what: string, account: string, baseUrl: string]>([
    ["behind a gateway", "anthropic", "https://gateway.example/anthropic"],
    ["on a server of one's own", "openai_compatible", "http://127.0.0.1:8080/v1"],
    ["of a proxy", "litellm", "https://litellm.example"],
  ])("may be anybody's %s", (_what, account, baseUrl) => {
    expect(told(`sk-or-v1-${SECRET}`, account, baseUrl)).toBeUndefined();
  });
});

describe("the config of an account with another provider's key", () => {
  const FILE = "accounts: [{ name: a, provider: openai, api_key_env: OPENAI_API_KEY }]\n";
  const env = { OPENAI_API_KEY: ` sk-or-v1-${SECRET}\n` };

  it("is refused, where the variable is named, without repeating the key", async () => {
    expect(await problemsOf(FILE, { env, providers: PROVIDERS })).toEqual([
      "config.yaml:1:54: accounts.0.api_key_env: the environment variable OPENAI_API_KEY holds a key that looks like one of openrouter (sk-or-…); openai needs one of its own",
    ]);
  });

  it("is refused, where the file is named, without repeating the key", async () => {
    const text = "accounts: [{ name: a, provider: openai, api_key_file: key }]\n";
    const { directory, path } = await configDirectory(text);
    await writeFile(join(directory, "key"), `sk-or-v1-${SECRET}\n`, { mode: 0o600 });

    const error = await loadConfig({ path, env: {}, providers: PROVIDERS }).catch(String);

    expect(error).toContain(
      "accounts.0.api_key_file: the file holds a key that looks like one of openrouter (sk-or-…)",
    );
    expect(error).not.toContain(SECRET);
  });

  it("is accepted where the account talks to a gateway", async () => {
    const text = FILE.replace(" }]", ", base_url: https://gateway.example/v1 }]");

    expect((await load(text, { env, providers: PROVIDERS })).accounts).toHaveLength(1);
  });
});

describe("a key file that comes to hold another provider's key", () => {
  it("is told, and the key from before stays in use", async () => {
    const text = "accounts: [{ name: a, provider: openai, api_key_file: key }]\n";
    const { directory, path } = await configDirectory(text);
    await writeFile(join(directory, "key"), `sk-proj-${SECRET}`, { mode: 0o600 });
    const news: object[] = [];
    const onKeyFile = (account: string, told: object) => news.push({ account, ...told });
    const config = await loadConfig({ path, env: {}, providers: PROVIDERS, onKeyFile });
    await writeFile(join(directory, "key"), `sk-or-v1-${SECRET}`);
    nock("https://api.openai.com")
      .matchHeader("authorization", `Bearer sk-proj-${SECRET}`)
      .get("/v1/models")
      .reply(200, { data: [{ id: "gpt-invented" }] });
    const http = createHttpClient({ userAgent: "llm-quota-exporter/test" });
    onTestFinished(() => http.close());

    const answer = await config.accounts[0]?.read({ http, signal: AbortSignal.timeout(5000), now: new Date() });

    expect(answer).toMatchObject({ models: ["gpt-invented"] });
    expect(news).toEqual([
      { account: "a", problem: "holds a key that looks like one of openrouter (sk-or-…); openai needs one of its own" },
    ]);
  });
});

describe("a variable with another provider's key", () => {
  it("makes no account, is told, and does not keep the others away", async () => {
    const env = { OPENAI_API_KEY: `sk-or-v1-${SECRET}`, OPENROUTER_API_KEY: `sk-or-v1-${SECRET}` };

    const config = await discoverConfig({ env, providers: PROVIDERS, reachable: async () => false });

    expect(config.accounts.map(({ account }) => account)).toEqual(["openrouter"]);
    expect(config.warnings).toEqual([
      "OPENAI_API_KEY holds a key that looks like one of openrouter (sk-or-…); openai needs one of its own, so it makes no account",
    ]);
  });
});
