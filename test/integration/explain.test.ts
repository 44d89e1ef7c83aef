import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type CommandResult, runCommand } from "../support/command-line.ts";
import { type LocalServer, neverAnswer, sendJson, startServer } from "../support/json-server.ts";

const KEY = "planted-0123456789";
const GOOD = {
  code: 0,
  tier: "pro\u001b[31m",
  data: { left: "12.50", until: null, pools: [{ name: "GPT 5", used: 30, on: true }, { name: "old" }] },
};

const BALANCE = {
  is_available: true,
  balance_infos: [{ currency: "USD", total_balance: "7.42", granted_balance: "0.00", topped_up_balance: "7.42" }],
};

let server: LocalServer;
let host = "";

beforeAll(async () => {
  server = await startServer((request, response) => {
    const { pathname } = new URL(request.path, "http://server.example");
    if (pathname === "/money/user/balance") return sendJson(response, BALANCE);
    if (pathname === "/refused") return sendJson(response, { error: `no ${KEY}` }, 401);
    if (pathname === "/text") return response.end("<html>");
    if (pathname === "/echo") return sendJson(response, { ...GOOD, tier: KEY });
    if (pathname === "/changed") return sendJson(response, { ...GOOD, data: { left: ["12.50"], pools: [] } });
    if (pathname === "/failed") return sendJson(response, { code: 7 });
    if (pathname === "/never") return neverAnswer(request, response);
    return sendJson(response, GOOD);
  });
  host = new URL(server.url).host;
});

afterAll(() => server[Symbol.asyncDispose]());

/** Ten lines, as somebody writes them. */
const configOf = (path: string) => `\
accounts:
  - name: acme
    provider: http_json
    base_url: ${server.url}
    api_key_env: ACME_KEY
    request: { path: ${path}, query: { scope: all } }
    failures: [{ when: code != 0, reason: server, hint: see its status page }]
    readings:
      - { quota: balance, kind: credits, unit: usd, remaining: data.left, expires_at: data.until }
      - { each: data.pools, when: on, quota: =name & '_week', kind: rolling, unit: ratio, percent_used: used, period: 7d }
`;

/** Only what waits for nothing may end early: a machine may be busy. */
const timeoutOf = (path: string) => (path === "/never" ? "1s" : "1m");

function run(
  path: string,
  args: readonly string[],
  more: Readonly<Record<string, string>> = {},
): Promise<CommandResult> {
  const files = { "config.yaml": `poll: { timeout: ${timeoutOf(path)} }\n${configOf(path)}    plan: tier\n`, ...more };
  const [command = "", ...rest] = args;
  return runCommand([command, "--config.file=config.yaml", "--account=acme", ...rest], {
    files,
    env: { ACME_KEY: KEY, LANG: "C.UTF-8" },
  });
}

/** Everything behind the table, without what differs from run to run. */
const explanationIn = ({ stdout }: CommandResult): string =>
  stdout
    .slice(stdout.indexOf("\n\n") + 2)
    .replaceAll(host, "HOST")
    .replaceAll(/\d+ ms/g, "N ms");

const READINGS = `\
balance (readings.0)
  quota       balance
  kind        credits
  unit        usd
  remaining   12.5                           data.left
  expires_at  unknown: $.data.until is null  data.until
  no expression for: limit, used
readings.1: each = data.pools is a list of 2
gpt_5_week (readings.1 on $.data.pools[0])
  when          true        on
  quota         gpt_5_week  =name & '_week'
  kind          rolling
  unit          ratio
  percent_used  30          used
  period        7d
  no expression for: reset_at
readings.1 skips $.data.pools[1]: when = on is false; $.data.pools[1].on is not there
`;

/** A control character of the answer is shown, not sent to the terminal. */
const ANSWER = `\
answer
  failures  none of 1 fits
  plan      pro\ufffd[31m  tier
`;

const MISFIT = `\
answer
  failures  none of 1 fits
balance (readings.0)
  quota       balance
  kind        credits
  unit        usd
  remaining   wrong: gives a list where a number is needed  data.left
  expires_at  not asked                                     data.until
  no expression for: limit, used
readings.1 was not reached
`;

const FAILED = `\
answer
  failure: server  fits  code != 0
no reading was reached
`;

