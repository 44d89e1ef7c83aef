import { describe, expect, it } from "vitest";
import { foreignHost } from "../../src/config/foreign-host.ts";
import { PROVIDERS } from "../../src/providers/registry.ts";
import { load, problemsOf } from "./config-directory.ts";

const env = { KEY: "planted-0123456789" };
const fileOf = (baseUrl: string, provider = "moonshot") =>
  `accounts:\n  - { name: a, provider: ${provider}, api_key_env: KEY, base_url: "${baseUrl}" }\n`;

describe("the address of a provider that speaks as no other does", () => {
  it.each([
    ["https://api.deepseek.com", "api.deepseek.com is a host of deepseek"],
    ["https://api.z.ai/api", "api.z.ai is a host of zai"],
    ["https://API.OpenAI.com:443/v1", "api.openai.com is a host of openai and openai_admin"],
  ])("must not be %s, a host of another", async (baseUrl, says) => {
    const line = fileOf(baseUrl).split("\n")[1] ?? "";
    const column = line.indexOf('"') + 1;

    expect(await problemsOf(fileOf(baseUrl), { env, providers: PROVIDERS })).toEqual([
      `config.yaml:2:${column}: accounts.0.base_url: ${says}; moonshot is at api.moonshot.ai and api.moonshot.cn`,
    ]);
  });

  it.each([
    ["its own", "https://api.moonshot.ai/v1"],
    ["another of its own", "https://api.moonshot.cn/v1"],
    ["a server of this machine", "http://127.0.0.1:8080/v1"],
    ["a gateway on this machine where another provider's server would be", "http://localhost:11434"],
    ["a gateway", "https://gateway.example/moonshot"],
    ["a host whose name only looks like another's", "https://api.deepseek.com.gateway.example"],
  ])("may be %s", async (_what, baseUrl) => {
    expect((await load(fileOf(baseUrl), { env, providers: PROVIDERS })).accounts).toHaveLength(1);
  });

  it("is no matter for a provider whose API many speak", async () => {
    const text = fileOf("https://api.deepseek.com", "openai_compatible");

    expect((await load(text, { env, providers: PROVIDERS })).accounts).toHaveLength(1);
  });

  it("is one that only the user knows where the provider has none", () => {
    const provider = { id: "acme", hasOwnApi: true, baseUrl: undefined } as const;
    const asked = { provider: { ...PROVIDERS[0], ...provider }, providers: PROVIDERS } as Parameters<
      typeof foreignHost
    >[1];

    expect(foreignHost("https://api.z.ai", asked)).toBe("api.z.ai is a host of zai; acme has an address of its own");
    expect(foreignHost("https://acme.example", asked)).toBeUndefined();
  });
});
