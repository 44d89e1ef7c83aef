import { chmod, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { configDirectory, linesOf, load, loadAt } from "./config-directory.ts";

const CANARY = "canary-credential";
const withState = (prometheus: string) =>
  `accounts: [{ name: a, provider: local }]\nstate: { prometheus: { ${prometheus} } }\n`;

async function withCredential(text: string, mode = 0o600) {
  const { path, directory } = await configDirectory(withState(text));
  await writeFile(join(directory, "credential"), `${CANARY}\n`);
  await chmod(join(directory, "credential"), mode);
  return { path, directory };
}

describe("a history in Prometheus", () => {
  it("needs a URL and nothing else", async () => {
    const { state } = await load(withState("url: 'http://127.0.0.1:9090/'"));

    expect(state).toEqual({ prometheus: { url: "http://127.0.0.1:9090", rangeSeconds: 14 * 86_400 } });
  });

  it("takes a range, matchers and a tenant", async () => {
    const text = `url: 'https://mimir.test/prometheus', range: 30d, tenant: team-a, selector: ' job="llm", ' `;

    expect((await load(withState(text))).state).toEqual({
      prometheus: {
        ...{ url: "https://mimir.test/prometheus", rangeSeconds: 30 * 86_400 },
        ...{ tenant: "team-a", selector: 'job="llm"' },
      },
    });
  });

  it.each([
    ["authorization: { credentials_file: credential }", `Bearer ${CANARY}`],
    ["authorization: { type: Token, credentials_file: credential }", `Token ${CANARY}`],
    [
      "basic_auth: { username: me, password_file: credential }",
      `Basic ${Buffer.from(`me:${CANARY}`).toString("base64")}`,
    ],
  ])("takes a credential from a file, as it is then: %s", async (text, header) => {
    const { path, directory } = await withCredential(`url: 'https://p.test', ${text}`);
    const { state, secrets, warnings } = await loadAt(path);
    const read = "prometheus" in state ? state.prometheus.authorization : undefined;

    const first = await read?.();
    expect(first && "header" in first && first.header.reveal()).toBe(header);
    expect(secrets.map((secret) => secret.reveal())).toEqual([CANARY, header]);
    expect(warnings).toEqual([]);
    expect(JSON.stringify(state)).not.toContain(CANARY);
    await writeFile(join(directory, "credential"), "");
    expect(await read?.()).toEqual({ problem: "the file of its credential is empty" });
  });

  it("warns of a credential that others can read, here or on the way", async () => {
    const { path } = await withCredential(
      "url: 'http://p.test', authorization: { credentials_file: credential }",
      0o644,
    );

    expect((await loadAt(path)).warnings).toEqual([
      "every user may read the authorization.credentials_file of state.prometheus; take that right away with chmod o-r",
      "the credential of state.prometheus is sent without encryption; use https://",
    ]);
  });

  it("is refused without the file of its credential, and with two credentials", async () => {
    const { path, directory } = await configDirectory(
      withState("url: 'https://p.test', authorization: { credentials_file: none }"),
    );

    expect(await linesOf(loadAt(path), directory)).toEqual([
      "config.yaml:2:82: state.prometheus.authorization.credentials_file: the file does not exist; it has to hold the credential alone",
    ]);
    const both = await configDirectory(
      withState(
        "url: 'https://p.test', authorization: { credentials_file: a }, basic_auth: { username: u, password_file: a }",
      ),
    );
    expect(await linesOf(loadAt(both.path), both.directory)).toEqual([
      "config.yaml:2:22: state.prometheus: needs either basic_auth or authorization, not both",
    ]);
  });
});