describe("poll --explain", () => {
  it("says what was called, what each expression found and why a field is unknown", async () => {
    const result = await run("/good", ["poll", "--explain"]);

    expect(result).toMatchObject({ code: 0, stderr: "" });
    expect(result.stdout).toMatch(/^ACCOUNT +PROVIDER +QUOTA/);
    expect(explanationIn(result)).toBe(`calls\n  GET HOST/good  200  N ms\n${ANSWER}${READINGS}`);
  });

  it("says it of a failure too, as far as the read came", async () => {
    const result = await run("/changed", ["poll", "--explain"]);

    expect(result.code).toBe(1);
    expect(result.stdout).toContain(
      `acme: malformed: GET ${host}/changed answered an unexpected shape: $.data.left: readings.0.remaining = "data.left" gives a list where a number is needed\n`,
    );
    expect(explanationIn(result)).toBe(`calls\n  GET HOST/changed  200  N ms\n${MISFIT}`);
  });

  it.each([
    ["a refusal", "/refused", "401 auth", "answer\n  failures  none of 1 fits\nno reading was reached\n"],
    ["an answer that says that it failed", "/failed", "200", FAILED],
    ["an answer that is no JSON", "/text", "malformed", "no expression was asked\n"],
    ["an answer that never comes", "/never", "timeout", "no expression was asked\n"],
  ])("says of %s which call it was", async (_what, path, status, explanation) => {
    const result = await run(path, ["poll", "--explain"]);

    expect(result.code).toBe(1);
    expect(result.stdout).toMatch(/^acme +http_json +could not be read$/m);
    expect(explanationIn(result)).toBe(`calls\n  GET HOST${path}  ${status}  N ms\n${explanation}`);
  });

  it("never shows the key, even where the answer repeats it", async () => {
    const { code, stdout, stderr } = await run("/echo", ["poll", "--explain"]);

    expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
    expect(stdout).not.toContain(KEY);
    expect(stdout).toMatch(/ {2}plan +\[secret\] +tier\n/);
  });

  it("says of a provider that code reads where that stands, and what it told", async () => {
    const config = `accounts: [{ name: acme, provider: deepseek, base_url: "${server.url}/money", api_key_env: ACME_KEY }]`;

    const result = await runCommand(["poll", "--config.file=c.yaml", "--account=acme", "--explain"], {
      files: { "c.yaml": config },
      env: { ACME_KEY: KEY },
    });

    expect(result).toMatchObject({ code: 0, stderr: "" });
    expect(explanationIn(result)).toBe(`\
calls
  GET HOST/money/user/balance  200  N ms
deepseek is read by code of its own; docs/providers/deepseek.md says how
balance_usd: credits, usd, hard, source api, reported
  remaining  7.42
  not told: limit, expires_at
`);
  });
});

