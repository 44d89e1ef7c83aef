import { chmod, mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { configDirectory, KEY, linesOf, loadAt, problemsOf } from "./config-directory.ts";

const FROM_ENVIRONMENT = "accounts: [{ name: a, provider: acme, api_key_env: ACME_KEY }]\n";
const FROM_FILE = "accounts: [{ name: a, provider: acme, api_key_file: secrets/acme }]\n";
const NO_KEY = "holds a line break, a control character or one outside ASCII, which no key has";
const RELATIVE = "(relative paths start at DIR)";

async function withKeyFile(content: string | Uint8Array, mode = 0o600) {
  const { directory, path } = await configDirectory(FROM_FILE);
  await mkdir(join(directory, "secrets"));
  await writeFile(join(directory, "secrets", "acme"), content);
  await chmod(join(directory, "secrets", "acme"), mode);
  return { directory, path };
}

describe("a key in the environment", () => {
  it.each([
    ["not set", {}, "is not set; it has to hold the key"],
    ["empty", { ACME_KEY: "" }, "is empty; it has to hold the key"],
    ["only spaces", { ACME_KEY: "  " }, "is empty; it has to hold the key"],
    ["two lines", { ACME_KEY: `${KEY}\n${KEY}` }, NO_KEY],
    ["with a control character", { ACME_KEY: `${KEY}\u0007x` }, NO_KEY],
    ["with a typographic dash", { ACME_KEY: `${KEY}—x` }, NO_KEY],
  ])("is refused when it is %s, by the name of the variable", async (_, env, problem) => {
    expect(await problemsOf(FROM_ENVIRONMENT, { env })).toEqual([
      `config.yaml:1:52: accounts.0.api_key_env: the environment variable ACME_KEY ${problem}`,
    ]);
  });

  it("that was written in place of the variable's name is not repeated", async () => {
    const lines = await problemsOf(FROM_ENVIRONMENT.replace("ACME_KEY", "abcdef0123456789"));

    expect(lines).toEqual([
      "config.yaml:1:52: accounts.0.api_key_env: the environment variable named here is not set; it has to hold the key",
    ]);
  });

  it.each(["sk-canary", "'sk canary'", "$ACME_KEY"])("needs the name of a variable, not %s", async (text) => {
    expect(await problemsOf(FROM_ENVIRONMENT.replace("ACME_KEY", text))).toEqual([
      "config.yaml:1:52: accounts.0.api_key_env: needs the name of an environment variable, such as NANOGPT_API_KEY; never the key itself",
    ]);
  });

  it("loses the line end that a file of variables may leave on it", async () => {
    const { path } = await configDirectory(FROM_ENVIRONMENT);

    const { secrets } = await loadAt(path, { env: { ACME_KEY: `${KEY}\r` } });

    expect(secrets.map((secret) => secret.reveal())).toEqual([KEY]);
  });
});

describe("a key in a file", () => {
  it("is read from beside the config file, without the white space around it", async () => {
    const { path } = await withKeyFile(`\n ${KEY}\r\n`);

    const { secrets, warnings } = await loadAt(path);

    expect(secrets.map((secret) => secret.reveal())).toEqual([KEY]);
    expect(warnings).toEqual([]);
  });

  it("brings a warning when everybody may read it", async () => {
    const { path } = await withKeyFile(KEY, 0o644);

    expect((await loadAt(path)).warnings).toEqual([
      'account "a": every user may read its api_key_file; take that right away with chmod o-r',
    ]);
  });

  it.each([
    ["empty", "", "is empty"],
    ["only white space", " \n", "is empty"],
    ["two lines", `${KEY}\n${KEY}\n`, NO_KEY],
    ["binary", new Uint8Array([0xff, 0xfe]), "is not UTF-8 text"],
    ["over 64 KiB", "a".repeat(65_537), "is larger than 64 KiB"],
  ])("is refused when the file is %s", async (_, content, problem) => {
    const { directory, path } = await withKeyFile(content);

    expect(await linesOf(loadAt(path), directory)).toEqual([
      `config.yaml:1:53: accounts.0.api_key_file: the file ${problem}; it has to hold the key alone ${RELATIVE}`,
    ]);
  });

  it("is refused when the file is missing, without repeating what stands there", async () => {
    expect(await problemsOf(FROM_FILE.replace("secrets/acme", KEY))).toEqual([
      `config.yaml:1:53: accounts.0.api_key_file: the file does not exist; it has to hold the key alone ${RELATIVE}`,
    ]);
  });

  it("is refused when the file is a directory", async () => {
    expect(await problemsOf(FROM_FILE.replace("secrets/acme", "/"))).toEqual([
      "config.yaml:1:53: accounts.0.api_key_file: the file is a directory, not a file; it has to hold the key alone",
    ]);
  });
});

describe("a login file", () => {
  it("has to be there when the config is loaded", async () => {
    const text = "accounts: [{ name: a, provider: login, credentials_file: none.json }]\n";

    expect(await problemsOf(text)).toEqual([
      `config.yaml:1:58: accounts.0.credentials_file: the login file does not exist ${RELATIVE}`,
    ]);
  });
});
