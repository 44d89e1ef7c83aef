import type { ServerResponse } from "node:http";
import { gzipSync } from "node:zlib";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { FAILURE_REASONS, type FailureReason } from "../../src/quota/failure.ts";
import { type Daemon, startDaemon } from "../support/daemon.ts";
import { eventually } from "../support/eventually.ts";
import { valuesOf } from "../support/exposition.ts";
import { type LocalServer, sendJson, startServer } from "../support/json-server.ts";
import { quickConfig } from "../support/quick-config.ts";

const MIB = 1024 * 1024;
const JSON_TYPE = { "content-type": "application/json" };

const balance = (total_balance: unknown) => ({
  is_available: true,
  balance_infos: [{ currency: "USD", total_balance }],
});

const inOneHour = () => Date.now() + 3_600_000;

const usage = (dailyInputTokens: object) => ({ active: true, limits: { dailyInputTokens: 1000 }, dailyInputTokens });

interface BadAnswer {
  readonly provider: "deepseek" | "nanogpt";
  readonly reason: FailureReason;
  /** Of the message, after `GET host/path `. */
  readonly says: RegExp;
  readonly answer: (response: ServerResponse) => void;
}

const ANSWERS: Readonly<Record<string, BadAnswer>> = {
  "wrong-shape": {
    provider: "deepseek",
    reason: "malformed",
    says: /^answered an unexpected shape: \$\.balance_infos: expected array, received string$/,
    answer: (response) => sendJson(response, { balance_infos: "none" }),
  },
  "wrong-type": {
    provider: "nanogpt",
    reason: "malformed",
    says: /^answered an unexpected shape: \$\.dailyInputTokens\.remaining: expected number, received string$/,
    answer: (response) => sendJson(response, usage({ used: 1, remaining: "999", resetAt: inOneHour() })),
  },
  "no-number": {
    provider: "deepseek",
    reason: "malformed",
    says: /^answered an unexpected shape: \$\.balance_infos\[0\]\.total_balance: expected a decimal number in a string$/,
    answer: (response) => sendJson(response, balance("plenty")),
  },
  infinite: {
    provider: "nanogpt",
    reason: "malformed",
    says: /^answered an unexpected shape: \$\.dailyInputTokens\.used: /,
    answer: (response) =>
      response.writeHead(200, JSON_TYPE).end('{"active":true,"dailyInputTokens":{"used":1e999,"remaining":1}}'),
  },
  negative: {
    provider: "nanogpt",
    reason: "malformed",
    says: /^answered an unexpected shape: \$\.dailyInputTokens\.used: /,
    answer: (response) => sendJson(response, usage({ used: -5, remaining: 1005, resetAt: inOneHour() })),
  },
  "year-9999": {
    provider: "nanogpt",
    reason: "malformed",
    says: /^answered an unexpected shape: \$\.dailyInputTokens\.resetAt: expected a time /,
    answer: (response) => sendJson(response, usage({ used: 1, remaining: 999, resetAt: Date.UTC(9999, 0, 1) })),
  },
  "year-1970": {
    provider: "nanogpt",
    reason: "malformed",
    says: /^answered an unexpected shape: \$\.dailyInputTokens\.resetAt: expected a time /,
    answer: (response) => sendJson(response, usage({ used: 1, remaining: 999, resetAt: 0 })),
  },
  empty: {
    provider: "deepseek",
    reason: "malformed",
    says: /^answered an empty body$/,
    answer: (response) => response.writeHead(200, JSON_TYPE).end(),
  },
  html: {
    provider: "deepseek",
    reason: "malformed",
    says: /^answered HTML, not JSON: check base_url$/,
    answer: (response) => response.writeHead(200, { "content-type": "text/html" }).end("<!doctype html><p>hello"),
  },
  "ten-megabytes": {
    provider: "deepseek",
    reason: "malformed",
    says: /^answered more than 4194304 bytes$/,
    answer: (response) => response.writeHead(200, JSON_TYPE).end(JSON.stringify(balance("1".repeat(10 * MIB)))),
  },
  "gzip-bomb": {
    provider: "deepseek",
    reason: "malformed",
    says: /^answered more than 4194304 bytes$/,
    answer: (response) => response.writeHead(200, { ...JSON_TYPE, "content-encoding": "gzip" }).end(BOMB),
  },
  "no-gzip": {
    provider: "deepseek",
    reason: "malformed",
    says: /^answered gzip that cannot be unpacked$/,
    answer: (response) =>
      response.writeHead(200, { ...JSON_TYPE, "content-encoding": "gzip" }).end(JSON.stringify(balance("1"))),
  },
  "latin-1": {
    provider: "deepseek",
    reason: "malformed",
    says: /^answered text that is not UTF-8$/,
    answer: (response) => {
      const text = JSON.stringify({ ...balance("1.00"), note: "crédit" });
      response.writeHead(200, { "content-type": "application/json; charset=iso-8859-1" });
      response.end(Buffer.from(text, "latin1"));
    },
  },
  nested: {
    provider: "deepseek",
    reason: "malformed",
    says: /^answered /,
    answer: (response) => response.writeHead(200, JSON_TYPE).end("[".repeat(MIB)),
  },
  "cut-short": {
    provider: "deepseek",
    reason: "network",
    says: /^failed: /,
    answer: (response) => {
      response.writeHead(200, { ...JSON_TYPE, "content-length": 1000 });
      response.write('{"is_available":true,');
      setTimeout(() => response.destroy(), 20);
    },
  },
  redirect: {
    provider: "deepseek",
    reason: "client",
    says: /^answered 301: redirects are not followed, check base_url$/,
    answer: (response) => response.writeHead(301, { location: "https://gateway.example/" }).end(),
  },
};

