import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { inspect } from "node:util";
import { describe, expect, it } from "vitest";
import { ENGINE_DEFAULTS } from "../../src/engine/settings.ts";
import { configDirectory, KEY, load, loadAt } from "./config-directory.ts";
import { idleContext } from "./idle-context.ts";

const ACCOUNT = "accounts: [{ name: a, provider: acme, api_key_env: ACME_KEY }]\n";

describe("a config file", () => {
  it("needs nothing but an account", async () => {
    const config = await load(ACCOUNT);

    expect(config).toEqual({
      web: { listen: { host: "127.0.0.1", port: 10_844 }, externalUrl: undefined },
      poll: { timeoutSeconds: 8, peer: undefined },
      engine: ENGINE_DEFAULTS,
      state: { path: "data/state.db" },
      alerting: {
        mode: "rules",
        alertmanagers: [],
        resendSeconds: 60,
        runbookBase: undefined,
        dashboardBase: undefined,
      },
      accounts: [
        {
          provider: "acme",
          account: "a",
          labels: {},
          overrides: {},
          declared: [],
          credential: "api_key",
          intervalSeconds: 300,
          staleAfterSeconds: 900,
          read: expect.any(Function),
          understand: expect.any(Function),
          upstream: { baseUrl: "https://api.acme.test/v1", keyHeader: "authorization", key: expect.any(Function) },
          host: "api.acme.test",
          floorSeconds: 60,
          definition: expect.any(String),
        },
      ],
      secrets: [expect.anything()],
      warnings: [],
      written: { accounts: [{ name: "a", provider: "acme", api_key_env: "ACME_KEY" }] },
    });
  });

  it("may set everything", async () => {
    const config = await load(
      `
web: { listen_address: "[::1]:9000" }
poll: { interval: 10m, timeout: 2500ms, stale_after: 1h, peer: "http://Other-Host:10844/" }
engine: { reset_jitter: 30s, pace_weight: 0.25, min_readings: 5 }
state: { memory: true }
alerting: { mode: off }
accounts:
  - name: team@a.eu - 1
    provider: acme
    api_key_env: ACME_KEY
`,
    );

    expect(config).toMatchObject({
      web: { listen: { host: "::1", port: 9000 } },
      poll: { timeoutSeconds: 2.5, peer: "http://other-host:10844" },
      engine: { ...ENGINE_DEFAULTS, reset_jitter: 30, pace_weight: 0.25, min_readings: 5 },
      state: { memory: true },
      alerting: { mode: "off" },
      accounts: [{ account: "team@a.eu - 1", intervalSeconds: 600, staleAfterSeconds: 3600 }],
    });
  });

  it("never shows a key once it is loaded", async () => {
    const config = await load(ACCOUNT);

    expect(config.secrets.map((secret) => secret.reveal())).toEqual([KEY]);
    const dumps = [JSON.stringify(config), inspect(config, { depth: 9, showHidden: true }), `${config.secrets}`];
    expect(dumps.join("\n")).toContain("[secret]");
    expect(dumps.join("\n")).not.toContain("canary");
  });
});

describe("the credential of an account", () => {
  it("is known by its kind alone", async () => {
    const { path, directory } = await configDirectory(`accounts:
  - { name: key, provider: acme, api_key_env: ACME_KEY }
  - { name: login, provider: login, credentials_file: login.json }
  - { name: maybe, provider: gateway, base_url: "https://gw.test", api_key_env: ACME_KEY }
  - { name: open, provider: gateway, base_url: "https://gw.test" }
  - { name: local, provider: local }
`);
    await writeFile(join(directory, "login.json"), "{}");

    const { accounts } = await loadAt(path);

    expect(accounts.map(({ account, credential }) => [account, credential])).toEqual([
      ["key", "api_key"],
      ["login", "login_file"],
      ["maybe", "api_key"],
      ["open", undefined],
      ["local", undefined],
    ]);
  });
});

