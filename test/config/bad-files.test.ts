import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { configDirectory, linesOf, load, loadAt, problemsOf } from "./config-directory.ts";

const ACCOUNTS = "accounts: [{ name: a, provider: acme, api_key_env: ACME_KEY }]\n";
const HINT = "needs the path of a YAML file";
const EMPTY = 'the file is empty; it needs at least an "accounts:" list (config.example.yaml shows one)';

function aliasBomb(): string {
  const lines = Array.from({ length: 60 }, (_, level) => `a${level + 1}: &a${level + 1} [*a${level}, *a${level}]`);
  return ["a0: &a0 [x, x]", ...lines].join("\n");
}

describe("a file that is no config", () => {
  it.each([
    ["empty", "", `config.yaml:1:1: ${EMPTY}`],
    ["only a comment", "# nothing\n", `config.yaml:1:1: ${EMPTY}`],
    [
      "only a document mark",
      "---\n",
      'config.yaml:1:1: the file holds nothing; it needs keys, at least an "accounts:" list',
    ],
    ["a list", "- a\n", 'config.yaml:1:1: the file holds a list; it needs keys, at least an "accounts:" list'],
    ["one word", "hello\n", 'config.yaml:1:1: the file holds one value; it needs keys, at least an "accounts:" list'],
    ["text with NUL", "a: \0b\n", `config.yaml: is not a text file; ${HINT}`],
    ["binary", new Uint8Array([0x7f, 0x45, 0x4c, 0x46, 0xff, 0xfe]), `config.yaml: is not UTF-8 text; ${HINT}`],
    ["over a megabyte", "#".repeat(1024 * 1024 + 1), `config.yaml: is larger than 1024 KiB; ${HINT}`],
    [
      "two documents",
      `${ACCOUNTS}---\nweb: {}\n`,
      "config.yaml:3:1: a second document begins here; a config is one document, without a --- line in it",
    ],
    ["an alias bomb", aliasBomb(), "config.yaml:52:13: more than 100 aliases; write the values out"],
    [
      "nested 200 deep",
      `a: ${"[".repeat(200)}${"]".repeat(200)}\n`,
      "config.yaml:1:103: nested more than 100 levels deep; a config needs no more than six",
    ],
    ["indented with a tab", "poll:\n\tinterval: 5m\n", "config.yaml:2:1: a tab in the indentation; indent with spaces"],
    [
      "without a space after a colon",
      "accounts:\n  - name: a\n    api_key:sk-canary\n    provider: acme\n",
      'config.yaml:4:13: not a "key: value" line; a space has to follow the colon',
    ],
    [
      "with an unquoted IPv6 address",
      "web:\n  listen_address: [::1]:10844\n",
      'config.yaml:2:24: not valid YAML: bad indentation of a mapping entry; check the indentation, and put text with special characters in "quotes"',
    ],
    [
      "with a tag",
      "web: !sk-canary x\n",
      'config.yaml:1:6: text that begins with ! is a YAML tag, which has no meaning here; put the text in "quotes"',
    ],
    [
      "with an alias to nothing",
      "web: *sk-canary\n",
      'config.yaml:1:7: text that begins with * is a YAML alias, and this one has no anchor; put the text in "quotes"',
    ],
    ["with a list as a key", "? [a]\n: b\n", "config.yaml:1:1: a key has to be plain text"],
    [
      "with a merge key",
      "web: &w {}\npoll:\n  <<: *w\n",
      'config.yaml:3:3: poll.<<: merge keys ("<<") are not part of YAML 1.2; write the keys out',
    ],
    ["with a prototype", "__proto__: {}\n", 'config.yaml:1:1: __proto__: "__proto__" cannot be a key'],
  ])("is refused in one line when it is %s", async (_, text, line) => {
    expect(await problemsOf(text)).toEqual([line]);
  });

  it("is refused for every duplicate key, with the line of the first", async () => {
    const text = `${ACCOUNTS}poll:\n  interval: 5m\n  "interval": 6m\nweb: {}\nweb: {}\n`;

    expect(await problemsOf(text)).toEqual([
      'config.yaml:4:3: poll.interval: key "interval" stands on line 3 already; keep one of the two',
      'config.yaml:6:1: web: key "web" stands on line 5 already; keep one of the two',
    ]);
  });

  it("is refused for duplicate keys together with everything else that is wrong", async () => {
    const text = `poll:
  interval: 5
  interval: 6
  timeot: 5s
accounts:
  - name: a
    provider: nope
    provider: acne
  - name: a
    name: b
    provider: acme
    api_key_env: UNSET
`;

    expect((await problemsOf(text)).map((line) => line.split(": ").slice(0, 3).join(": "))).toEqual([
      'config.yaml:3:3: poll.interval: key "interval" stands on line 2 already; keep one of the two',
      "config.yaml:3:13: poll.interval: needs a duration in whole numbers with units; write 6s if seconds are meant",
      'config.yaml:4:3: poll.timeot: unknown key "timeot", did you mean "timeout"?',
      'config.yaml:8:5: accounts.0.provider: key "provider" stands on line 7 already; keep one of the two',
      'config.yaml:8:15: accounts.0.provider: unknown provider "acne", did you mean "acme"?',
      'config.yaml:10:5: accounts.1.name: key "name" stands on line 9 already; keep one of the two',
      "config.yaml:12:18: accounts.1.api_key_env: the environment variable UNSET is not set; it has to hold the key",
    ]);
  });

  it.each<[what: string, text: string, others: readonly string[]]>([
    ["a list", "- { a: 1, a: 2 }\n", ['1:1: the file holds a list; it needs keys, at least an "accounts:" list']],
    [
      "an alias to nothing",
      "web: { a: 1, a: 2 }\npoll: *nothing\n",
      ['2:8: text that begins with * is a YAML alias, and this one has no anchor; put the text in "quotes"'],
    ],
    [
      "a second document",
      "web: { a: 1, a: 2 }\n---\npoll: {}\n",
      ["3:1: a second document begins here; a config is one document, without a --- line in it"],
    ],
  ])("is refused for a duplicate key also beside %s", async (_what, text, others) => {
    const lines = await problemsOf(text);

    expect(lines.filter((line) => line.endsWith('key "a" stands on line 1 already; keep one of the two'))).toHaveLength(
      1,
    );
    expect(lines.filter((line) => !line.includes("stands on line"))).toEqual(
      others.map((line) => `config.yaml:${line}`),
    );
  });

  it.each([
    ["two spellings of one value", "True: x, true: y"],
    ["two spellings of nothing", "~: x, null: y"],
  ])("is refused for keys that are %s", async (_what, labels) => {
    const text = `accounts: [{ name: a, provider: local, labels: { ${labels} } }]\n`;

    expect(await problemsOf(text)).toEqual([
      expect.stringMatching(/^config\.yaml:1:\d+: a key that is already there; keep one of the two$/),
    ]);
  });

  it("is refused when it does not exist", async () => {
    const { directory } = await configDirectory("");

    expect(await linesOf(loadAt(join(directory, "none.yaml")), directory)).toEqual([
      `none.yaml: does not exist; ${HINT}`,
    ]);
  });

  it("is refused when it is a directory", async () => {
    const { directory } = await configDirectory("");
    await mkdir(join(directory, "conf.d"));

    expect(await linesOf(loadAt(join(directory, "conf.d")), directory)).toEqual([
      `conf.d: is a directory, not a file; ${HINT}`,
    ]);
  });

  it("is refused when it is a device", async () => {
    expect(await linesOf(loadAt("/dev/zero"), "/none")).toEqual([`/dev/zero: is not a regular file; ${HINT}`]);
  });
});

