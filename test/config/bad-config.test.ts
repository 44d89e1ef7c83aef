import { describe, expect, it } from "vitest";
import { KEY, problemsOf } from "./config-directory.ts";

const GOOD = "accounts:\n  - { name: a, provider: local }\n";
const DURATION = "needs a duration in whole numbers with units";
const LISTEN = 'needs host:port, such as 127.0.0.1:10844, "[::1]:10844" (in quotes) or :10844 for every interface';
const PEER = "needs the URL of another daemon, such as http://other-host:10844, without user, query or fragment";
const NAME = "needs a name of 1 to 64 letters, digits, spaces and . _ @ - that begins with a letter or digit";
const KEY_ELSEWHERE =
  "a key never stands in this file; name its environment variable with api_key_env, or its file with api_key_file";
const NO_KEY = 'this key is unknown; a line has the form "key: value", with a space after the colon';
const TAKES_KEY =
  "the provider acme takes a key; name its environment variable with api_key_env, or its file with api_key_file";

const PROMETHEUS_URL = "needs a URL that begins with http:// or https://, such as https://gateway.example/v1";
const SELECTOR = `needs label matchers such as 'job="llm",env="prod"', the values in "quotes"`;

/** One line beside a good account; the problem is told for line 3. */
describe("a section", () => {
  it.each([
    ["poll: { timeot: 5s }", '9: poll.timeot: unknown key "timeot", did you mean "timeout"?'],
    ["pol: {}", '1: pol: unknown key "pol", did you mean "poll"?'],
    [
      "retries: 3",
      '1: retries: unknown key "retries", known here: accounts, alerting, engine, poll, proxy, state, web',
    ],
    ["poll: [5m]", "7: poll: needs keys with values, not a list"],
    ["poll: 5m", "7: poll: needs keys with values, not text"],
    ["poll: { interval: 300 }", `19: poll.interval: ${DURATION}; write 300s if seconds are meant`],
    ["poll: { interval: 1.5h }", `19: poll.interval: ${DURATION} such as 30s, 5m, 1h30m or 1d`],
    ["poll: { interval: 0s }", "19: poll.interval: needs a duration from 1s to 1d"],
    ["poll: { interval: 2d }", "19: poll.interval: needs a duration from 1s to 1d"],
    ["poll: { interval: -5m }", `19: poll.interval: ${DURATION} such as 30s, 5m, 1h30m or 1d`],
    ["poll: { interval: }", `9: poll.interval: has no value; ${DURATION} such as 30s, 5m, 1h30m or 1d`],
    ["poll: { timeout: 10m }", "18: poll.timeout: needs a duration from 100ms to 5m"],
    [
      "poll: { stale_after: 2m }",
      '22: poll.stale_after: too short for account "a", which is read every 5m; needs at least that',
    ],
    ["poll: { peer: other-host:10844 }", `15: poll.peer: ${PEER}`],
    ["poll: { peer: 'ftp://other-host' }", `15: poll.peer: ${PEER}`],
    ["poll: { peer: [http://other-host] }", `15: poll.peer: ${PEER}`],
    ["poll: { peer: 'http://me:canary@other-host:10844' }", `15: poll.peer: ${PEER}`],
    ["poll: { peer: 'http://other-host:10844/?token=canary' }", `15: poll.peer: ${PEER}`],
    ["web: { listen_address: 10844 }", `24: web.listen_address: ${LISTEN}`],
    ["web: { listen_address: '127.0.0.1:99999' }", `24: web.listen_address: ${LISTEN}`],
    ["engine: { pace_weigth: 1 }", '11: engine.pace_weigth: unknown key "pace_weigth", did you mean "pace_weight"?'],
    ["engine: { pace_weight: half }", "24: engine.pace_weight: needs a number, not text"],
    ["engine: { pace_weight: .inf }", "24: engine.pace_weight: needs a number"],
    ["engine: { pace_weight: -1 }", "24: engine.pace_weight: needs at least 0"],
    ["engine: { min_readings: 2.5 }", "25: engine.min_readings: needs a whole number"],
    ["engine: { min_readings: 0 }", "25: engine.min_readings: needs at least 1"],
    ["engine: { hold: 0s }", "17: engine.hold: needs a duration from 1ms to 366d"],
    ["state: { path: a, memory: true }", "8: state: needs one of path, memory: true and prometheus, not several"],
    ["state: { memory: false }", "18: state.memory: needs true"],
    ["state: { path: '' }", "16: state.path: is empty; needs text"],
    [
      "state: { memory: true, prometheus: { url: 'http://127.0.0.1:9090' } }",
      "8: state: needs one of path, memory: true and prometheus, not several",
    ],
    ["state: { prometheus: {} }", `22: state.prometheus.url: is missing; ${PROMETHEUS_URL}`],
    ["state: { prometheus: { url: prometheus:9090 } }", `29: state.prometheus.url: ${PROMETHEUS_URL}`],
    [
      "state: { prometheus: { url: 'http://me:canary@p:9090' } }",
      "29: state.prometheus.url: must not hold a user name or password; a key goes into api_key_env or api_key_file",
    ],
    [
      "state: { prometheus: { url: 'http://p', range: 30m } }",
      "48: state.prometheus.range: needs a duration from 1h to 366d",
    ],
    ["state: { prometheus: { url: 'http://p', selector: job=llm } }", `51: state.prometheus.selector: ${SELECTOR}`],
    [
      "state: { prometheus: { url: 'http://p', selector: '{job=\"llm\"}' } }",
      `51: state.prometheus.selector: ${SELECTOR}`,
    ],
    [
      "state: { prometheus: { url: 'http://p', tenant: 1 } }",
      "49: state.prometheus.tenant: needs the name of a tenant: ASCII without spaces; put a number in quotes",
    ],
    [
      "state: { prometheus: { url: 'http://p', bearer_token: canary } }",
      "55: state.prometheus.bearer_token: a credential never stands in this file; name its file with authorization.credentials_file",
    ],
    ["alerting: { mode: push }", "19: alerting.mode: push needs alertmanagers: name at least one"],
    ["alerting: { mode: false }", '19: alerting.mode: needs "rules", "push" or "off"'],
    ["api_key:sk-canary:", `1: …: ${NO_KEY}`],
    ["web: { listen-address: ':9000' }", '8: web.…: unknown key, did you mean "listen_address"?'],
  ])("is refused for %s", async (line, problem) => {
    expect(await problemsOf(`${GOOD}${line}\n`)).toEqual([`config.yaml:3:${problem}`]);
  });
});

