import { describe, expect, it } from "vitest";
import { isUnencrypted, parseBaseUrl } from "../../src/config/base-url.ts";
import { parseListenAddress } from "../../src/config/listen-address.ts";

describe("parseListenAddress", () => {
  it.each([
    ["127.0.0.1:10844", { host: "127.0.0.1", port: 10_844 }],
    ["localhost:80", { host: "localhost", port: 80 }],
    ["[::1]:10844", { host: "::1", port: 10_844 }],
    [":9090", { host: "", port: 9090 }],
    ["127.0.0.1:0", { host: "127.0.0.1", port: 0 }],
    ["0.0.0.0:65535", { host: "0.0.0.0", port: 65_535 }],
  ])("reads %s", (text, expected) => {
    expect(parseListenAddress(text)).toEqual(expected);
  });

  it.each([
    "",
    "10844",
    "127.0.0.1",
    "127.0.0.1:",
    "127.0.0.1:65536",
    "::1:10844",
    "[x]:80",
    "http://a:80",
    "a b:80",
    "[]:80",
  ])("refuses %j", (text) => {
    expect(parseListenAddress(text)).toBeUndefined();
  });
});

describe("parseBaseUrl", () => {
  it.each([
    ["https://api.acme.test/v1", "https://api.acme.test/v1"],
    ["https://api.acme.test/v1//", "https://api.acme.test/v1"],
    ["HTTP://Gateway:80/", "http://gateway"],
    ["http://[::1]:8080", "http://[::1]:8080"],
  ])("reads %s as %s", (text, url) => {
    expect(parseBaseUrl(text)).toEqual({ url });
  });

  it.each([
    ["no scheme", "api.acme.test/v1", "needs a URL that begins with http:// or https://"],
    ["another scheme", "ftp://api.acme.test", "needs a URL that begins with http:// or https://"],
    ["no host", "https://", "needs a URL that begins with http:// or https://"],
    ["a query", "https://a.test/?key=sk-1", "must not hold a query or fragment"],
    ["an empty query", "https://a.test/?", "must not hold a query or fragment"],
    ["a fragment", "https://a.test/#x", "must not hold a query or fragment"],
    ["a password", "https://u:sk-1@a.test", "must not hold a user name or password"],
    ["a user name", "https://sk-1@a.test", "must not hold a user name or password"],
  ])("refuses %s and does not repeat it", (_, text, problem) => {
    const result = parseBaseUrl(text);

    expect(result).toEqual({ problem: expect.stringContaining(problem) });
    expect(JSON.stringify(result)).not.toContain("sk-1");
  });
});

describe("isUnencrypted", () => {
  it.each([
    ["http://gateway.test/v1", true],
    ["http://192.168.1.20:11434", true],
    ["http://127.0.0.1.example.test", true],
    ["https://gateway.test", false],
    ["http://127.0.0.1:8080", false],
    ["http://localhost:8080", false],
    ["http://[::1]:8080", false],
  ])("says of %s: %s", (url, expected) => {
    expect(isUnencrypted(url)).toBe(expected);
  });
});
