import { afterEach, describe, expect, it, test } from "vitest";
import { renderFamilies } from "../../src/metrics/render.ts";
import type { ReadOutcome } from "../../src/quota/account.ts";
import type { OnDemandRead, PollLog } from "../../src/quota/poll-log.ts";
import { type Listening, listen } from "../../src/server/listen.ts";
import { createServer, type ServerDeps } from "../../src/server/server.ts";
import { aFailedAccount, anAccount, anAnswer, aQuota, aSnapshot, inSeconds, NOW } from "../support/snapshot.ts";
import { ask } from "./ask.ts";

const running: Listening[] = [];
const errors: unknown[] = [];
afterEach(async () => {
  await Promise.all(running.splice(0).map((server) => server.close()));
  expect(errors.splice(0)).toEqual([]);
});

const good: ReadOutcome = { ok: true, at: NOW, seconds: 0.2, answer: { readings: [], metered: true } };
const failed: ReadOutcome = { ok: false, at: NOW, seconds: 0.2, reason: "server", message: "GET acme.example/: 503" };
const LOG: PollLog = {
  nextPollAt: inSeconds(300),
  polls: [
    { at: inSeconds(-2), seconds: 0.12345, failure: undefined, readings: 1 },
    {
      at: inSeconds(-302),
      seconds: 8,
      failure: { reason: "timeout", message: "no answer within 8 s" },
      readings: undefined,
    },
  ],
};
const MAIN = anAccount({
  account: "main",
  answer: anAnswer({ models: ["m1"], credentialExpiresAt: inSeconds(2 * 86_400) }),
  quotas: [aQuota()],
});
const OTHER = anAccount({ account: "other" });

/** A server over two accounts whose reads on demand end as told; `asked` are those that were. */
async function serve(found: OnDemandRead | Promise<OnDemandRead>, over: Partial<ServerDeps> = {}) {
  const asked: string[] = [];
  const app = createServer({
    snapshot: () => aSnapshot({ accounts: [MAIN, OTHER] }),
    metricsPage: { render: () => Promise.resolve(Buffer.from("")) },
    reads: {
      async readNow(account) {
        asked.push(account);
        return found;
      },
      log: (account) => (account === "main" ? LOG : undefined),
    },
    history: () => [],
    ready: () => true,
    version: "0.1.0",
    config: () => "accounts: []\n",
    reload: undefined,
    now: () => NOW,
    onError: (error) => errors.push(error),
    ...over,
  });
  const server = await listen(app, { host: "127.0.0.1", port: 0 });
  running.push(server);
  return { server, asked };
}

const read = { how: "read", outcome: good } as const;
const never = new Promise<OnDemandRead>(() => undefined);
const text = async (...args: Parameters<typeof ask>) => {
  const { status, body } = await ask(...args);
  return { status, text: body.toString() };
};
const json = async (...args: Parameters<typeof ask>) => {
  const { status, body } = await ask(...args);
  return { status, document: JSON.parse(body.toString()) };
};