/** An account as a flow mapping on line 2; columns count from there. */
describe("an account", () => {
  it.each([
    ["{ provider: local }", `5: accounts.0.name: is missing; ${NAME}`],
    ["{ name: '', provider: local }", `13: accounts.0.name: ${NAME}`],
    ["{ name: -a, provider: local }", `13: accounts.0.name: ${NAME}`],
    ['{ name: "a\\nb", provider: local }', `13: accounts.0.name: ${NAME}`],
    ["{ name: 4711, provider: local }", `13: accounts.0.name: ${NAME}; put a number in "quotes"`],
    [`{ name: ${"a".repeat(65)}, provider: local }`, `13: accounts.0.name: ${NAME}`],
    ["{ name: a }", "5: accounts.0.provider: is missing; needs text"],
    ["{ name: a, provider: acne }", '26: accounts.0.provider: unknown provider "acne", did you mean "acme"?'],
    ["{ name: a, provider: acme-clod }", '26: accounts.0.provider: unknown provider, did you mean "acme_cloud"?'],
    [
      "{ name: a, provider: openai }",
      '26: accounts.0.provider: unknown provider "openai", known here: acme, acme_cloud, gateway, local, login',
    ],
    ["local", "5: accounts.0: needs keys with values, not text"],
    [
      "{ name: a, provider: local, intervall: 5m }",
      '33: accounts.0.intervall: unknown key "intervall", did you mean "interval"?',
    ],
    [`{ name: a, provider: acme, api_key: ${KEY} }`, `32: accounts.0.api_key: ${KEY_ELSEWHERE}`],
    [`{ name: a, provider: acme, apiKey: ${KEY} }`, `32: accounts.0.…: ${KEY_ELSEWHERE}`],
    ["{ name: a, provider: local, base-url: x }", '33: accounts.0.…: unknown key, did you mean "base_url"?'],
    [`{ name: a, provider: acme, token: ${KEY} }`, `32: accounts.0.token: ${KEY_ELSEWHERE}`],
    ["{ name: a, provider: acme }", `5: accounts.0: ${TAKES_KEY}`],
    ["{ name: a, provider: acme, credentials_file: x }", `50: accounts.0.credentials_file: ${TAKES_KEY}`],
    [
      "{ name: a, provider: acme, api_key_env: ACME_KEY, api_key_file: x }",
      "69: accounts.0.api_key_file: api_key_env names a key already; keep one of the two",
    ],
    [
      "{ name: a, provider: local, api_key_env: ACME_KEY }",
      "46: accounts.0.api_key_env: the provider local takes no credential; remove this line",
    ],
    [
      "{ name: a, provider: login, api_key_env: ACME_KEY }",
      "46: accounts.0.api_key_env: the provider login reads a login file; name it with credentials_file",
    ],
    [
      "{ name: a, provider: login }",
      "5: accounts.0: the provider login reads a login file; name it with credentials_file",
    ],
    [
      "{ name: a, provider: gateway }",
      "5: accounts.0: the provider gateway has no address of its own; name it with base_url",
    ],
    [
      `{ name: a, provider: gateway, base_url: 'https://u:${KEY}@x' }`,
      "45: accounts.0.base_url: must not hold a user name or password; a key goes into api_key_env or api_key_file",
    ],
    [
      "{ name: a, provider: acme, api_key_env: ACME_KEY, interval: 30s }",
      '65: accounts.0.interval: too short for account "a": acme allows one read per 1m; give it an interval of at least that',
    ],
    [
      "{ name: a, provider: acme, api_key_env: ACME_KEY, interval: 30s, base_url: 'https://eu.acme.test' }",
      '65: accounts.0.interval: too short for account "a": acme allows one read per 1m; give it an interval of at least that',
    ],
    ["{ name: a, provider: acme, api_key_env: ACME_KEY, region: mars }", "63: accounts.0.region: needs eu or us"],
    [
      "{ name: a, provider: acme, api_key_env: ACME_KEY, probe: yes }",
      "62: accounts.0.probe: needs true or false, not text",
    ],
    [
      "{ name: a, provider: acme, api_key_env: ACME_KEY, rgion: eu }",
      '55: accounts.0.rgion: unknown key "rgion", did you mean "region"?',
    ],
    ["{ name: a, provider: local, labels: [x] }", "41: accounts.0.labels: needs keys with values, not a list"],
    [
      "{ name: a, provider: local, labels: { job: x } }",
      '43: accounts.0.labels.job: the label "job" is reserved; choose another name, such as "team_job"',
    ],
    [
      "{ name: a, provider: local, labels: { __x: x } }",
      '43: accounts.0.labels.__x: label names that begin with "__" belong to Prometheus; drop the underscores',
    ],
    [
      "{ name: a, provider: local, labels: { a-b: x } }",
      "43: accounts.0.labels.…: a label name has only letters, digits and underscores, and no digit first",
    ],
    [
      `{ name: a, provider: local, labels: { team: ${"x".repeat(129)} } }`,
      "49: accounts.0.labels.team: needs text of at most 128 characters without control characters",
    ],
    [
      "{ name: a, provider: local, labels: { team: 5 } }",
      '49: accounts.0.labels.team: needs text, not a number; put it in "quotes"',
    ],
    [
      "{ name: a, provider: local, quotas: { Weekly Tokens: {} } }",
      "43: accounts.0.quotas.…: needs the id of a quota, such as weekly_input_tokens or balance",
    ],
    [
      "{ name: a, provider: local, quotas: { weekly: { severty: none } } }",
      '53: accounts.0.quotas.weekly.severty: unknown key "severty", did you mean "severity"?',
    ],
    [
      "{ name: a, provider: local, quotas: { weekly: { limit: 0 } } }",
      "60: accounts.0.quotas.weekly.limit: needs more than 0",
    ],
    [
      "{ name: a, provider: local, quotas: { weekly: { severity: page } } }",
      "63: accounts.0.quotas.weekly.severity: needs none, info, warning or critical",
    ],
    [
      "{ name: a, provider: local, quotas: { weekly: { period: 30 } } }",
      `61: accounts.0.quotas.weekly.period: ${DURATION}; write 30s if seconds are meant`,
    ],
  ])("is refused for %s", async (account, problem) => {
    const lines = await problemsOf(`accounts:\n  - ${account}\n`);

    expect(lines).toEqual([`config.yaml:2:${problem}`]);
    expect(lines.join()).not.toContain(KEY);
  });

  it("is refused for a label that JavaScript would lose", async () => {
    const text = "accounts:\n  - { name: a, provider: local, labels: { __proto__: x } }\n";

    expect(await problemsOf(text)).toEqual([
      'config.yaml:2:43: accounts.0.labels.__proto__: "__proto__" cannot be a key',
    ]);
  });
});

