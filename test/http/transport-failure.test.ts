import { errors } from "undici";
import { describe, expect, it } from "vitest";
import { transportFailure } from "../../src/http/transport-failure.ts";
import { UpstreamError } from "../../src/http/upstream-error.ts";

const RUNNING = new AbortController().signal;

function coded(code: string): Error {
  return Object.assign(new Error("low level"), { code });
}

describe("transportFailure", () => {
  it.each<[code: string, reason: string, message: string]>([
    ["ECONNREFUSED", "network", "GET h/p failed: connection refused (ECONNREFUSED)"],
    ["ENOTFOUND", "network", "GET h/p failed: host name not found (ENOTFOUND)"],
    ["UND_ERR_SOCKET", "network", "GET h/p failed: connection closed by the other side (UND_ERR_SOCKET)"],
    ["CERT_HAS_EXPIRED", "network", "GET h/p failed: CERT_HAS_EXPIRED"],
    ["UND_ERR_CONNECT_TIMEOUT", "timeout", "GET h/p timed out (UND_ERR_CONNECT_TIMEOUT)"],
    ["UND_ERR_HEADERS_TIMEOUT", "timeout", "GET h/p timed out (UND_ERR_HEADERS_TIMEOUT)"],
    ["UND_ERR_BODY_TIMEOUT", "timeout", "GET h/p timed out (UND_ERR_BODY_TIMEOUT)"],
    ["ETIMEDOUT", "timeout", "GET h/p timed out (ETIMEDOUT)"],
    ["UND_ERR_HEADERS_OVERFLOW", "malformed", "GET h/p answered with headers that are too large"],
  ])("%s is %s", (code, reason, message) => {
    expect(transportFailure(coded(code), "GET h/p", RUNNING)).toMatchObject({ reason, message });
  });

  it("finds the code one level down", () => {
    const wrapped = new Error("terminated", { cause: coded("ECONNRESET") });

    expect(transportFailure(wrapped, "GET h/p", RUNNING)).toMatchObject({ reason: "network" });
  });

  it("drops the parser's error, which holds the bytes that it could not read", () => {
    const failure = transportFailure(new errors.HTTPParserError("no"), "GET h/p", RUNNING);

    expect(failure).toMatchObject({ reason: "malformed", message: "GET h/p answered something that is not HTTP" });
    expect((failure as UpstreamError).cause).toBeUndefined();
  });

  it.each<[name: string, error: unknown]>([
    ["a failure that already has its reason", new UpstreamError("malformed", "x")],
    ["a bug", new TypeError("x is not a function")],
    ["an argument that undici refuses", coded("UND_ERR_INVALID_ARG")],
    ["something that is no error", "text"],
  ])("leaves %s as it is", (_name, error) => {
    expect(transportFailure(error, "GET h/p", RUNNING)).toBe(error);
  });
});
