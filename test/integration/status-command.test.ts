import { spawn } from "node:child_process";
import { once } from "node:events";
import { describe, expect, it } from "vitest";
import { quotasDocument } from "../../src/server/quotas-document.ts";
import { COMPILE_CACHE, MAIN, NODE, runCommand, runProgram } from "../support/command-line.ts";
import { eventually } from "../support/eventually.ts";
import { freePort } from "../support/free-port.ts";
import { sendJson, startServer } from "../support/json-server.ts";
import { startProcess } from "../support/processes.ts";
import {
  aBalance,
  aFailedAccount,
  aForecast,
  anAccount,
  anAnswer,
  aQuota,
  aReading,
  aSnapshot,
  inSeconds,
} from "../support/snapshot.ts";

const HOUR = 3600;
const ESCAPE = String.fromCharCode(0x1b);
/** Everything by which text could steer a terminal, or seem to be something else. */
const HOSTILE = `${ESCAPE}[2J${ESCAPE}]0;owned\u0007\u009b31m\r\nroot\u202egnp\u200b\u2028x`;
/** Of util-linux: gives a program a terminal of its own. */
const PSEUDO_TERMINAL = "script";
const UTF8 = { LANG: "C.UTF-8", TERM: "xterm" };

const session = aReading({
  quota: "session",
  kind: "rolling",
  unit: "ratio",
  limit: 1,
  remaining: 0.31,
  resetAt: inSeconds(4 * HOUR + 600),
});
const monthly = aReading({
  quota: "monthly",
  unit: "requests",
  enforcement: "soft",
  limit: 100_000,
  remaining: 1200,
  resetAt: inSeconds(9 * 24 * HOUR),
});
const { limit: _, remaining: __, ...uncapped } = aReading({ quota: "daily_images", unit: "images", unlimited: true });

/** One of every kind of line, at an instant that never changes. */
const FIXED = quotasDocument(
  aSnapshot({
    accounts: [
      anAccount({ provider: "ollama", account: "workstation", answer: anAnswer({ metered: false }) }),
      anAccount({
        account: "team-research",
        quotas: [
          aQuota({ binding: true }),
          aQuota({ reading: uncapped, state: "unlimited" }),
          aQuota({ reading: monthly, state: "watch", severity: "warning" }),
        ],
      }),
      anAccount({
        provider: "claude",
        account: "zoë-東京-pro",
        quotas: [
          aQuota({
            reading: session,
            state: "critical",
            severity: "critical",
            forecast: aForecast({ likely: inSeconds(2 * HOUR + 25 * 60), probability: 0.97 }),
          }),
        ],
      }),
      anAccount({
        provider: "openrouter",
        account: "contractor-with-a-rather-long-name",
        quotas: [
          aQuota({ reading: aBalance(0, { quota: "key_limit", limit: 50 }), state: "exhausted", severity: "warning" }),
          aQuota({ reading: aBalance(-3.5), valid: false, state: "unknown" }),
        ],
      }),
      anAccount({
        provider: "deepseek",
        account: "batch",
        quotas: [
          aQuota({
            reading: aBalance(110.5, { quota: "balance_cny", unit: "cny" }),
            state: "topup",
            severity: "warning",
          }),
        ],
      }),
      aFailedAccount(
        { reason: "auth", message: "GET api.deepseek.com/user/balance answered 401: the credential was rejected" },
        { provider: "deepseek", account: "revoked" },
      ),
    ],
  }),
);

type Document = typeof FIXED;

const serve = (document: unknown) =>
  startServer(({ path }, response) =>
    path === "/api/v1/quotas" ? sendJson(response, document) : sendJson(response, { error: "no such page" }, 404),
  );

/** In a real terminal of that width; what it was sent, line ends as in a file. */
async function onTerminal(columns: number, args: readonly string[], env: Readonly<Record<string, string>> = UTF8) {
  const command = `stty cols ${columns} rows 40 -echo; exec '${NODE}' '${MAIN}' ${args.join(" ")}`;
  const { code, stdout } = await runProgram(PSEUDO_TERMINAL, ["-qec", command, "/dev/null"], {
    env: { ...COMPILE_CACHE, SHELL: "/bin/sh", ...env },
  });
  return { code, text: stdout.replaceAll("\r\n", "\n") };
}

