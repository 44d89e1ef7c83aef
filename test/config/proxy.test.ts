import { writeFile } from "node:fs/promises";
import { describe, expect, it } from "vitest";
import { configDirectory, KEY, load, loadAt, problemsOf } from "./config-directory.ts";

const TOKEN = "planted-token-0123456789";
const env = { ACME_KEY: KEY, TOKEN };
const ACCOUNTS = `accounts:
  - { name: team, provider: acme, api_key_env: ACME_KEY }
  - { name: plain, provider: gateway, base_url: "http://gateway.test/v1" }
`;
const withProxy = (text: string) => `proxy: { ${text} }\n${ACCOUNTS}`;
const CALLERS = "{ path: /acme, account: team }";
const OURS = "{ path: /shared, account: team, key: account }";

describe("a proxy", () => {
  it("is none where the config names none", async () => {
    expect((await load(ACCOUNTS, { env })).proxy).toBeUndefined();
  });

  it("listens on this machine, and passes on the key of its callers, who need no token", async () => {
    const { proxy, secrets, warnings } = await load(withProxy(`routes: [${CALLERS}]`), { env });

    expect(proxy).toEqual({
      listen: { host: "127.0.0.1", port: 10_845 },
      routes: [{ path: "/acme", account: "team", baseUrl: "https://api.acme.test/v1" }],
    });
    expect([secrets.map((secret) => secret.reveal()), warnings]).toEqual([[KEY], []]);
  });

  it("puts in the key of the account for those who have the token", async () => {
    const { proxy, secrets } = await load(withProxy(`token_env: TOKEN, routes: [${OURS}, ${CALLERS}]`), { env });
    const [shared, callers] = proxy?.routes ?? [];

    expect(await shared?.token?.accepts(TOKEN)).toBe(true);
    expect(await shared?.token?.accepts(KEY)).toBe(false);
    expect([shared?.credential?.header, (await shared?.credential?.key())?.reveal()]).toEqual(["authorization", KEY]);
    expect([callers?.token, callers?.credential]).toEqual([undefined, undefined]);
    expect(secrets.map((secret) => secret.reveal())).toEqual([KEY, TOKEN]);
    expect(JSON.stringify(proxy)).not.toMatch(/planted|canary/);
  });

  it.each([":10845", "0.0.0.0:1", '"[::]:1"', "10.0.0.7:1", "proxy.test:1"])(
    "asks everybody for the token at %s",
    async (address) => {
      const text = withProxy(`listen_address: ${address}, token_env: TOKEN, routes: [${CALLERS}]`);
      const { proxy, warnings } = await load(text, { env });

      expect(await proxy?.routes[0]?.token?.accepts(TOKEN)).toBe(true);
      expect(warnings).toEqual([
        "proxy: callers beyond this machine send their keys or the token unencrypted; put TLS in front",
      ]);
      expect(await problemsOf(text.replace("token_env: TOKEN, ", ""), { env })).toEqual([
        expect.stringContaining(
          "proxy.listen_address: beyond this machine every caller needs a token: set token_file, or use 127.0.0.1:10845",
        ),
      ]);
    },
  );

  it("warns of keys of callers that go on unencrypted", async () => {
    const { warnings } = await load(withProxy("routes: [{ path: /g, account: plain }]"), { env });

    expect(warnings).toEqual([
      "proxy: the keys of callers of /g are sent unencrypted, as base_url begins with http://",
    ]);
  });

  it("takes the token from a file", async () => {
    const { path, directory } = await configDirectory(withProxy(`token_file: token, routes: [${OURS}]`));
    await writeFile(`${directory}/token`, TOKEN, { mode: 0o600 });
    const { proxy } = await loadAt(path, { env });

    expect(await proxy?.routes[0]?.token?.accepts(TOKEN)).toBe(true);
  });

  it.each([
    ["routes: []", "proxy.routes"],
    [`routes: [${CALLERS}], listen: 1`, "proxy.listen"],
    [`routes: [${CALLERS}], listen_address: here`, "proxy.listen_address"],
    [`routes: [${CALLERS}], token_env: TOKEN, token_file: token`, "either token_env or token_file"],
    [`routes: [${CALLERS}], token_env: ABSENT`, "proxy.token_env: its variable is not set"],
    [`routes: [${CALLERS}], token_file: absent`, "proxy.token_file: the file does not exist"],
    [`routes: [${CALLERS}, ${CALLERS}]`, "routes.1.path: another route has this path already"],
    ["routes: [{ path: /x, account: teem }]", 'routes.0.account: no account has the name "teem", did you mean "team"?'],
    ["routes: [{ path: /x, account: team, key: mine }]", "proxy.routes.0.key"],
    [`routes: [${OURS}]`, "routes.0.key: who uses the key of the account needs a token"],
    [
      "token_env: TOKEN, routes: [{ path: /x, account: plain, key: account }]",
      "routes.0.key: the account has no API key that could be put in",
    ],
    ...["x", "/", "/x/", "/..", "/x/../y", "/x?y", "/a%2fb", "//x", "/x#y", "/ä"].map((path): [string, string] => [
      `routes: [{ path: "${path}", account: team }]`,
      "proxy.routes.0.path: needs a path such as /openai",
    ]),
  ])("{ %s } is refused", async (text, problem) => {
    const problems = await problemsOf(withProxy(text), { env });

    expect(problems).toEqual([expect.stringContaining(problem)]);
    expect(problems.join()).not.toMatch(/planted|canary/);
  });
});