const BOMB = gzipSync(Buffer.alloc(200 * MIB, " "));

const stack = new AsyncDisposableStack();
let provider: LocalServer;
let daemon: Daemon;

beforeAll(async () => {
  provider = await startServer(({ path }, response) => {
    const [, name = "", ...rest] = path.split("/");
    const bad = ANSWERS[name];
    if (bad !== undefined) bad.answer(response);
    else if (name === "overdrawn") sendJson(response, balance("-3.20"));
    else if (name === "skewed-clock")
      sendJson(response, balance("7.42"), 200, { date: "Fri, 31 Dec 2010 23:59:59 GMT" });
    else sendJson(response, rest.at(-1) === "balance" ? balance("7.42") : {});
  });
  stack.use(provider);
  const bad = Object.entries(ANSWERS).map(([name, answer]) => ({ name, provider: answer.provider }));
  const good = ["overdrawn", "skewed-clock", "good"].map((name) => ({ name, provider: "deepseek" as const }));
  const config = quickConfig(
    [...bad, ...good].map((account) => ({ ...account, key: "key-of-all", baseUrl: `${provider.url}/${account.name}` })),
  );
  daemon = stack.use(await startDaemon(config));
});

afterAll(() => stack.disposeAsync());

interface LogLine {
  readonly level: string;
  readonly account?: string;
  readonly provider?: string;
  readonly reason?: string;
  readonly problem?: string;
  readonly msg: string;
}

const linesAbout = (account: string) =>
  daemon
    .logs()
    .trimEnd()
    .split("\n")
    .map((line) => JSON.parse(line) as LogLine)
    .filter((line) => line.account === account);

describe.concurrent("an answer that cannot be right", () => {
  it.each(Object.entries(ANSWERS))("%s: is counted with its reason and told in one line", async (account, bad) => {
    const failures = (page: string, labels: object) =>
      valuesOf(page, "llm_quota_poll_failures_total", { account, ...labels }).reduce((sum, count) => sum + count, 0);
    const page = await eventually(async () => {
      const text = await daemon.metrics();
      expect(failures(text, { reason: bad.reason })).toBeGreaterThanOrEqual(2);
      return text;
    });

    expect(failures(page, {})).toBe(failures(page, { reason: bad.reason }));
    expect(valuesOf(page, "llm_quota_account_up", { account })).toEqual([0]);
    expect(valuesOf(page, "llm_quota_remaining", { account })).toEqual([]);
    const [line, ...more] = linesAbout(account);
    expect(more).toEqual([]);
    expect(line).toMatchObject({
      level: "warn",
      provider: bad.provider,
      reason: bad.reason,
      msg: "the account could not be read",
    });
    const path = bad.provider === "deepseek" ? "user/balance" : "subscription/v1/usage";
    const call = `GET ${new URL(provider.url).host}/${account}/${path} `;
    expect(line?.problem).toContain(call);
    expect(line?.problem?.slice(call.length)).toMatch(bad.says);
  });
});

describe.concurrent("beside such answers", () => {
  it("an account that answers as it should is read on", async () => {
    const polls = async () => valuesOf(await daemon.metrics(), "llm_quota_polls_total", { account: "good" })[0] ?? 0;
    const before = await polls();

    await eventually(async () => expect(await polls()).toBeGreaterThanOrEqual(before + 2));

    const page = await daemon.metrics();
    expect(valuesOf(page, "llm_quota_remaining", { account: "good" })).toEqual([7.42]);
    expect(valuesOf(page, "llm_quota_poll_failures_total", { account: "good" })).toEqual(FAILURE_REASONS.map(() => 0));
    expect(linesAbout("good")).toEqual([]);
  });

  it("an overdrawn balance is shown as it was told", async () => {
    expect(valuesOf(await daemon.metrics(), "llm_quota_remaining", { account: "overdrawn" })).toEqual([-3.2]);
  });

  it("a provider whose clock is wrong does not change what time it is", async () => {
    const page = await daemon.metrics();

    const [readAt = 0] = valuesOf(page, "llm_quota_last_reading_timestamp_seconds", { account: "skewed-clock" });
    expect(Math.abs(Date.now() / 1000 - readAt)).toBeLessThan(30);
    expect(valuesOf(page, "llm_quota_data_valid", { account: "skewed-clock" })).toEqual([1]);
  });
});
