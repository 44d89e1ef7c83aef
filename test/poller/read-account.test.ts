import { describe, expect, it } from "vitest";
import { UpstreamError } from "../../src/http/upstream-error.ts";
import { readAccount } from "../../src/poller/read-account.ts";
import type { ReadAccount } from "../../src/providers/provider.ts";
import { NOW } from "../support/snapshot.ts";
import { ANSWER, NO_HTTP } from "./accounts.ts";

function read(account: ReadAccount, over: Partial<Parameters<typeof readAccount>[1]> = {}) {
  const bugs: unknown[] = [];
  const outcome = readAccount(account, {
    http: NO_HTTP,
    timeoutSeconds: 5,
    shutdown: new AbortController().signal,
    now: () => NOW,
    onBug: (error) => bugs.push(error),
    ...over,
  });
  return { outcome, bugs };
}

describe("one read", () => {
  it("gives the adapter its time, and is dated when it began", async () => {
    const seen: Date[] = [];
    const { outcome } = read(async ({ now }) => {
      seen.push(now);
      return ANSWER;
    });

    expect(await outcome).toEqual({ ok: true, at: NOW, seconds: expect.any(Number), answer: ANSWER });
    expect(seen).toEqual([NOW]);
  });

  it("hands over who wants to hear what expressions find, if anybody does", async () => {
    const heard: string[] = [];
    const explain = ({ field }: { readonly field: string }) => heard.push(field);
    const trace = { field: "plan", expression: "tier", at: "$", outcome: "value", told: "pro" } as const;
    const account: ReadAccount = async (context) => {
      context.explain?.(trace);
      return ANSWER;
    };

    expect(await read(account, { explain }).outcome).toMatchObject({ ok: true });
    expect(await read(account).outcome).toMatchObject({ ok: true });
    expect(heard).toEqual(["plan"]);
  });

  it("fails for the reason of the adapter, with what it asks for", async () => {
    const { outcome, bugs } = read(() =>
      Promise.reject(new UpstreamError("rate_limited", "GET /usage: 429", { retryAfterSeconds: 30 })),
    );

    expect(await outcome).toMatchObject({
      ok: false,
      reason: "rate_limited",
      message: "GET /usage: 429",
      retryAfterSeconds: 30,
    });
    expect(bugs).toEqual([]);
  });

  it("asks for no delay that nobody asked for", async () => {
    const { outcome } = read(() => Promise.reject(new UpstreamError("server", "GET /usage: 500")));

    expect(await outcome).not.toHaveProperty("retryAfterSeconds");
  });

  it.each<{ name: string; details: { expired?: true }; told: object }>([
    { name: "was refused", details: {}, told: { reason: "auth" } },
    { name: "has expired by itself", details: { expired: true }, told: { reason: "auth", expired: true } },
  ])("tells of a credential that it $name", async ({ details, told }) => {
    const { outcome } = read(() => Promise.reject(new UpstreamError("auth", "no login", details)));

    expect(await outcome).toEqual({ ok: false, at: NOW, seconds: expect.any(Number), message: "no login", ...told });
  });

  it.each<{ name: string; account: ReadAccount }>([
    { name: "a rejection", account: () => Promise.reject(new TypeError("x is undefined")) },
    {
      name: "a synchronous throw",
      account: () => {
        throw new TypeError("x is undefined");
      },
    },
  ])("tells of $name as a bug, without its text", async ({ account }) => {
    const { outcome, bugs } = read(account);
    const result = await outcome;

    expect(result).toMatchObject({ ok: false, reason: "bug" });
    expect(JSON.stringify(result)).not.toContain("undefined");
    expect(bugs).toEqual([new TypeError("x is undefined")]);
  });

  it("is cut at the deadline, whether or not the adapter listens to its signal", async () => {
    const signals: AbortSignal[] = [];
    const { outcome } = read(
      ({ signal }) => {
        signals.push(signal);
        return new Promise(() => undefined);
      },
      { timeoutSeconds: 0.02 },
    );

    expect(await outcome).toMatchObject({ ok: false, reason: "timeout", message: "no answer within 0.02 s" });
    expect(signals.map(({ aborted }) => aborted)).toEqual([true]);
  });

  it("is a timeout even if the adapter makes something else of the abort", async () => {
    const { outcome, bugs } = read(
      ({ signal }) =>
        new Promise((_, reject) => signal.addEventListener("abort", () => reject(new Error("aborted somewhere")))),
      { timeoutSeconds: 0.02 },
    );

    expect(await outcome).toMatchObject({ reason: "timeout" });
    expect(bugs).toEqual([]);
  });

  it("has no outcome when the daemon stops meanwhile", async () => {
    const shutdown = new AbortController();
    const { outcome, bugs } = read(() => new Promise(() => undefined), { shutdown: shutdown.signal });
    shutdown.abort(new Error("stopping"));

    expect(await outcome).toBeUndefined();
    expect(bugs).toEqual([]);
  });

  it("does not begin when the daemon is stopping already", async () => {
    let reads = 0;
    const { outcome } = read(
      async () => {
        reads++;
        return ANSWER;
      },
      { shutdown: AbortSignal.abort(new Error("stopping")) },
    );

    expect(await outcome).toBeUndefined();
    expect(reads).toBe(0);
  });
});
