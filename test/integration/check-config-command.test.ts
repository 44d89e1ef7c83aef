import { describe, expect, it } from "vitest";
import { runCommand } from "../support/command-line.ts";

describe.concurrent("check-config", () => {
  it("lists the accounts of a good config, and calls nobody", async () => {
    const files = { "config.yaml": GOOD, "keys/deepseek": "key-money\n" };

    const result = await runCommand(["check-config", "--config.file=config.yaml"], {
      files,
      env: { PLAN_KEY: "key-plan" },
    });

    expect(result).toEqual({
      code: 0,
      stdout: `\
config.yaml: good, 3 accounts
  plan: nanogpt at nano-gpt.com
  money: deepseek at gateway.example
  local: ollama at 127.0.0.1:11434
`,
      stderr: "",
    });
  });

  it("tells every mistake of a bad one at once", async () => {
    const { code, stdout, stderr } = await runCommand(["check-config", "--config.file=config.yaml"], {
      files: { "config.yaml": MISTAKEN },
    });

    expect({ code, stdout }).toEqual({ code: 2, stdout: "" });
    expect(stderr.split("\n")).toEqual(MISTAKES);
  });

  it.each([
    { kind: "empty", text: "", says: /^config\.yaml:1:1: the file is empty; .*\n$/ },
    { kind: "binary", text: "\u0000\u0001\u0002ELF", says: /^config\.yaml(:\d+:\d+)?: .*\n$/ },
    {
      kind: "huge",
      text: `accounts: [] # ${"x".repeat(2 ** 21)}`,
      says: /^config\.yaml: .*(large|bytes|MiB|big).*\n$/,
    },
    { kind: "two documents", text: "accounts: []\n---\naccounts: []\n", says: /^config\.yaml:\d+:\d+: .*\n$/ },
    { kind: "an alias bomb", text: aliasBomb(), says: /^config\.yaml:\d+:\d+: .*\n$/ },
    { kind: "a tab for a space", text: "accounts:\n\t- name: a\n", says: /^config\.yaml:2:\d+: .*\n$/ },
  ])("has one line for a config that is $kind", async ({ text, says }) => {
    const { code, stdout, stderr } = await runCommand(["check-config", "--config.file=config.yaml"], {
      files: { "config.yaml": text },
    });

    expect({ code, stdout }).toEqual({ code: 2, stdout: "" });
    expect(stderr).toMatch(says);
    expect(stderr.split("\n")).toHaveLength(2);
  });

  it("has one line for a file that is not there", async () => {
    expect(await runCommand(["check-config", "--config.file=absent.yaml"])).toEqual({
      code: 2,
      stdout: "",
      stderr: "absent.yaml: does not exist; needs the path of a YAML file\n",
    });
  });

  it("finds accounts in the environment without a config file", async () => {
    const env = {
      NANOGPT_API_KEY: "key-plan",
      DEEPSEEK_API_KEY: "key-money",
      DEEPSEEK_API_KEY_2: "key-more",
      OLLAMA_HOST: "127.0.0.1:9",
    };

    expect(await runCommand(["check-config"], { env })).toEqual({
      code: 0,
      stdout: `\
the environment: good, 4 accounts
  deepseek: deepseek at api.deepseek.com
  deepseek_2: deepseek at api.deepseek.com
  nanogpt: nanogpt at nano-gpt.com
  ollama: ollama at 127.0.0.1:9
`,
      stderr: "",
    });
  });
});

const GOOD = `\
accounts:
  - name: plan
    provider: nanogpt
    api_key_env: PLAN_KEY
  - name: money
    provider: deepseek
    api_key_file: keys/deepseek
    base_url: https://gateway.example/deepseek
  - name: local
    provider: ollama
`;

/** Written out it would be a billion scalars. */
function aliasBomb(): string {
  const doublings = Array.from({ length: 30 }, (_, index) => `&a${index + 1} [*a${index}, *a${index}]`);
  return `accounts: [[&a0 [x, x], ${doublings.join(", ")}]]\n`;
}

const MISTAKEN = `\
poll: { intervall: 5m }
accounts:
  - name: one
    provider: deepsek
    api_key_env: MISSING
  - name: two
    provider: deepseek
    api_key_env: MISSING
  - name: two
    provider: deepseek
    api_key_file: /nowhere/deepseek.key
`;

const MISTAKES = [
  'config.yaml:1:9: poll.intervall: unknown key "intervall", did you mean "interval"?',
  'config.yaml:4:15: accounts.0.provider: unknown provider "deepsek", did you mean "deepseek"?',
  "config.yaml:8:18: accounts.1.api_key_env: the environment variable MISSING is not set; it has to hold the key",
  "config.yaml:9:11: accounts.2.name: the account on line 6 has this name already; each account needs one of its own",
  "config.yaml:11:19: accounts.2.api_key_file: the file does not exist; it has to hold the key alone",
  "",
];

/** A developer's machine may have the one server that is looked for without being named. */
const hasOllama = await fetch("http://127.0.0.1:11434/").then(
  () => true,
  () => false,
);

describe.concurrent("without any account", () => {
  it.skipIf(hasOllama).each(["serve", "poll", "check-config"])(
    "%s exits 2 and shows the way to the demo",
    async (command) => {
      const { code, stdout, stderr } = await runCommand([command]);

      expect({ code, stdout }).toEqual({ code: 2, stdout: "" });
      expect(stderr).toMatch(/^no account found: /);
      expect(stderr).toMatch(/llm-quota-exporter demo\n$/);
    },
  );
});
