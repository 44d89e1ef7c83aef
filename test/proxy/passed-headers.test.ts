import { describe, expect, it } from "vitest";
import { answerHeaders, headerRecord, requestHeaders } from "../../src/proxy/passed-headers.ts";

const theirs = { isKeyOurs: false };

describe("the headers of a request", () => {
  it("are passed on in their order and spelling, repeated ones too", () => {
    const raw = [
      "Authorization",
      "Bearer k",
      "X-Stainless-OS",
      "Linux",
      "accept-encoding",
      "br",
      "x-a",
      "1",
      "X-A",
      "2",
    ];

    expect(requestHeaders(raw, theirs)).toEqual(raw);
  });

  it.each([
    "Connection",
    "Keep-Alive",
    "Proxy-Authorization",
    "Proxy-Connection",
    "TE",
    "Trailer",
    "Transfer-Encoding",
    "Upgrade",
    "HTTP2-Settings",
    "Host",
    "Expect",
  ])("%s is of one connection and is not", (name) => {
    expect(requestHeaders(["a", "1", name, "x", "b", "2"], theirs)).toEqual(["a", "1", "b", "2"]);
  });

  it("lose what Connection names, in any case and in any of several", () => {
    const raw = ["X-Hop", "1", "connection", "close, x-hop", "x-end", "2", "Connection", "X-END ", "x-kept", "3"];

    expect(requestHeaders(raw, theirs)).toEqual(["x-kept", "3"]);
  });

  it("keep no credential of the caller where the account's own is put in", () => {
    const raw = [
      "authorization",
      "a",
      "X-Api-Key",
      "b",
      "x-goog-api-key",
      "c",
      "api-key",
      "d",
      "Cookie",
      "e",
      "x",
      "f",
    ];

    expect(requestHeaders(raw, { isKeyOurs: true })).toEqual(["x", "f"]);
    expect(requestHeaders(raw, theirs)).toEqual(raw);
  });
});

describe("the headers of an answer", () => {
  it("are passed on without those of the connection", () => {
    const raw = [
      "Set-Cookie",
      "a",
      "Set-Cookie",
      "b",
      "Transfer-Encoding",
      "chunked",
      "Connection",
      "x-hop",
      "X-Hop",
      "1",
    ];

    expect(answerHeaders(raw)).toEqual(["Set-Cookie", "a", "Set-Cookie", "b"]);
  });
});

it("a record has lower-case names and joins what is repeated", () => {
  expect(headerRecord(["X-A", "1", "x-b", "2", "x-a", "3"])).toEqual({ "x-a": "1, 3", "x-b": "2" });
});