describe("/probe", () => {
  it("shows the families of its account and how the read went, and nothing else", async () => {
    const { server, asked } = await serve(read);
    const answer = await text(server, "/probe?target=main");
    const [head = "", families] = answer.text.split(/(?<=probe_duration_seconds [\d.e-]+\n)/);

    expect(asked).toEqual(["main"]);
    expect(answer.status).toBe(200);
    expect(head).toMatch(/\nprobe_success 1\n/);
    expect(families).toBe(renderFamilies(aSnapshot({ accounts: [MAIN] }), NOW));
    expect(answer.text).not.toMatch(/^(process_|nodejs_|llm_quota_exporter_)/m);
  });

  it.each<[string, OnDemandRead, number, string]>([
    ["a good read", read, 1, "# read on demand"],
    ["a failed one", { how: "read", outcome: failed }, 0, "# read on demand"],
    ["a good one within the minute", { how: "cached", outcome: good }, 1, "# read less than a minute ago"],
    ["a failed one that may not be repeated", { how: "held", outcome: failed }, 0, "# not read: the poll floor"],
    ["none at all", { how: "held", outcome: undefined }, 0, "# not read: the poll floor"],
  ])("tells of %s", async (_what, found, success, comment) => {
    const { server } = await serve(found);
    const answer = await text(server, "/probe?target=main");

    expect(answer.status).toBe(200);
    expect(answer.text).toContain(`\nprobe_success ${success}\n`);
    expect(answer.text.startsWith(comment)).toBe(true);
  });

  it("ends half a second before Prometheus stops waiting, with what is known", async () => {
    const { server } = await serve(never);
    const answer = await text(server, "/probe?target=main", "GET", { "X-Prometheus-Scrape-Timeout-Seconds": "0.8" });

    expect(answer.status).toBe(200);
    expect(answer.text).toContain("\nprobe_success 0\n");
    expect(answer.text).toContain('llm_quota_remaining{provider="nanogpt",account="main"');
  });

  it.each([
    ["/probe", "name one account: /probe?target=ACCOUNT\n"],
    ["/probe?target=", "name one account: /probe?target=ACCOUNT\n"],
    ["/probe?target=main&target=other", "name one account: /probe?target=ACCOUNT\n"],
  ])("refuses %s and asks nobody", async (path, words) => {
    const { server, asked } = await serve(read);

    expect(await text(server, path)).toEqual({ status: 400, text: words });
    expect(asked).toEqual([]);
  });

  it.each([
    ["/probe?target=mian", 'did you mean "main"?', ["main"]],
    ["/probe?target=http://user:hunter2@127.0.0.1/?x", "known here: main, other", []],
    [`/probe?target=${"x".repeat(10_000)}`, "known here: main, other", []],
    ["/probe?target=%ff%00%E0%A4%A", "known here: main, other", []],
  ])("does not find %.40s, names the near ones and asks nobody", async (path, hint, near) => {
    const { server, asked } = await serve(read);

    expect(await json(server, path)).toEqual({
      status: 404,
      document: { error: `no account has this name, ${hint}`, near },
    });
    expect(asked).toEqual([]);
  });
});

describe("/api/v1/accounts/NAME", () => {
  it("is the entry of the quotas document with models, polls and an explanation of each state", async () => {
    const { server, asked } = await serve(read);
    const { document } = await json(server, "/api/v1/accounts/main");
    const [entry] = (await json(server, "/api/v1/quotas")).document.accounts;

    expect(asked).toEqual([]);
    expect(document).toEqual({
      generated_at: "2026-11-21T23:00:00.000Z",
      ...entry,
      quotas: [
        {
          ...entry.quotas[0],
          explanation: "79.2 % left, 1 d 1 h to the reset; too few readings yet to tell how fast it goes.",
        },
      ],
      models: ["m1"],
      credential_expires_at: "2026-11-23T23:00:00.000Z",
      interval_seconds: 300,
      last_poll: "2026-11-21T22:59:58.000Z",
      next_poll: "2026-11-21T23:05:00.000Z",
      refresh: null,
      polls: [
        { at: "2026-11-21T22:59:58.000Z", seconds: 0.123, ok: true, error: null, readings: 1 },
        {
          at: "2026-11-21T22:54:58.000Z",
          seconds: 8,
          ok: false,
          error: { reason: "timeout", message: "no answer within 8 s" },
          readings: null,
        },
      ],
    });
  });

  it("has null for what is not known, and no quota that is gone", async () => {
    const account = aFailedAccount({ reason: "auth", message: "GET /: 401" }, { quotas: [aQuota({ gone: true })] });
    const snapshot = () => aSnapshot({ accounts: [{ ...account, account: "new", lastPollAt: undefined }] });
    const { server } = await serve(read, { snapshot });

    expect((await json(server, "/api/v1/accounts/new")).document).toMatchObject({
      quotas: [],
      models: null,
      last_poll: null,
      next_poll: null,
      polls: [],
    });
  });

  it.each([
    "/api/v1/quotas?account=main&account=other",
    "/api/v1/quotas?provider=nanogpt&provider=nanogpt&refresh=true",
    "/api/v1/events?account=main&account=mian",
  ])("%s is refused: one of two would pass for both", async (path) => {
    const { server, asked } = await serve(read);

    const document = { error: "name one account and one provider at most" };
    expect(await json(server, path)).toEqual({ status: 400, document });
    expect(asked).toEqual([]);
  });

  it.each([
    ["/api/v1/accounts/mian", 'account has this name, did you mean "main"?', ["main"]],
    ["/api/v1/accounts/%3Cscript%3E%22", "account has this name, known here: main, other", []],
    ["/api/v1/accounts/%00", "account has this name, known here: main, other", []],
    ["/api/v1/quotas?account=Main", 'account has this name, did you mean "main"?', ["main"]],
    ["/api/v1/quotas?account=", "account has this name, known here: main, other", []],
    ["/api/v1/quotas?provider=nano_gpt", 'provider has this name, did you mean "nanogpt"?', ["nanogpt"]],
    ["/api/v1/quotas?account=main&provider=openai", "provider has this name, known here: nanogpt", []],
    ["/api/v1/events?account=othr", 'account has this name, did you mean "other"?', ["other"]],
    ["/api/v1/events?provider=sk-secret", "provider has this name, known here: nanogpt", []],
  ])("%s is not found, which names the near ones", async (path, error, near) => {
    const { server, asked } = await serve(read);

    expect(await json(server, path)).toEqual({ status: 404, document: { error: `no ${error}`, near } });
    expect(asked).toEqual([]);
  });

  it.each([
    ["/api/v1/accounts/%E0%A4%A", "the name in the path is not valid percent-encoding"],
    ["/api/v1/accounts/main?refresh=yes", "refresh is true, false or left out"],
    ["/api/v1/quotas?refresh=1", "refresh is true, false or left out"],
  ])("%s is an error in JSON", async (path, error) => {
    const { server, asked } = await serve(read);

    expect(await json(server, path)).toEqual({ status: 400, document: { error } });
    expect(asked).toEqual([]);
  });

  it("says that nothing is configured where that is so", async () => {
    const { server } = await serve(read, { snapshot: () => aSnapshot({ accounts: [] }) });

    expect((await json(server, "/api/v1/accounts/main")).document).toEqual({
      error: "no account has this name; none is configured",
      near: [],
    });
  });
});