/** A key on a wrong line, in the shapes that providers give their keys. */
describe.each([
  "sk-nano-planted-abcdef",
  "sk-PLANTED-q",
  "sk_live_planted",
  "cpk_planted",
  "AIzaPlanted0123",
  "AKIAPLANTED01234",
  "ghp_planted",
  "hf_planted",
  "Planted",
  "planted0123456789abcdef",
  "planted0123456789abcdef0123456789",
  "a.planted.b",
])("the text %s", (planted) => {
  it.each<[place: string, text: string]>([
    ["as a provider", `accounts: [{ name: a, provider: ${planted} }]\n`],
    ["as a key of the file", `${GOOD}${planted}: 1\n`],
    ["as a key of a section", `${GOOD}poll: { ${planted}: 1 }\n`],
    ["as a key of an account", `accounts: [{ name: a, provider: local, ${planted}: 1 }]\n`],
    ["as a label", `accounts: [{ name: a, provider: local, labels: { ${planted}: 1 } }]\n`],
    ["as a quota", `accounts: [{ name: a, provider: local, quotas: { ${planted}: { limit: 0 } } }]\n`],
    ["as a key twice", `${GOOD}${planted}: 1\n${planted}: 1\n`],
  ])("is not repeated when it stands there %s", async (_place, text) => {
    expect((await problemsOf(text)).join("\n").toLowerCase()).not.toContain("planted");
  });
});