describe.concurrent("status on a terminal", () => {
  it.each([
    { columns: 60, env: { ...UTF8, NO_COLOR: "1" }, golden: "status-60" },
    { columns: 80, env: { ...UTF8, NO_COLOR: "1" }, golden: "status-80" },
    { columns: 200, env: { ...UTF8, NO_COLOR: "1" }, golden: "status-200" },
    { columns: 80, env: UTF8, golden: "status-80-color" },
    { columns: 80, env: { LANG: "C", TERM: "dumb" }, golden: "status-80-ascii" },
  ])("reads well in $columns columns ($golden)", async ({ columns, env, golden }) => {
    await using server = await serve(FIXED);

    const { code, text } = await onTerminal(columns, ["status", `--url=${server.url}`], env);

    expect(code).toBe(0);
    await expect(text).toMatchFileSnapshot(`../cli/golden/${golden}.txt`);
  });

  it.each([60, 80, 200])("is steered by nothing that a provider says, in %i columns", async (columns) => {
    const document: Document = {
      ...FIXED,
      accounts: FIXED.accounts.map((account) => ({
        ...account,
        account: HOSTILE,
        provider: HOSTILE,
        plan: HOSTILE,
        error: { reason: "malformed" as const, message: HOSTILE },
        quotas: account.quotas.map((quota) => ({ ...quota, quota: HOSTILE, models: [HOSTILE] })),
      })),
    };
    await using server = await serve(document);
    const flags = [`--url=${server.url}`, "--color=never"];

    const [table, json] = await Promise.all([
      onTerminal(columns, ["status", ...flags]),
      onTerminal(columns, ["status", "--output=json", ...flags]),
    ]);

    for (const { code, text } of [table, json]) {
      expect(code).toBe(0);
      expect(text.replaceAll("\n", "")).not.toMatch(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/u);
    }
    expect(table.text).toContain("\ufffd[2J");
    expect(JSON.parse(json.text)).toEqual(document);
  });

  it("redraws in place, and gives the terminal back at Ctrl-C", async () => {
    await using server = await serve(FIXED);
    const command = `stty cols 60 rows 6 -echo; exec '${NODE}' '${MAIN}' status --watch --interval=100ms --color=never --url=${server.url}`;
    const child = spawn(PSEUDO_TERMINAL, ["-qec", command, "/dev/null"], {
      env: { PATH: process.env["PATH"] ?? "", ...COMPILE_CACHE, SHELL: "/bin/sh", ...UTF8 },
    });
    const ended = once(child, "close");
    let printed = "";
    child.stdout.setEncoding("utf8").on("data", (text: string) => {
      printed += text;
    });
    await eventually(() => expect(printed.split(`${ESCAPE}[H`).length).toBeGreaterThan(3), { timeoutMs: 30_000 });
    child.stdin.write("\u0003");

    expect(await ended).toEqual([0, null]);
    const [before, first = "", second] = printed.replaceAll(/\r+\n/g, "\n").split(`${ESCAPE}[H`);
    expect(before).toBe(`${ESCAPE}[?1049h${ESCAPE}[?25l`);
    expect(second).toBe(first);
    const lines = first.split("\n").map((line) => line.replaceAll(`${ESCAPE}[2K`, ""));
    expect(lines[0]).toBe("as of 2026-11-21 23:00:00 UTC");
    expect(lines).toHaveLength(6);
    expect(lines[5]).toBe("8 more lines");
    expect(printed.endsWith(`${ESCAPE}[?25h${ESCAPE}[?1049l`)).toBe(true);
  });
});

describe.concurrent("status in a pipe", () => {
  it("cuts nothing and paints nothing, whatever the width", async () => {
    await using server = await serve(FIXED);

    const { code, stdout, stderr } = await runCommand(["status", `--url=${server.url}`], { env: { LANG: "C.UTF-8" } });

    expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
    expect(stdout.split("\n")[1]).toBe(
      "contractor-with-a-rather-long-name  openrouter  key_limit            exhausted     ░░░░░░░░░░ 0 %     $0.00                $50.00             –          –",
    );
    expect(stdout).not.toContain(ESCAPE);
  });

  it("paints when it is told to", async () => {
    await using server = await serve(FIXED);

    const { stdout } = await runCommand(["status", `--url=${server.url}`, "--color=always"]);

    expect(stdout).toContain(`${ESCAPE}[1;31mexhausted${ESCAPE}[0m`);
  });

  it("hands on the document of the daemon", async () => {
    const newer = { ...FIXED, of_a_later_version: 1 };
    await using server = await serve(newer);

    const { code, stdout } = await runCommand(["status", "--output=json", `--url=${server.url}`]);

    expect(code).toBe(0);
    expect(JSON.parse(stdout)).toEqual(newer);
  });

  it("hands on one account of it, and counts that one only", async () => {
    await using server = await serve(FIXED);

    const { stdout } = await runCommand(["status", "--output=json", "--account=batch", `--url=${server.url}`]);

    expect(JSON.parse(stdout)).toEqual({
      ...FIXED,
      summary: { accounts: 1, quotas: 1, by_state: { topup: 1 }, has_exhausted: false, has_use_or_lose: false },
      accounts: FIXED.accounts.filter(({ account }) => account === "batch"),
    });
  });

  it.each([
    { account: "batsh", stderr: 'no account "batsh", did you mean "batch"?\n' },
    {
      account: "nothing-like-it",
      stderr: `no account "nothing-like-it", known here: ${FIXED.accounts
        .map(({ account }) => account)
        .toSorted()
        .join(", ")}\n`,
    },
  ])("exits 2 for the account $account and names those that may be meant", async ({ account, stderr }) => {
    await using server = await serve(FIXED);

    expect(await runCommand(["status", `--account=${account}`, `--url=${server.url}`])).toEqual({
      code: 2,
      stdout: "",
      stderr,
    });
  });

  it.each([
    { answer: "another program", respond: "<html>hello</html>" },
    { answer: "JSON of somebody else", respond: '{"status":"success"}' },
    {
      answer: "a state that is not known",
      respond: JSON.stringify(FIXED).replace('"state":"watch"', '"state":"asleep"'),
    },
  ])("exits 1 with one line when $answer answers", async ({ respond }) => {
    await using server = await startServer((_request, response) => response.writeHead(200).end(respond));

    expect(await runCommand(["status", `--url=${server.url}`])).toEqual({
      code: 1,
      stdout: "",
      stderr: `${server.url} answered something else than quotas: is it an llm-quota-exporter of this version?\n`,
    });
  });

  it("never repeats a password of the address", async () => {
    await using server = await startServer((_request, response) => sendJson(response, {}, 403));
    const url = server.url.replace("//", "//somebody:hunter2@");

    expect(await runCommand(["status", `--url=${url}`])).toEqual({
      code: 1,
      stdout: "",
      stderr: `${server.url} answered 403, is it an llm-quota-exporter?\n`,
    });
  });
});

