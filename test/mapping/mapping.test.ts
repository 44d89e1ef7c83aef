import { describe, expect, it } from "vitest";
import { mapping } from "../../src/mapping/mapping.ts";

const KEY = "sk-planted-0123456789abcdef";
const HINT = "may hold a key, which never stands in this file; auth says how the key of the account is sent";

/** Each problem of an account with these keys: where it is, and in words. */
function problems(parts: {
  readonly request?: object;
  readonly variables?: object;
  readonly before?: readonly object[];
}): readonly string[] {
  const readings = [{ quota: "daily", kind: "calendar", unit: "requests", remaining: "left" }];
  const request = { path: "/v1", ...parts.request };
  const told = mapping.safeParse({ readings, ...parts, request });
  return told.success ? [] : told.error.issues.map(({ path, message }) => `${path.join(".")}: ${message}`);
}

describe("a key that stands in the config by mistake is refused", () => {
  it.each([
    ["in a variable", { variables: { team: KEY } }, "variables.team"],
    ["in a variable of that name", { variables: { api_key: "abc" } }, "variables.api_key"],
    ["in a query", { request: { query: { k: KEY } } }, "request.query.k"],
    ["in a query of that name", { request: { query: { access_token: "abc" } } }, "request.query.access_token"],
    ["in a header", { request: { headers: { "x-thing": `Bearer ${KEY}` } } }, "request.headers.x-thing"],
    ["in a path", { request: { path: `/v1/${KEY}/usage` } }, "request.path"],
    ["deep in a body", { request: { method: "POST", body: { a: [{ b: KEY }] } } }, "request.body"],
    ["as a token of a login", { variables: { v: "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxIn0.c2ln" } }, "variables.v"],
    ["as one of Google", { variables: { v: "AIzaSyA0123456789-abcdefghijklmno" } }, "variables.v"],
  ])("%s", (_where, parts, at) => {
    const found = problems(parts);

    expect(found).toEqual([`${at}: ${HINT}`]);
    expect(found.join()).not.toContain(KEY);
  });

  it.each([
    ["an id", { variables: { team: "7f0c1d9e-32a4-4f6b-9d7e-5a6b7c8d9e0f" } }],
    ["a name with the same letters", { variables: { team: "risk-management-of-the-whole-company" } }],
    ["a project", { request: { query: { project: "proj_0123456789abcdefghij", page_size: "100" } } }],
    ["a short name", { request: { path: "/v1/sk-team/usage" } }],
    ["a version", { request: { headers: { "x-api-version": "2026-01-01" } } }],
    ["what a query asks for", { request: { method: "POST", body: { query: "query { basic { left } }" } } }],
  ])("but not %s", (_what, parts) => {
    expect(problems(parts)).toEqual([]);
  });
});

describe("a header that belongs to the HTTP client is refused", () => {
  const OURS = "is a header that the HTTP client sets itself";

  it.each(["Host", "content-length", "transfer-encoding", "connection", "upgrade", "expect", "accept-encoding"])(
    "%s",
    (name) => {
      expect(problems({ request: { headers: { [name]: "1" } } })).toEqual([`request.headers.${name}: ${OURS}`]);
      expect(problems({ request: { auth: `header:${name}` } })).toEqual([`request.auth: ${OURS}`]);
    },
  );
});

it("does not set a placeholder that is a part of the time in a call before", () => {
  expect(problems({ before: [{ set: "month", path: "/m", value: "m" }] })).toEqual([
    "before.0.set: is a part of the time; needs another name",
  ]);
});

describe("a body that further fields go into is an object", () => {
  it.each([
    ["the key", { method: "POST", auth: "body:key", body: ["a"] }],
    ["the next page", { method: "POST", pages: { next: "n", body: "cursor" }, body: "text" }],
  ])("that of %s", (_what, request) => {
    expect(problems({ request })).toEqual([
      "request.body: needs to be an object, as the key or the next page becomes a field of it",
    ]);
  });

  it("or of any form where nothing does", () => {
    expect(problems({ request: { method: "POST", body: ["a"] } })).toEqual([]);
    expect(problems({ request: { method: "POST", auth: "body:key" } })).toEqual([]);
  });
});
