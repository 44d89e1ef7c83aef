import { describe, expect, it } from "vitest";
import { ConfigError } from "../../src/config/config-error.ts";
import { discoverConfig } from "../../src/config/discovery.ts";
import type { Environment } from "../../src/config/environment.ts";
import { load } from "./config-directory.ts";
import { PROVIDERS } from "./providers.ts";

const KEY = "sk-canary";

function discover(env: Environment, reachable: (url: string) => boolean = () => false) {
  return discoverConfig({ env, providers: PROVIDERS, reachable: async (url) => reachable(url) });
}

async function problemsFor(env: Environment): Promise<string> {
  const error = await discover(env).catch((reason: unknown) => reason);
  if (!(error instanceof ConfigError)) throw new Error("these variables were expected to be refused");
  return error.message;
}

describe("without a config file", () => {
  it("everything but the accounts is as in a file that says nothing of it", async () => {
    const file = await load("accounts: [{ name: local, provider: local }]\n");

    const found = await discover({}, () => true);

    expect({ ...found, accounts: [] }).toEqual({ ...file, accounts: [] });
    expect(found.accounts).toEqual(file.accounts.map((account) => ({ ...account, read: expect.any(Function) })));
  });

  it.each([
    ["nothing is set", {}, []],
    ["a variable is empty", { ACME_API_KEY: "", ACME_KEY: " " }, []],
    ["a key is set", { ACME_API_KEY: KEY }, ["acme"]],
    ["a key is set under its second name", { ACME_KEY: KEY }, ["acme"]],
    ["both names are set", { ACME_API_KEY: KEY, ACME_KEY: "other" }, ["acme"]],
    [
      "keys are numbered",
      { ACME_API_KEY: KEY, ACME_API_KEY_10: KEY, ACME_API_KEY_2: KEY },
      ["acme", "acme_2", "acme_10"],
    ],
    ["only a numbered key is set", { ACME_KEY_3: KEY }, ["acme_3"]],
    ["something else follows the name", { ACME_API_KEY_1: KEY, ACME_API_KEY_02: KEY, ACME_API_KEY_OLD: KEY }, []],
    ["keys of two providers are set", { ACME_API_KEY: KEY, ACME_CLOUD_API_KEY: KEY }, ["acme", "acme_cloud"]],
    ["a gateway has an address", { GATEWAY_BASE_URL: "https://gw.test" }, ["gateway"]],
    ["a gateway has a key but no address", { GATEWAY_API_KEY: KEY }, []],
    ["a local server is named", { LOCAL_HOST: "10.0.0.7" }, ["local"]],
  ])("the accounts are found when %s", async (_, env, names) => {
    const { accounts } = await discover(env);

    expect(accounts.map(({ account }) => account)).toEqual(names);
  });

  it("the first name that is set gives the key", async () => {
    const { secrets } = await discover({ ACME_API_KEY: `${KEY}\r\n`, ACME_KEY: "other" });

    expect(secrets.map((secret) => secret.reveal())).toEqual([KEY]);
  });

  it("numbered keys share the address that has no number", async () => {
    const { accounts } = await discover({
      GATEWAY_API_KEY: KEY,
      GATEWAY_API_KEY_2: KEY,
      GATEWAY_API_KEY_3: KEY,
      GATEWAY_BASE_URL: "https://gw.test",
      GATEWAY_BASE_URL_3: "https://other.test",
    });

    expect(accounts.map(({ host }) => host)).toEqual(["gw.test", "gw.test", "other.test"]);
  });

  it("a key without the address it needs is mentioned", async () => {
    const { warnings } = await discover({ GATEWAY_API_KEY: KEY });

    expect(warnings).toEqual(["GATEWAY_API_KEY is set, but no address: GATEWAY_BASE_URL has to name it"]);
  });

  it("a key that would travel unencrypted is mentioned", async () => {
    const { warnings } = await discover({ GATEWAY_API_KEY: KEY, GATEWAY_BASE_URL: "http://gw.test" });

    expect(warnings).toEqual(["GATEWAY_API_KEY is sent unencrypted, as GATEWAY_BASE_URL begins with http://"]);
  });
});

describe("a provider that is looked for at its default address", () => {
  it("has an account if something answers there", async () => {
    const asked: string[] = [];

    const { accounts } = await discover({}, (url) => asked.push(url) > 0);

    expect(asked).toEqual(["http://127.0.0.1:9999"]);
    expect(accounts).toMatchObject([{ account: "local", host: "127.0.0.1:9999", floorSeconds: 15 }]);
  });

  it("is not asked when a variable names its address, which its provider may spell in its own way", async () => {
    const { accounts } = await discover({ LOCAL_HOST: "10.0.0.7" }, () => {
      throw new Error("nobody was to be asked");
    });

    expect(accounts).toMatchObject([{ account: "local", host: "10.0.0.7:9999", floorSeconds: 1 }]);
  });
});

describe("the refresh interval of a provider", () => {
  it.each([
    ["as it says", { ACME_API_KEY: KEY, ACME_QUOTA_REFRESH_INTERVAL: "120" }, 120, []],
    [
      "never under the floor",
      { ACME_API_KEY: KEY, ACME_QUOTA_REFRESH_INTERVAL: "10" },
      60,
      ["ACME_QUOTA_REFRESH_INTERVAL is under the 60 s that acme allows; using 60"],
    ],
    ["at least the floor by default", { ACME_CLOUD_API_KEY: KEY }, 600, []],
    ["the default when the variable is empty", { ACME_API_KEY: KEY, ACME_QUOTA_REFRESH_INTERVAL: "" }, 300, []],
  ])("is %s", async (_, env, intervalSeconds, warnings) => {
    const config = await discover(env);

    expect(config.accounts).toMatchObject([{ intervalSeconds }]);
    expect(config.warnings).toEqual(warnings);
  });
});

describe("a variable that holds something unusable", () => {
  it.each([
    [
      "an interval with a unit",
      { ACME_API_KEY: KEY, ACME_QUOTA_REFRESH_INTERVAL: "5m" },
      "environment: ACME_QUOTA_REFRESH_INTERVAL: needs a whole number of seconds from 1 to 86400",
    ],
    [
      "an interval of nothing",
      { ACME_API_KEY: KEY, ACME_QUOTA_REFRESH_INTERVAL: "0" },
      "environment: ACME_QUOTA_REFRESH_INTERVAL: needs a whole number of seconds from 1 to 86400",
    ],
    [
      "a key of two lines",
      { ACME_API_KEY: `${KEY}\n${KEY}` },
      "environment: ACME_API_KEY: holds a line break, a control character or one outside ASCII, which no key has",
    ],
    [
      "an address with a password",
      { GATEWAY_BASE_URL: `https://u:${KEY}@gw.test` },
      "environment: GATEWAY_BASE_URL: must not hold a user name or password; a key goes into api_key_env or api_key_file",
    ],
    [
      "an address that its provider cannot read",
      { LOCAL_HOST: "?" },
      "environment: LOCAL_HOST: needs a URL that begins with http:// or https://, such as https://gateway.example/v1",
    ],
  ])("is named: %s", async (_, env, message) => {
    expect(await problemsFor(env)).toBe(message);
  });
});