describe.concurrent("status as a gate", () => {
  it.each([
    {
      failOn: "critical",
      code: 3,
      lines: [
        "zoë-東京-pro session: critical, severity critical",
        "cannot tell: revoked: could not be read (auth: GET api.deepseek.com/user/balance answered 401: the credential was rejected)",
        "cannot tell: contractor-with-a-rather-long-name balance: the last good reading is too old",
      ],
    },
    { failOn: "critical", account: "batch", code: 0, lines: [] },
    {
      failOn: "critical",
      account: "revoked",
      code: 4,
      lines: [
        "cannot tell: revoked: could not be read (auth: GET api.deepseek.com/user/balance answered 401: the credential was rejected)",
      ],
    },
    {
      failOn: "critical,exhausted",
      account: "contractor-with-a-rather-long-name",
      code: 3,
      lines: [
        "contractor-with-a-rather-long-name key_limit: exhausted, severity warning",
        "cannot tell: contractor-with-a-rather-long-name balance: the last good reading is too old",
      ],
    },
    {
      failOn: "critical",
      account: "contractor-with-a-rather-long-name",
      code: 4,
      lines: ["cannot tell: contractor-with-a-rather-long-name balance: the last good reading is too old"],
    },
    { failOn: "warning", account: "workstation", code: 0, lines: [] },
  ])("exits $code for $failOn of $account and says why", async ({ failOn, account, code, lines }) => {
    await using server = await serve(FIXED);
    const args = ["status", `--fail-on=${failOn}`, "--output=json", `--url=${server.url}`];

    const result = await runCommand(account === undefined ? args : [...args, `--account=${account}`]);

    expect({ code: result.code, stderr: result.stderr }).toEqual({
      code,
      stderr: lines.map((line) => `${line}\n`).join(""),
    });
    expect(JSON.parse(result.stdout)).toMatchObject({ generated_at: FIXED.generated_at });
  });

  it("exits 1 when there is no daemon", async () => {
    const url = `http://127.0.0.1:${await freePort()}`;

    expect(await runCommand(["status", "--fail-on=critical", `--url=${url}`])).toEqual({
      code: 1,
      stdout: "",
      stderr: `${url}: connect ECONNREFUSED ${new URL(url).host}\n`,
    });
  });
});

it("status --watch in a pipe prints table after table, says when the daemon is gone, and goes on", async () => {
  let isGone = false;
  await using server = await startServer(({ path }, response) => {
    if (path === "/ready") response.writeHead(200).end();
    else if (isGone) response.socket?.destroy();
    else sendJson(response, FIXED);
  });
  await using watch = await startProcess({
    name: "status-watch",
    command: NODE,
    files: {},
    env: COMPILE_CACHE,
    args: () => [MAIN, "status", "--watch", "--interval=100ms", "--account=batch", `--url=${server.url}`],
    readyUrl: `${server.url}/ready`,
  });
  const printed = () => watch.output();
  const tables = () => printed().split("as of 2026-11-21 23:00:00 UTC\n").length - 1;

  await eventually(() => expect(tables()).toBeGreaterThan(2));
  isGone = true;
  await eventually(() => expect(printed()).toContain("\nno answer: http://127.0.0.1:"));
  expect(printed()).toContain("\nthe last answer is of 2026-11-21 23:00:00 UTC\n");
  isGone = false;
  const before = tables();
  await eventually(() => expect(tables()).toBeGreaterThan(before));

  expect(await watch.stop("SIGTERM")).toEqual({ code: 0, signal: null });
  expect(printed()).not.toContain(ESCAPE);
});
