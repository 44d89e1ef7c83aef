import { describe, expect, it } from "vitest";
import { discoverConfig } from "../../src/config/discovery.ts";
import { PROVIDERS } from "../../src/providers/registry.ts";

const discover = (env: Readonly<Record<string, string>>) =>
  discoverConfig({ env, providers: PROVIDERS, reachable: async () => false });

describe("the environment of a provider that headers tell of", () => {
  it.each<[variable: string, key: string, account: string, host: string]>([
    ["CEREBRAS_API_KEY", "csk-invented", "cerebras", "api.cerebras.ai"],
    ["COHERE_API_KEY", "invented", "cohere", "api.cohere.com"],
    ["CO_API_KEY", "invented", "cohere", "api.cohere.com"],
    ["GROQ_API_KEY", "gsk_invented", "groq", "api.groq.com"],
    ["MISTRAL_API_KEY", "invented", "mistral", "api.mistral.ai"],
    ["TOGETHER_API_KEY", "invented", "together", "api.together.xyz"],
  ])("with %s alone makes the account, which asks for no token", async (variable, key, account, host) => {
    const { accounts, secrets, warnings } = await discover({ [variable]: key });

    expect(accounts).toMatchObject([{ account, host, floorSeconds: 60 }]);
    expect(secrets.map((secret) => secret.reveal())).toEqual([key]);
    expect(warnings).toEqual([]);
  });

  it("names a resource of Azure by its endpoint", async () => {
    const env = { AZURE_OPENAI_API_KEY: "invented", AZURE_OPENAI_ENDPOINT: "https://resource.openai.azure.com/" };

    expect((await discover(env)).accounts).toMatchObject([
      { account: "azure_openai", host: "resource.openai.azure.com", upstream: { keyHeader: "api-key" } },
    ]);
  });

  it("does not guess where a resource of Azure is", async () => {
    const { accounts, warnings } = await discover({ AZURE_OPENAI_API_KEY: "invented" });

    expect(accounts).toEqual([]);
    expect(warnings).toEqual(["AZURE_OPENAI_API_KEY is set, but no address: AZURE_OPENAI_ENDPOINT has to name it"]);
  });

  it("takes no key that is somebody else's", async () => {
    const { accounts, warnings } = await discover({
      CEREBRAS_API_KEY: "gsk_invented",
      MISTRAL_API_KEY: "csk-invented",
    });

    expect(accounts).toEqual([]);
    expect(warnings).toEqual([
      "CEREBRAS_API_KEY holds a key that looks like one of groq (gsk_…); cerebras needs one of its own, so it makes no account",
      "MISTRAL_API_KEY holds a key that looks like one of cerebras (csk-…); mistral needs one of its own, so it makes no account",
    ]);
  });
});