describe("check-config of one account", () => {
  it("shows the mapping, and calls nobody", async () => {
    const before = server.requests.length;

    const result = await run("/good", ["check-config"]);

    expect(server.requests).toHaveLength(before);
    expect(result).toMatchObject({ code: 0, stderr: "" });
    expect(result.stdout).toMatch(/^config\.yaml: good, 1 account\n {2}acme: http_json at 127\.0\.0\.1:\d+\n\n/);
    expect(explanationIn(result)).toBe(`\
  request          GET /good
  auth             bearer
  failure: server  code != 0
  plan             tier
readings.0
  quota       balance
  kind        credits
  unit        usd
  remaining   data.left
  expires_at  data.until
  no expression for: limit, used
readings.1
  each          data.pools
  when          on
  quota         =name & '_week'
  kind          rolling
  unit          ratio
  percent_used  used
  period        7d
  no expression for: reset_at
`);
  });

  it("tries its expressions on a saved answer, and calls nobody", async () => {
    const before = server.requests.length;

    const result = await run("/good", ["check-config", "--answer=a.json"], { "a.json": JSON.stringify(GOOD) });

    expect(server.requests).toHaveLength(before);
    expect(result).toMatchObject({ code: 0, stderr: "" });
    expect(explanationIn(result)).toBe(`${ANSWER}${READINGS}`);
  });

  it("exits 2 with path and expression for an answer that does not fit", async () => {
    const answer = { code: 0, data: { left: ["12.50"], pools: [] } };

    const result = await run("/good", ["check-config", "--answer=a.json"], { "a.json": JSON.stringify(answer) });

    expect(result).toMatchObject({
      code: 2,
      stderr:
        'a.json: malformed: $.data.left: readings.0.remaining = "data.left" gives a list where a number is needed\n',
    });
    expect(explanationIn(result)).toBe(MISFIT);
  });

  it("exits 1 for an answer that says that it failed", async () => {
    const result = await run("/good", ["check-config", "--answer=a.json"], { "a.json": '{ "code": 7 }' });

    expect(result).toMatchObject({
      code: 1,
      stderr: "a.json: server: this answer says that it failed: see its status page\n",
    });
    expect(explanationIn(result)).toBe(FAILED);
  });

  it.each([
    ["that is not there", {}, "does not exist; --answer needs a file with an answer as JSON"],
    ["that is no JSON", { "a.json": `{ "key": ${KEY}` }, "is not JSON; --answer needs an answer as the API sends it"],
    ["that is empty", { "a.json": "" }, "is not JSON; --answer needs an answer as the API sends it"],
    [
      "of more than 4 MiB",
      { "a.json": `"${"x".repeat(4 * 1024 * 1024)}"` },
      "is larger than 4096 KiB; --answer needs a file with an answer as JSON",
    ],
  ])("refuses a file %s", async (_what, files, says) => {
    const { code, stderr } = await run("/good", ["check-config", "--answer=a.json"], files);

    expect({ code, stderr }).toEqual({ code: 2, stderr: `a.json: ${says}\n` });
  });

  it("takes the pages of an answer as a list", async () => {
    const config = configOf("/good").replace("query: { scope: all }", "pages: { next: next, query: page }");
    const plan = (answer: string) => ({
      files: { "c.yaml": pagedOf(config), "a.json": answer },
      env: { ACME_KEY: KEY },
    });
    const args = ["check-config", "--config.file=c.yaml", "--account=acme", "--answer=a.json"];

    const one = await runCommand(args, plan('{ "code": 0 }'));
    const list = await runCommand(args, plan('[{ "code": 0, "left": 3 }, { "code": 0, "left": 4 }]'));
    const failed = await runCommand(args, plan('[{ "code": 0, "left": 3 }, { "code": 7 }]'));

    expect(one).toMatchObject({
      code: 2,
      stderr: "a.json: is one page; the request of this account has several, so a list of them is needed\n",
    });
    expect(list).toMatchObject({ code: 0, stderr: "" });
    expect(list.stdout).toMatch(/ {2}used +7 +\$sum\(left\)\n/);
    expect(failed.code).toBe(1);
  });

  it.each([
    ["is shown as read by code", [], { code: 0, stderr: "" }],
    [
      "has no use for a saved answer",
      ["--answer=a.json"],
      {
        code: 2,
        stderr:
          "--answer is for accounts that a mapping reads; deepseek is read by code of its own; docs/providers/deepseek.md says how\n",
      },
    ],
  ])("that no mapping reads %s", async (_what, args, expected) => {
    const config = "accounts: [{ name: acme, provider: deepseek, api_key_env: ACME_KEY }]";

    const result = await runCommand(["check-config", "--config.file=c.yaml", "--account=acme", ...args], {
      files: { "c.yaml": config, "a.json": "{}" },
      env: { ACME_KEY: KEY },
    });

    expect(result).toMatchObject(expected);
    if (result.code === 0)
      expect(result.stdout).toMatch(/\n\ndeepseek is read by code of its own; docs\/.*\.md says how\n$/);
  });

  it("names the accounts there are where none has the name", async () => {
    const { code, stdout, stderr } = await runCommand(["check-config", "--config.file=c.yaml", "--account=acne"], {
      files: { "c.yaml": configOf("/good") },
      env: { ACME_KEY: KEY },
    });

    expect({ code, stdout, stderr }).toEqual({
      code: 2,
      stdout: "",
      stderr: 'no account "acne", did you mean "acme"?\n',
    });
  });
});

/** With one quota over all pages. */
function pagedOf(config: string): string {
  const [top = ""] = config.split("    readings:\n");
  return `${top}    readings: [{ quota: sum, kind: calendar, unit: requests, used: $sum(left) }]\n`;
}
