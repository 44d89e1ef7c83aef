import { chmod, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { afterEach, describe, expect, it, vi } from "vitest";
import { checkWebToken, type OnTokenFile } from "../../src/config/web-token.ts";
import { configDirectory, KEY, load, problemsOf } from "./config-directory.ts";

const OLD = "planted-old-0123456789";
const NEW = "planted-new-0123456789";

afterEach(() => {
  vi.useRealTimers();
});

async function tokenFile(text: string, mode = 0o600) {
  const { directory } = await configDirectory("");
  const path = join(directory, "token");
  await writeFile(path, text);
  await chmod(path, mode);
  const news: Parameters<OnTokenFile>[0][] = [];
  const checked = await checkWebToken(
    { token_file: "token" },
    { env: {}, directory, onTokenFile: (told) => void news.push(told) },
  );
  return { path, news, ...checked };
}

describe("a token", () => {
  it.each([
    ["a variable", async () => checkWebToken({ token_env: "TOKEN" }, { env: { TOKEN: ` ${OLD}\n` }, directory: "/" })],
    ["a file", async () => tokenFile(`${OLD}\n`)],
  ])("in %s is accepted without the line end, and nothing else is", async (_where, check) => {
    const { token, secrets, problems, warnings } = await check();

    expect([problems, warnings, secrets.map((secret) => secret.reveal())]).toEqual([[], [], [OLD]]);
    expect(await token?.accepts(OLD)).toBe(true);
    for (const other of [NEW, "", OLD.slice(1), `${OLD} `]) expect(await token?.accepts(other)).toBe(false);
    expect((await token?.current())?.reveal()).toBe(OLD);
  });

  it("is not asked for where none is configured", async () => {
    expect(await checkWebToken({}, { env: {}, directory: "/" })).toEqual({ secrets: [], warnings: [], problems: [] });
  });

  const SHAPE = "has to hold the token alone: 16 to 512 characters of ASCII without a space";
  const EMPTY = "is not set or empty; it has to hold the token alone";

  it.each([
    ["", EMPTY],
    [" \n", EMPTY],
    ["too-short-012345".slice(1), SHAPE],
    ["x".repeat(513), SHAPE],
    ["planted 0123456789", SHAPE],
    ["planted-0123456789\nsecond", SHAPE],
    ["plänted-0123456789", SHAPE],
  ])("cannot be %j", async (text, problem) => {
    const inVariable = await checkWebToken({ token_env: "TOKEN" }, { env: { TOKEN: text }, directory: "/" });
    const inFile = await tokenFile(text);

    expect(inVariable.problems).toEqual([{ path: ["web", "token_env"], text: `its variable ${problem}` }]);
    expect(inFile.problems).toEqual([{ path: ["web", "token_file"], text: `the file ${problem}` }]);
    expect([inVariable.token, inFile.token]).toEqual([undefined, undefined]);
  });

  it("in a file that everybody may read is worth a warning", async () => {
    const { warnings } = await tokenFile(OLD, 0o644);

    expect(warnings).toEqual(["every user may read web.token_file; take that right away with chmod o-r"]);
  });
});

describe("a file of a token that is exchanged", () => {
  it("counts from a second later on, for callers of our own too", async () => {
    vi.useFakeTimers({ toFake: ["performance"] });
    const { path, token, news } = await tokenFile(OLD);
    await writeFile(path, NEW);
    expect([await token?.accepts(OLD), await token?.accepts(NEW)]).toEqual([true, false]);
    vi.advanceTimersByTime(1000);

    expect(await Promise.all([token?.accepts(OLD), token?.accepts(NEW)])).toEqual([false, true]);
    expect((await token?.current())?.reveal()).toBe(NEW);
    expect(news.map((told) => ("token" in told ? told.token.reveal() : told))).toEqual([NEW]);
  });

  it("for something unusable leaves the last one in force, which is told once", async () => {
    vi.useFakeTimers({ toFake: ["performance"] });
    const { path, token, news } = await tokenFile(OLD);
    await rm(path);
    for (let times = 0; times < 3; times++) {
      vi.advanceTimersByTime(1000);
      expect(await token?.accepts(OLD)).toBe(true);
    }
    await writeFile(path, "short");
    vi.advanceTimersByTime(1000);
    await token?.current();

    expect(news).toEqual([
      { problem: "does not exist" },
      { problem: "has to hold the token alone: 16 to 512 characters of ASCII without a space" },
    ]);
  });
});

describe("the section web of a config", () => {
  const config = (...lines: string[]) =>
    [
      "web:",
      ...lines.map((line) => `  ${line}`),
      "accounts: [{ name: a, provider: acme, api_key_env: ACME_KEY }]",
    ].join("\n");
  const env = { ACME_KEY: KEY, TOKEN: OLD };

  it("names the token, which the log is told to scrub", async () => {
    const { web, secrets } = await load(config("token_env: TOKEN"), { env });

    expect(await web.token?.accepts(OLD)).toBe(true);
    expect(secrets.map((secret) => secret.reveal())).toContain(OLD);
  });

  it.each([
    [["token_env: TOKEN", "token_file: t"], "config.yaml:2:3: web: needs either token_env or token_file, not both"],
    [
      ["token_env: NO_TOKEN"],
      "config.yaml:2:14: web.token_env: its variable is not set or empty; it has to hold the token alone",
    ],
    [["token_file: none"], "config.yaml:2:15: web.token_file: the file does not exist"],
    [
      [`token: ${OLD}`],
      'config.yaml:2:3: web.token: unknown key "token", known here: external_url, listen_address, token_env, token_file',
    ],
  ])("with %j is refused", async (lines, problem) => {
    const problems = await problemsOf(config(...lines), { env });

    expect(problems).toEqual([problem]);
    expect(problem).not.toContain("planted");
  });

  it("that has the token sent to a peer in the clear is worth a warning", async () => {
    const warning = "the token of web is sent to poll.peer without encryption; use https://";
    const peer = (url: string) => `poll: { peer: "${url}" }\n${config("token_env: TOKEN")}`;

    expect((await load(peer("http://host-b:10844"), { env })).warnings).toEqual([warning]);
    expect((await load(peer("https://host-b:10844"), { env })).warnings).toEqual([]);
  });
});
