import { describe, expect, it } from "vitest";
import { statusFailure } from "../../src/http/status-failure.ts";

const NOW = new Date("2026-11-21T12:00:00Z");

describe("statusFailure", () => {
  it.each<[status: number, reason: string, message: string]>([
    [301, "client", "GET h/p answered 301: redirects are not followed, check base_url"],
    [304, "client", "GET h/p answered 304: redirects are not followed, check base_url"],
    [400, "client", "GET h/p answered 400"],
    [401, "auth", "GET h/p answered 401: the credential is refused"],
    [402, "not_entitled", "GET h/p answered 402: no plan or no credit"],
    [403, "auth", "GET h/p answered 403: the credential is refused"],
    [404, "client", "GET h/p answered 404: check base_url"],
    [408, "timeout", "GET h/p answered 408"],
    [422, "client", "GET h/p answered 422"],
    [429, "rate_limited", "GET h/p answered 429"],
    [500, "server", "GET h/p answered 500"],
    [504, "server", "GET h/p answered 504"],
    [529, "server", "GET h/p answered 529"],
  ])("%i means %s", (status, reason, message) => {
    const failure = statusFailure("GET h/p", status, {}, { now: NOW });

    expect(failure).toMatchObject({ reason, message, status, retryAfterSeconds: undefined });
  });

  it.each([429, 503])("carries the wait that a %i asks for", (status) => {
    const headers = { "retry-after": "Sat, 21 Nov 2026 12:02:00 GMT" };

    expect(statusFailure("GET h/p", status, headers, { now: NOW }).retryAfterSeconds).toBe(120);
  });

  it.each<[told: object, expected: object]>([
    [{}, { reason: "rate_limited", message: "GET h/p answered 429", retryAfterSeconds: 60 }],
    [
      { reason: "not_entitled" },
      { reason: "not_entitled", message: "GET h/p answered 429: no plan or no credit", retryAfterSeconds: 60 },
    ],
    [
      { reason: "auth", hint: "use another key" },
      { reason: "auth", message: "GET h/p answered 429: use another key" },
    ],
    [{ hint: "use another key" }, { reason: "rate_limited", message: "GET h/p answered 429: use another key" }],
    [{ retryAfterSeconds: 90 }, { reason: "rate_limited", retryAfterSeconds: 90 }],
    [{ retryAfterSeconds: 30 }, { reason: "rate_limited", retryAfterSeconds: 60 }],
  ])("with a body that told %j is %j", (told, expected) => {
    expect(statusFailure("GET h/p", 429, { "retry-after": "60" }, { ...told, now: NOW })).toMatchObject(expected);
  });

  it("takes the wait from the body where no header has one", () => {
    expect(statusFailure("GET h/p", 429, {}, { retryAfterSeconds: 90, now: NOW }).retryAfterSeconds).toBe(90);
  });
});