describe("a config file", () => {
  it("may begin with a byte order mark and end its lines with CRLF, and positions stay right", async () => {
    const text = `\uFEFF${ACCOUNTS}poll:\r\n  timeot: 5s\r\n`;

    expect(await problemsOf(text)).toEqual([
      'config.yaml:3:3: poll.timeot: unknown key "timeot", did you mean "timeout"?',
    ]);
  });

  it("may be JSON", async () => {
    const { accounts } = await load(JSON.stringify({ accounts: [{ name: "a", provider: "local" }] }, null, "\t"));

    expect(accounts).toMatchObject([{ account: "a", provider: "local" }]);
  });

  it("may use anchors, and a problem in one is shown where it is used", async () => {
    const text = `accounts:
  - { name: a, provider: local, labels: &labels { team: 5 } }
  - { name: b, provider: local, labels: *labels }
`;

    expect(await problemsOf(text)).toEqual([
      'config.yaml:2:57: accounts.0.labels.team: needs text, not a number; put it in "quotes"',
      'config.yaml:3:41: accounts.1.labels.team: needs text, not a number; put it in "quotes"',
    ]);
  });

  it("may leave the lines of a section commented out", async () => {
    const { poll } = await load(`${ACCOUNTS}poll:\n  # timeout: 5s\nengine:\nweb:\nstate:\nalerting:\n`);

    expect(poll).toEqual({ timeoutSeconds: 8 });
  });
});