describe("the list of accounts", () => {
  const ADVICE = "name at least one account, or start without a config file to find them in the environment";

  it.each([
    ["missing", "web: {}\n", "1:1: accounts: is missing; needs a list"],
    ["empty", "accounts: []\n", `1:11: accounts: the list is empty; ${ADVICE}`],
    ["commented out", "accounts:\n  # - name: a\n", "1:1: accounts: is missing; needs a list"],
    ["not a list", "accounts:\n  a: { provider: local }\n", "2:3: accounts: needs a list, not keys with values"],
  ])("may not be %s", async (_, text, problem) => {
    expect(await problemsOf(text)).toEqual([`config.yaml:${problem}`]);
  });

  it("may not use a name twice, whatever the providers are", async () => {
    const text = `accounts:
  - name: team
    provider: local
  - name: team
    provider: gateway
    base_url: https://gateway.test
`;

    expect(await problemsOf(text)).toEqual([
      "config.yaml:4:11: accounts.1.name: the account on line 2 has this name already; each account needs one of its own",
    ]);
  });

  it("may not inherit an interval that is under the floor of a provider", async () => {
    const text = `poll: { interval: 5m }
accounts:
  - { name: fast, provider: acme, api_key_env: ACME_KEY }
  - { name: slow, provider: acme_cloud, api_key_env: ACME_KEY }
`;

    expect(await problemsOf(text)).toEqual([
      'config.yaml:1:19: poll.interval: too short for account "slow": acme_cloud allows one read per 10m; give it an interval of at least that',
    ]);
  });
});

it("tells everything that is wrong at once, in the order of the file", async () => {
  const text = `alerting: { mode: push }
poll:
  timeot: 5s
accounts:
  - name: a
    provider: acme
    api_key: ${KEY}
    interval: 5
    labels: { job: x, team: 1 }
  - name: a
    provider: nope
    quotas: { weekly: { enforcment: hard } }
  - name: c
    provider: gateway
    api_key_env: UNSET
`;

  expect((await problemsOf(text)).map((line) => line.split(": ").slice(0, 2).join(" "))).toEqual([
    "config.yaml:1:19 alerting.mode",
    "config.yaml:3:3 poll.timeot",
    "config.yaml:7:5 accounts.0.api_key",
    "config.yaml:8:15 accounts.0.interval",
    "config.yaml:9:15 accounts.0.labels.job",
    "config.yaml:9:29 accounts.0.labels.team",
    "config.yaml:10:11 accounts.1.name",
    "config.yaml:11:15 accounts.1.provider",
    "config.yaml:12:25 accounts.1.quotas.weekly.enforcment",
    "config.yaml:13:5 accounts.2",
    "config.yaml:15:18 accounts.2.api_key_env",
  ]);
});
