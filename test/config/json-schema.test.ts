import { mkdir, readdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { Ajv2020 } from "ajv/dist/2020.js";
import { load as parseYaml } from "js-yaml";
import { describe, expect, it } from "vitest";
import { configJsonSchema } from "../../src/config/json-schema.ts";
import { PROVIDERS as REAL_PROVIDERS } from "../../src/providers/registry.ts";
import { formatDuration, parseDuration } from "../../src/quota/duration.ts";
import { configDirectory, KEY, loadAt, problemsOf } from "./config-directory.ts";
import { PROVIDERS } from "./providers.ts";

const ROOT = new URL("../../", import.meta.url);
const read = (path: string) => readFile(new URL(path, ROOT), "utf8");

/** Its strict mode also refuses a schema with a mistake of its own, as in a keyword. */
const ajv = new Ajv2020({ allErrors: true, strict: true, strictTypes: false, strictRequired: false });
const ofTests = ajv.compile(configJsonSchema(PROVIDERS));
const ofReality = ajv.compile(configJsonSchema(REAL_PROVIDERS));

it("stands in config.schema.json as npm run generate writes it", async () => {
  expect(await read("config.schema.json")).toBe(`${JSON.stringify(configJsonSchema(REAL_PROVIDERS), null, 2)}\n`);
});

it("is named in the first line of config.example.yaml, where it stands", async () => {
  const [first] = (await read("config.example.yaml")).split("\n");

  expect(first).toBe("# yaml-language-server: $schema=./config.schema.json");
});

it("describes every key", () => {
  expect(undescribed(configJsonSchema(REAL_PROVIDERS), "")).toEqual([]);
});

const pages = (await readdir(new URL("docs/providers/", ROOT))).map((name) => `docs/providers/${name}`);
const examples = await Promise.all(
  ["docs/configuration.md", "README.md", ...pages].map(async (path) =>
    [...(await read(path)).matchAll(/```yaml\n([\s\S]*?)```/g)].map(([, text = ""], index) => ({
      name: `example ${index + 1} of ${path}`,
      text,
    })),
  ),
);

const shipped = await Promise.all(
  ["config.example.yaml", "deploy/compose/config.yaml"].map(async (name) => ({ name, text: await read(name) })),
);

describe("the JSON Schema accepts", () => {
  it.each([
    ...shipped,
    ...examples.flat(),
    // The pages of the providers show what costs something commented out.
    ...examples.flat().flatMap(({ name, text }) => {
      const whole = text.replaceAll(/^( *)# (?=\w+: )/gm, "$1");
      return whole === text ? [] : [{ name: `${name} with its options`, text: whole }];
    }),
  ])("$name", ({ text }) => {
    expect(problemsSeen(ofReality, parseYaml(text))).toEqual([]);
  });
});

const LOCAL = "accounts: [{ name: a, provider: local }]";
const ACME = "provider: acme, api_key_env: ACME_KEY";

/** Whatever check-config takes, an editor must not mark. */
describe("the JSON Schema and check-config both accept", () => {
  it.each([
    LOCAL,
    `${LOCAL}\nweb:\npoll:\nengine:\nstate:\nalerting:`,
    `${LOCAL}\nweb: { listen_address: ':9000' }`,
    `${LOCAL}\nweb: { listen_address: '[::1]:9000' }`,
    `${LOCAL}\npoll: { interval: 1h30m, timeout: 2s500ms, stale_after: 1w }`,
    `${LOCAL}\npoll: { peer: ' HTTP://other-host:10844/behind/a/proxy/ ' }`,
    `${LOCAL}\nengine: { reset_jitter: 30s, pace_weight: 0, min_readings: 5 }`,
    `${LOCAL}\nstate: { memory: true }`,
    `${LOCAL}\nstate: { path: x.db }`,
    `${LOCAL}\nstate: { prometheus: { url: 'https://mimir.test/prometheus/', tenant: team-a, range: 30d, selector: 'job="a,b", env=~"p.*",' } }`,
    `${LOCAL}\nalerting: { mode: off }`,
    `${LOCAL}\nweb: { external_url: 'https://quota.test/' }`,
    `${LOCAL}\nalerting: { mode: push, resend_interval: 1s, alertmanagers: [{ static_configs: [{ targets: ['[::1]:9093', am_1.test:1] }] }] }`,
    `${LOCAL}\nalerting: { alertmanagers: [{ api_version: v2, static_configs: [{ targets: ['a:1'] }], scheme: https, path_prefix: /a/b/, timeout: 2s, tls_config: { server_name: b, insecure_skip_verify: true, min_version: TLS13 } }] }`,
    "accounts: [{ name: team@a.eu - 1, provider: acme, api_key_env: ACME_KEY, region: eu, probe: true }]",
    "accounts: [{ name: a, provider: acme, api_key_env: ACME_KEY, base_url: ' HTTPS://gw.test:8443/v1/ ' }]",
    "accounts: [{ name: a, provider: gateway, base_url: 'http://[::1]:80/a@b' }]",
    "accounts: [{ name: a, provider: gateway, base_url: 'https://gw.test', api_key_env: ACME_KEY }]",
    "accounts: [{ name: a, provider: login, credentials_file: config.yaml }]",
    "accounts: [{ name: a, provider: local, labels: { _team: '4711', env: '' } }]",
    "accounts: [{ name: a, provider: local, labels: , quotas: }]",
    "accounts: [{ name: a, provider: local, quotas: { weekly: { enforcement: soft, period: 30d }, balance: {} } }]",
    "accounts: [{ name: a, provider: local, quotas: { weekly: { severity: none } } }]",
  ])("%s", async (text) => {
    const { path } = await configDirectory(`${text}\n`);

    await expect(loadAt(path)).resolves.toBeDefined();
    expect(problemsSeen(ofTests, parseYaml(text))).toEqual([]);
  });

  it("the path of a key file", async () => {
    const text = "accounts: [{ name: a, provider: acme, api_key_file: keys/acme }]\n";
    const { path, directory } = await configDirectory(text);
    await mkdir(join(directory, "keys"));
    await writeFile(join(directory, "keys/acme"), KEY, { mode: 0o600 });

    await expect(loadAt(path)).resolves.toBeDefined();
    expect(problemsSeen(ofTests, parseYaml(text))).toEqual([]);
  });
});

/** As an account in the place of `local` above; what follows is where an editor marks it. */
const account = (text: string) => `accounts: [{ name: a, ${text} }]`;

describe("the JSON Schema and check-config both refuse", () => {
  it.each([
    ["an unknown key of the file", `${LOCAL}\npol: {}`, "/"],
    ["a peer without a scheme", `${LOCAL}\npoll: { peer: 'other-host:10844' }`, "/poll/peer"],
    ["an unknown key of a section", `${LOCAL}\npoll: { timeot: 5s }`, "/poll"],
    ["an unknown constant", `${LOCAL}\nengine: { pace_weigth: 1 }`, "/engine"],
    ["an unknown key of an account", account("provider: local, intervall: 5m"), "/accounts/0"],
    ["an unknown key of a quota", account("provider: local, quotas: { w: { severty: none } }"), "/accounts/0/quotas/w"],
    ["a key in the file", account(`provider: acme, api_key_env: ACME_KEY, api_key: ${KEY}`), "/accounts/0"],
    ["a list for a section", `${LOCAL}\npoll: [5m]`, "/poll"],
    ["text for a section", `${LOCAL}\nweb: yes`, "/web"],
    ["text for a number", `${LOCAL}\nengine: { pace_weight: half }`, "/engine/pace_weight"],
    ["a negative number", `${LOCAL}\nengine: { pace_weight: -1 }`, "/engine/pace_weight"],
    ["infinity", `${LOCAL}\nengine: { pace_weight: .inf }`, "/engine/pace_weight"],
    ["a fraction for a count", `${LOCAL}\nengine: { min_readings: 2.5 }`, "/engine/min_readings"],
    ["a duration without a unit", `${LOCAL}\npoll: { interval: 300 }`, "/poll/interval"],
    ["a duration with a decimal", `${LOCAL}\npoll: { interval: 1.5h }`, "/poll/interval"],
    ["a duration with its units in the wrong order", `${LOCAL}\npoll: { interval: 5s1m }`, "/poll/interval"],
    ["a negative duration", `${LOCAL}\npoll: { timeout: -5s }`, "/poll/timeout"],
    ["a duration of nothing", `${LOCAL}\nengine: { hold: 0s }`, "/engine/hold"],
    ["a key without a value", `${LOCAL}\npoll: { interval: }`, "/poll/interval"],
    ["an address without a colon", `${LOCAL}\nweb: { listen_address: 10844 }`, "/web/listen_address"],
    ["an address in IPv6 without brackets", `${LOCAL}\nweb: { listen_address: '::1:80' }`, "/web/listen_address"],
    ["both a path and memory", `${LOCAL}\nstate: { path: a, memory: true }`, "/state"],
    ["memory: false", `${LOCAL}\nstate: { memory: false }`, "/state/memory"],
    ["an empty path", `${LOCAL}\nstate: { path: '' }`, "/state/path"],
    ["both a path and Prometheus", `${LOCAL}\nstate: { path: a, prometheus: { url: 'http://x' } }`, "/state"],
    ["Prometheus without a URL", `${LOCAL}\nstate: { prometheus: {} }`, "/state/prometheus"],
    [
      "a selector in braces",
      `${LOCAL}\nstate: { prometheus: { url: 'http://x', selector: '{a="b"}' } }`,
      "/state/prometheus/selector",
    ],
    ["an unknown mode", `${LOCAL}\nalerting: { mode: both }`, "/alerting/mode"],
    [
      "a password in the file",
      `${LOCAL}\nalerting: { alertmanagers: [{ static_configs: [{ targets: ['a:1'] }], basic_auth: { username: u, password_file: x, password: y } }] }`,
      "/alerting/alertmanagers/0/basic_auth",
    ],
    [
      "a URL for a target",
      `${LOCAL}\nalerting: { alertmanagers: [{ static_configs: [{ targets: ['http://a:1'] }] }] }`,
      "/alerting/alertmanagers/0/static_configs/0/targets/0",
    ],
    ["no Alertmanager in the list", `${LOCAL}\nalerting: { alertmanagers: [] }`, "/alerting/alertmanagers"],
    ["no accounts", "web: {}", "/"],
    ["an empty list of accounts", "accounts: []", "/accounts"],
    ["accounts with names for keys", "accounts: { a: { provider: local } }", "/accounts"],
    ["an account without a name", "accounts: [{ provider: local }]", "/accounts/0"],
    ["an account with a number for a name", "accounts: [{ name: 4711, provider: local }]", "/accounts/0/name"],
    ["a name that begins with a dash", "accounts: [{ name: -a, provider: local }]", "/accounts/0/name"],
    ["a name that ends with a space", "accounts: [{ name: 'a ', provider: local }]", "/accounts/0/name"],
    ["a name of 65 letters", `accounts: [{ name: ${"a".repeat(65)}, provider: local }]`, "/accounts/0/name"],
    ["an account without a provider", "accounts: [{ name: a }]", "/accounts/0"],
    ["an unknown provider", account("provider: acne"), "/accounts/0/provider"],
    ["a setting of another provider", account("provider: local, region: eu"), "/accounts/0"],
    ["a wrong value of a provider's setting", account(`${ACME}, region: mars`), "/accounts/0/region"],
    ["a wrong type of a provider's setting", account(`${ACME}, probe: yes`), "/accounts/0/probe"],
    ["no key where one is needed", account("provider: acme"), "/accounts/0"],
    ["two keys", account(`${ACME}, api_key_file: x`), "/accounts/0"],
    ["a key where none is taken", account("provider: local, api_key_env: ACME_KEY"), "/accounts/0"],
    ["a key where a login file is taken", account("provider: login, api_key_env: ACME_KEY"), "/accounts/0"],
    ["no login file where one is needed", account("provider: login"), "/accounts/0"],
    ["a key in the place of its variable", account(`provider: acme, api_key_env: ${KEY}`), "/accounts/0/api_key_env"],
    ["no address where one is needed", account("provider: gateway"), "/accounts/0"],
    ["an address without a scheme", account(`${ACME}, base_url: gw.test`), "/accounts/0/base_url"],
    ["an address with a password", account(`${ACME}, base_url: 'https://u:p@gw.test'`), "/accounts/0/base_url"],
    ["an address with a query", account(`${ACME}, base_url: 'https://gw.test?a=b'`), "/accounts/0/base_url"],
    ["a list of labels", account("provider: local, labels: [x]"), "/accounts/0/labels"],
    ["a number for a label", account("provider: local, labels: { team: 5 }"), "/accounts/0/labels/team"],
    ["a label name with a dash", account("provider: local, labels: { a-b: x }"), "/accounts/0/labels"],
    ["a label name of Prometheus", account("provider: local, labels: { __x: x }"), "/accounts/0/labels"],
    ["a long label", account(`provider: local, labels: { t: ${"x".repeat(129)} }`), "/accounts/0/labels/t"],
    ["a quota id with a space", account("provider: local, quotas: { Weekly Tokens: {} }"), "/accounts/0/quotas"],
    ["a severity that is none", account("provider: local, quotas: { w: { severity: page } }"), "/severity"],
    ["a limit of nothing", account("provider: local, quotas: { w: { limit: 0 } }"), "/accounts/0/quotas/w/limit"],
  ])("%s", async (_, text, place) => {
    expect(await problemsOf(`${text}\n`)).not.toEqual([]);
    expect(problemsSeen(ofTests, parseYaml(text))).toContainEqual(expect.stringContaining(place));
  });
});

describe("the pattern of a duration", () => {
  const accepts = (interval: unknown) => ofTests({ ...(parseYaml(LOCAL) as object), poll: { stale_after: interval } });

  it.each([1, 59, 60, 3600, 5400, 86_400, 90_061.5].map(formatDuration))("takes %s", (text) => {
    expect([accepts(text), parseDuration(text)]).toEqual([true, expect.any(Number)]);
  });

  it.each(["", "s", "5", "5 m", "5M", "1m1h", "1m1m", "m5", "1234567890s"])("refuses %j", (text) => {
    expect([accepts(text), parseDuration(text)]).toEqual([false, undefined]);
  });
});

function problemsSeen(validate: typeof ofTests, config: unknown): readonly string[] {
  if (validate(config)) return [];
  return (validate.errors ?? []).map(({ instancePath, message }) => `${instancePath || "/"} ${message}`);
}

/** Keys that would show nothing when an editor points at them. */
function undescribed(schema: unknown, path: string): readonly string[] {
  if (typeof schema !== "object" || schema === null) return [];
  if (Array.isArray(schema)) return schema.flatMap((one) => undescribed(one, path));
  return Object.entries(schema).flatMap(([keyword, inner]) => {
    if (keyword === "if" || keyword === "not") return [];
    if (keyword !== "properties") return undescribed(inner, path);
    return Object.entries(inner as Record<string, { description?: string }>).flatMap(([key, property]) => {
      const at = `${path}/${key}`;
      const isDescribed = (property as unknown) === true || (property.description ?? "") !== "";
      return [...(isDescribed ? [] : [at]), ...undescribed(property, at)];
    });
  });
}