describe("the times of an account", () => {
  it.each([
    ["by default", "acme", "", "", 300, 900],
    ["with an interval of its own", "acme", "", ", interval: 1h", 3600, 10_800],
    ["with a short interval", "acme", "", ", interval: 1m", 60, 600],
    ["with the interval of all", "acme", "poll: { interval: 2m }", "", 120, 600],
    ["with its own before that of all", "acme", "poll: { interval: 2m }", ", interval: 4m", 240, 720],
    ["of a provider with a high floor", "acme_cloud", "", "", 600, 5400],
    ["of a provider with its own stale_after and a long interval", "acme_cloud", "", ", interval: 1h", 3600, 10_800],
    ["with stale_after", "acme_cloud", "poll: { stale_after: 20m }", "", 600, 1200],
    ["behind a gateway, where no floor holds", "acme", "", ", interval: 1s, base_url: 'https://gw.test'", 1, 600],
  ])("%s", async (_, provider, poll, more, intervalSeconds, staleAfterSeconds) => {
    const account = `{ name: a, provider: ${provider}, api_key_env: ACME_KEY${more} }`;

    const { accounts } = await load(`${poll}\naccounts:\n  - ${account}\n`);

    expect(accounts).toMatchObject([{ intervalSeconds, staleAfterSeconds }]);
  });
});

describe("the address of an account", () => {
  it.each([
    ["its own host", "https://api.acme.test/v2/", "api.acme.test", 60],
    ["another host of the provider", "https://eu.acme.test", "eu.acme.test", 60],
    ["another port of its host", "https://api.acme.test:8443/v1", "api.acme.test:8443", 1],
    ["a gateway", "https://gateway.test/acme", "gateway.test", 1],
  ])("decides which floor holds: %s", async (_, baseUrl, host, floorSeconds) => {
    const account = `{ name: a, provider: acme, api_key_env: ACME_KEY, base_url: "${baseUrl}" }`;

    expect((await load(`accounts:\n  - ${account}\n`)).accounts).toMatchObject([{ host, floorSeconds }]);
  });

  it("brings a warning where a key would travel unencrypted", async () => {
    const { warnings } = await load(`accounts:
  - { name: a, provider: acme, api_key_env: ACME_KEY, base_url: "http://gateway.test" }
  - { name: b, provider: acme, api_key_env: ACME_KEY, base_url: "http://127.0.0.1:1" }
  - { name: c, provider: gateway, base_url: "http://gateway.test" }
`);

    expect(warnings).toEqual(['account "a": its key is sent unencrypted, as base_url begins with http://']);
  });
});

describe("labels", () => {
  it("have the same keys on all accounts, empty where nothing was said", async () => {
    const { accounts } = await load(`accounts:
  - { name: a, provider: local, labels: { team: search, env: "" } }
  - { name: b, provider: local, labels: { cost_center: "4711" } }
  - { name: c, provider: local, labels: }
`);

    expect(accounts.map(({ labels }) => labels)).toEqual([
      { cost_center: "", env: "", team: "search" },
      { cost_center: "4711", env: "", team: "" },
      { cost_center: "", env: "", team: "" },
    ]);
  });
});

describe("quotas", () => {
  it("override only what they name", async () => {
    const { accounts } = await load(`accounts:
  - name: a
    provider: local
    quotas:
      weekly: { enforcement: soft, period: 30d, severity: none }
      balance: { severity: critical }
      daily: {}
`);

    expect(accounts[0]?.overrides).toEqual({
      weekly: { enforcement: "soft", periodSeconds: 2_592_000, severity: "none" },
      balance: { severity: "critical" },
      daily: {},
    });
  });
});

describe("the settings of a provider", () => {
  it("reach its adapter", async () => {
    const { accounts } = await load("accounts: [{ name: a, provider: login, credentials_file: config.yaml }]\n");

    const answer = await accounts[0]?.read(idleContext());

    expect(answer?.plan).toMatch(/^\/.*\/config\.yaml$/);
  });
});