test.each(["read", "cached", "held"] as const)("a refresh of an account says that it was %s", async (how) => {
  const { server, asked } = await serve({ how, outcome: good });

  expect((await json(server, "/api/v1/accounts/other?refresh=true")).document.refresh).toBe(how);
  expect(asked).toEqual(["other"]);
});

test("a refresh of the quotas reads every account first, and shows what that found", async () => {
  const asked: string[] = [];
  const { server } = await serve(read, {
    snapshot: () => aSnapshot({ accounts: [{ ...MAIN, up: asked.length === 2 }, OTHER] }),
    reads: {
      async readNow(account) {
        asked.push(account);
        return read;
      },
      log: () => undefined,
    },
  });

  expect((await json(server, "/api/v1/quotas?refresh=false")).document.accounts[0].up).toBe(false);
  expect((await json(server, "/api/v1/quotas?refresh=true")).document.accounts[0].up).toBe(true);
  expect(asked).toEqual(["main", "other"]);
});

test.each([
  ["account=other", ["other"]],
  ["provider=nanogpt", ["main", "other"]],
  ["provider=nanogpt&account=main", ["main"]],
])("the quotas for %s are those of %s, and only those are refreshed", async (query, names) => {
  const { server, asked } = await serve(read);
  const { document } = await json(server, `/api/v1/quotas?refresh=true&${query}`);

  expect(document.accounts.map(({ account }: { account: string }) => account)).toEqual(names);
  expect(document.summary.accounts).toBe(names.length);
  expect(asked).toEqual(names);
});

test("/debug/polls lists the last polls of every account", async () => {
  const { server } = await serve(read);
  const { document } = await json(server, "/debug/polls");

  expect(document.generated_at).toBe("2026-11-21T23:00:00.000Z");
  expect(document.accounts).toHaveLength(2);
  expect(document.accounts[0]).toMatchObject({
    provider: "nanogpt",
    account: "main",
    polls: [{ ok: true }, { ok: false }],
  });
  expect(document.accounts[1]).toEqual({ provider: "nanogpt", account: "other", next_poll: null, polls: [] });
});
