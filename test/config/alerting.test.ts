import { chmod, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { inspect } from "node:util";
import { beforeAll, describe, expect, it } from "vitest";
import { shownConfig } from "../../src/config/shown.ts";
import { type Certificates, makeCertificates } from "../support/certificates.ts";
import { configDirectory, linesOf, loadAt } from "./config-directory.ts";

const CANARY = "s3cr3t-canary";
const ACCOUNT = "accounts: [{ name: a, provider: local }]\n";
const TO_ONE = "static_configs: [{ targets: [am:9093] }]";
const DURATION = "needs a duration in whole numbers with units such as 30s, 5m, 1h30m or 1d";
const TARGET = 'needs host:port, such as alertmanager:9093 or "[::1]:9093" (in quotes)';
const PREFIX = "needs a path that begins with a slash, such as /alertmanager, without query or fragment";
const inFileOf = (key: string) => `a credential never stands in this file; name its file with ${key}`;
const URL_NEEDED = "needs a URL that begins with http:// or https://, such as https://gateway.example/v1";

let made: Certificates;
beforeAll(async () => {
  made = await makeCertificates();
}, 60_000);

/** The block `alerting` on line 2, beside files for it. */
async function withFiles(alerting: string) {
  const { directory, path } = await configDirectory(`${ACCOUNT}alerting: ${alerting}\n`);
  const files = {
    password: `${CANARY}\n`,
    "other-password": "another\n",
    empty: " \n",
    "two-lines": `${CANARY}\n${CANARY}`,
    "ca.pem": made.ca.cert,
    "cert.pem": made.client.cert,
    "key.pem": made.client.key,
    "other.pem": made.server.key,
    "broken.pem": "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n",
  };
  for (const [name, text] of Object.entries(files)) await writeFile(join(directory, name), text, { mode: 0o600 });
  return { directory, path };
}

async function problems(alerting: string): Promise<readonly string[]> {
  const { directory, path } = await withFiles(alerting);
  return linesOf(loadAt(path), directory);
}
const load = async (alerting: string) => loadAt((await withFiles(alerting)).path);
const one = (more: string, to = TO_ONE) => `{ alertmanagers: [{ ${to}, ${more} }] }`;

/** What is told, from the column on line 2 on. */
describe("alerting is refused", () => {
  it.each<[string, readonly string[]]>([
    ["{ mode: pull }", ['19: alerting.mode: needs "rules", "push" or "off"']],
    ["{ mode: push }", ["19: alerting.mode: push needs alertmanagers: name at least one"]],
    ["{ mode: push, alertmanagers: }", ["25: alerting.alertmanagers: has no value; needs a list"]],
    ["{ alertmanagers: [] }", ["28: alerting.alertmanagers: needs at least 1"]],
    ["{ alertmanagers: am:9093 }", ["28: alerting.alertmanagers: needs a list, not text"]],
    ["{ alertmanager: [] }", ['13: alerting.alertmanager: unknown key "alertmanager", did you mean "alertmanagers"?']],
    ["{ resend_interval: 500ms }", ["30: alerting.resend_interval: needs a duration from 1s to 1h"]],
    ["{ resend_interval: 2h }", ["30: alerting.resend_interval: needs a duration from 1s to 1h"]],
    ["{ resend_interval: often }", [`30: alerting.resend_interval: ${DURATION}`]],
    ["{ runbook_base: wiki }", [`27: alerting.runbook_base: ${URL_NEEDED}`]],
    ["{ runbook_base: 'ftp://wiki.test' }", [`27: alerting.runbook_base: ${URL_NEEDED}`]],
    ["{ dashboard_base: /grafana }", [`29: alerting.dashboard_base: ${URL_NEEDED}`]],
    [one("sheme: https"), ['73: alerting.alertmanagers.0.sheme: unknown key "sheme", did you mean "scheme"?']],
    [one("scheme: ftp"), ["81: alerting.alertmanagers.0.scheme: needs http or https"]],
    [one("api_version: v1"), ["86: alerting.alertmanagers.0.api_version: needs v2"]],
    [one("timeout: 0s"), ["82: alerting.alertmanagers.0.timeout: needs a duration from 100ms to 5m"]],
    [one("path_prefix: am"), [`86: alerting.alertmanagers.0.path_prefix: ${PREFIX}`]],
    [one("path_prefix: '/am?a=b'"), [`86: alerting.alertmanagers.0.path_prefix: ${PREFIX}`]],
    [one("path_prefix: //other.test"), [`86: alerting.alertmanagers.0.path_prefix: ${PREFIX}`]],
    [
      one(`bearer_token: ${CANARY}`),
      [`87: alerting.alertmanagers.0.bearer_token: ${inFileOf("authorization.credentials_file")}`],
    ],
    [
      one(`basic_auth: { username: u, password: ${CANARY} }`),
      [
        "85: alerting.alertmanagers.0.basic_auth.password_file: is missing; needs text",
        `110: alerting.alertmanagers.0.basic_auth.password: ${inFileOf("password_file")}`,
      ],
    ],
    [
      one(`authorization: { credentials: ${CANARY} }`),
      [
        "88: alerting.alertmanagers.0.authorization.credentials_file: is missing; needs text",
        `103: alerting.alertmanagers.0.authorization.credentials: ${inFileOf("credentials_file")}`,
      ],
    ],
    [
      one("authorization: { type: 'Bearer x', credentials_file: password }"),
      ["96: alerting.alertmanagers.0.authorization.type: needs a word such as Bearer"],
    ],
    [
      one("basic_auth: { username: u, password_file: password }, authorization: { credentials_file: password }"),
      ["29: alerting.alertmanagers.0: needs either basic_auth or authorization, not both"],
    ],
    [
      one("basic_auth: { username: u }"),
      ["85: alerting.alertmanagers.0.basic_auth.password_file: is missing; needs text"],
    ],
    [one("tls_config: {}"), ["85: alerting.alertmanagers.0.tls_config: means nothing without scheme: https"]],
    [
      one("scheme: https, tls_config: { cert_file: cert.pem }"),
      ["100: alerting.alertmanagers.0.tls_config: needs cert_file and key_file together"],
    ],
    [
      one("scheme: https, tls_config: { min_version: TLS10 }"),
      ["115: alerting.alertmanagers.0.tls_config.min_version: needs TLS12 or TLS13"],
    ],
    [
      "{ alertmanagers: [{ targets: [am:9093] }] }",
      [
        "29: alerting.alertmanagers.0.static_configs: is missing; needs a list",
        '31: alerting.alertmanagers.0.targets: unknown key "targets", known here: api_version, authorization, basic_auth, bearer_token, path_prefix, scheme, static_configs, timeout, tls_config',
      ],
    ],
    [
      "{ alertmanagers: [{ static_configs: [{ targets: [] }] }] }",
      ["59: alerting.alertmanagers.0.static_configs.0.targets: needs at least 1"],
    ],
    [
      "{ alertmanagers: [{ static_configs: [{ targets: [am:9093, am:9093] }] }] }",
      ["28: alerting.alertmanagers: a target stands here twice; name each once"],
    ],
    [
      `{ alertmanagers: [{ ${TO_ONE} }, { ${TO_ONE}, scheme: https }] }`,
      ["28: alerting.alertmanagers: a target stands here twice; name each once"],
    ],
  ])("for %s", async (alerting, expected) => {
    expect(await problems(alerting)).toEqual(expected.map((problem) => `config.yaml:2:${problem}`));
  });

  it.each([
    "http://am:9093",
    "https://am:9093/prefix",
    "am",
    "am:",
    "am:0",
    "am:65536",
    "am:9093/prefix",
    ":9093",
    "::1:9093",
    "[::::]:9093",
    "[am]:9093",
    "1.2.3.4.5:9093",
    "999.1.1.1:9093",
    "u:p@am:9093",
    "a b:9093",
  ])("for the target %s", async (target) => {
    const isUrl = target.startsWith("http");
    const problem = isUrl ? "needs host:port alone; the scheme goes into scheme, a path into path_prefix" : TARGET;

    expect(await problems(`{ alertmanagers: [{ static_configs: [{ targets: ['${target}'] }] }] }`)).toEqual([
      `config.yaml:2:60: alerting.alertmanagers.0.static_configs.0.targets.0: ${problem}`,
    ]);
  });

  const ALONE = "it has to hold the credential alone";
  const BELONG = "cert_file and key_file have to belong together, the key without a passphrase";
  it.each([
    ["authorization: { credentials_file: none }", `authorization.credentials_file: the file does not exist; ${ALONE}`],
    ["authorization: { credentials_file: empty }", `authorization.credentials_file: the file is empty; ${ALONE}`],
    [
      "authorization: { credentials_file: two-lines }",
      `authorization.credentials_file: the file holds a line break, a control character or one outside ASCII, which no key has; ${ALONE}`,
    ],
    [
      "authorization: { credentials_file: . }",
      `authorization.credentials_file: the file is a directory, not a file; ${ALONE}`,
    ],
    ["basic_auth: { username: u, password_file: none }", `basic_auth.password_file: the file does not exist; ${ALONE}`],
    ["scheme: https, tls_config: { ca_file: none }", "tls_config.ca_file: the file does not exist"],
    ["scheme: https, tls_config: { ca_file: empty }", "tls_config.ca_file: the file holds no PEM"],
    [
      "scheme: https, tls_config: { cert_file: cert.pem, key_file: password }",
      "tls_config.key_file: the file holds no PEM",
    ],
    [
      "scheme: https, tls_config: { cert_file: cert.pem, key_file: other.pem }",
      `tls_config: its certificates or its key cannot be used (ERR_OSSL_X509_KEY_VALUES_MISMATCH); ${BELONG}`,
    ],
    [
      "scheme: https, tls_config: { cert_file: broken.pem, key_file: key.pem }",
      "tls_config: its certificates or its key cannot be used (",
    ],
  ])("for the file in %s", async (more, expected) => {
    const lines = await problems(one(more));

    expect(lines).toEqual([expect.stringContaining(`: alerting.alertmanagers.0.${expected}`)]);
    expect(lines.join()).not.toContain("canary");
  });

  it("with every problem of its files at once", async () => {
    const lines = await problems(
      `{ alertmanagers: [{ ${TO_ONE}, authorization: { credentials_file: none } }, { static_configs: [{ targets: [b:1] }], scheme: https, tls_config: { ca_file: none } }] }`,
    );

    expect(lines).toHaveLength(2);
  });
});

describe("alerting is taken", () => {
  it("as it is by default", async () => {
    const { alerting, warnings } = await load(`{ mode: push, alertmanagers: [{ ${TO_ONE} }] }`);

    expect(alerting).toEqual({
      mode: "push",
      alertmanagers: [
        { name: "am:9093", url: "http://am:9093/api/v2/alerts", timeoutSeconds: 10, definition: expect.any(String) },
      ],
      resendSeconds: 60,
      runbookBase: undefined,
      dashboardBase: undefined,
    });
    expect(warnings).toEqual([]);
  });

  it("with everything set", async () => {
    const { alerting, secrets } = await load(`
  mode: push
  resend_interval: 5s
  runbook_base: https://wiki.test/alerts/
  dashboard_base: https://grafana.test/
  alertmanagers:
    - static_configs:
        - targets: ["[::1]:9093", am_1.test:9093]
        - targets: [10.0.0.1:1]
      scheme: https
      path_prefix: /a/b/
      timeout: 2500ms
      api_version: v2
      authorization: { type: Token, credentials_file: password }
      tls_config:
        ca_file: ca.pem
        cert_file: cert.pem
        key_file: key.pem
        server_name: am.test
        min_version: TLS13
        insecure_skip_verify: true
`);

    expect(alerting).toMatchObject({
      resendSeconds: 5,
      runbookBase: "https://wiki.test/alerts",
      dashboardBase: "https://grafana.test",
    });
    expect(alerting.alertmanagers.map(({ name, url }) => [name, url])).toEqual([
      ["[::1]:9093/a/b", "https://[::1]:9093/a/b/api/v2/alerts"],
      ["am_1.test:9093/a/b", "https://am_1.test:9093/a/b/api/v2/alerts"],
      ["10.0.0.1:1/a/b", "https://10.0.0.1:1/a/b/api/v2/alerts"],
    ]);
    expect(alerting.alertmanagers[0]).toMatchObject({
      timeoutSeconds: 2.5,
      tls: {
        ca: made.ca.cert,
        cert: made.client.cert,
        serverName: "am.test",
        isVerified: false,
        leastVersion: "TLSv1.3",
      },
    });
    expect(secrets.map((secret) => secret.reveal())).toEqual([CANARY, `Token ${CANARY}`, made.client.key]);
  });

  const AUTHORIZED = one("authorization: { credentials_file: password }");

  it("with a warning where a credential could be read on the way", async () => {
    expect((await load(AUTHORIZED)).warnings).toEqual([
      "the credential for the Alertmanager am:9093 is sent without encryption; use scheme: https",
    ]);
    const local = one(
      "authorization: { credentials_file: password }",
      "static_configs: [{ targets: [127.0.0.1:9093] }]",
    );
    expect((await load(local)).warnings).toEqual([]);
    expect((await load(one("scheme: https, authorization: { credentials_file: password }"))).warnings).toEqual([]);
  });

  it("with a warning where every user may read a credential", async () => {
    const mutual = "tls_config: { cert_file: cert.pem, key_file: key.pem }";
    const { directory, path } = await withFiles(
      one(`scheme: https, basic_auth: { username: u, password_file: password }, ${mutual}`),
    );
    for (const name of ["password", "key.pem"]) await chmod(join(directory, name), 0o644);

    expect((await loadAt(path)).warnings.toSorted()).toEqual([
      "every user may read the basic_auth.password_file of an Alertmanager; take that right away with chmod o-r",
      "every user may read the key_file of an Alertmanager; take that right away with chmod o-r",
    ]);
  });

  it("without ever showing a credential", async () => {
    const mutual = "tls_config: { cert_file: cert.pem, key_file: key.pem }";
    const config = await load(one(`scheme: https, basic_auth: { username: u, password_file: password }, ${mutual}`));
    const basic = Buffer.from(`u:${CANARY}`).toString("base64");

    expect(config.secrets.map((secret) => secret.reveal())).toEqual([CANARY, `Basic ${basic}`, made.client.key]);
    const shown = [
      shownConfig(config.written),
      JSON.stringify(config),
      inspect(config, { depth: 9, showHidden: true }),
    ].join("\n");
    expect(shown).toContain("password_file: password");
    for (const secret of ["canary", basic, "PRIVATE KEY"]) expect(shown).not.toContain(secret);
  });

  it.each([
    ["the same text", AUTHORIZED, true],
    [
      "a further target",
      one("authorization: { credentials_file: password }", "static_configs: [{ targets: [am:9093, b:1] }]"),
      true,
    ],
    ["another timeout", one("timeout: 1s, authorization: { credentials_file: password }"), false],
    ["another file", one("authorization: { credentials_file: other-password }"), false],
    ["no credential", `{ alertmanagers: [{ ${TO_ONE} }] }`, false],
  ])("as the same Alertmanager or another one with %s", async (_, changed, isSame) => {
    const definitionOf = async (alerting: string) => (await load(alerting)).alerting.alertmanagers[0]?.definition;
    const before = await definitionOf(AUTHORIZED);

    expect((await definitionOf(changed)) === before).toBe(isSame);
  });
});
