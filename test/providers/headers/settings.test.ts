import { describe, expect, it } from "vitest";
import { headers } from "../../../src/providers/headers/headers.ts";

const connect = (settings: object) =>
  headers.connect({ baseUrl: "https://api.some.example", apiKey: undefined }, settings);
const REQUEST = { path: "/chat", body: {} };

/** Where something is wrong, and what is said of it. */
function problemOf(settings: object): readonly [path: string, message: string] | undefined {
  const { success, error } = headers.settings.safeParse(settings);
  const [issue] = error?.issues ?? [];
  return success || issue === undefined ? undefined : [issue.path.join("."), issue.message];
}

describe("the settings of an account of headers", () => {
  it.each([
    {},
    { check: "/models" },
    { check: "/v1/status:ping?verbose=1&api-version=2024-10-21&max_tokens=1" },
    { check: "/" },
    { probe: false },
    { probe: false, probe_request: REQUEST },
    { probe: true, probe_request: REQUEST },
    { probe: true, probe_request: { ...REQUEST, method: "POST", body: { nested: [1, null, { a: true }] } } },
    { probe: true, probe_request: { path: "/search?q=a", method: "GET" } },
    { windows: {} },
    { windows: { requests: "second", tokens: "month" } },
    { key_header: "X-Api-Key" },
  ])("may be %j", (settings) => {
    expect(problemOf(settings)).toBeUndefined();
    expect(connect(settings)).toBeTypeOf("function");
  });

  it.each([
    "models",
    "",
    "https://elsewhere.example/models",
    "//elsewhere.example/models",
    "/\\elsewhere.example",
    "/v1//models",
    "/../admin",
    "/v1/..",
    "/v1/%2e%2e/admin",
    "/v1/%2E./admin",
    "/models#top",
    "/mo dels",
    "/models\n",
    "/models?a=1#b",
    "/modèles",
  ])("refuse the path %j, which need not be below base_url", (path) => {
    const words = 'needs a path below base_url that begins with one "/", such as /models, without "//" and ".."';

    expect(problemOf({ check: path })).toEqual(["check", words]);
    expect(problemOf({ probe: true, probe_request: { ...REQUEST, path } })).toEqual(["probe_request.path", words]);
  });

  it.each(["key", "api_key", "apikey", "api-key", "access_token", "token", "X-Auth", "a=1&sig"])(
    "refuse a key in a query: %s",
    (name) => {
      expect(problemOf({ check: `/models?${name}=planted0123456789` })).toEqual([
        "check",
        "must not hold a key; it comes from api_key_env or api_key_file and is sent in key_header",
      ]);
    },
  );

  it.each<[settings: object, path: string, message: RegExp]>([
    [{ probe: true }, "probe_request", /^needs the path and the body of the call to make, because probe is true$/],
    [{ probe: true, probe_request: { path: "/chat" } }, "probe_request", /^needs a body, as it is a POST/],
    [{ probe: false, probe_request: { path: "/chat" } }, "probe_request", /^needs a body, as it is a POST/],
    [{ probe_request: REQUEST }, "probe", /^needs true for probe_request to be made/],
    [{ probe: true, probe_request: { body: {} } }, "probe_request.path", /expected string/],
    [
      { probe: true, probe_request: { ...REQUEST, method: "GET" } },
      "probe_request",
      /^has a body, which a GET does not send/,
    ],
    [{ probe_request: { ...REQUEST, method: "DELETE" } }, "probe_request.method", /"GET"\|"POST"/],
    [{ probe_request: { ...REQUEST, body: "text" } }, "probe_request.body", /expected record/],
    [{ probe_request: { ...REQUEST, url: "/" } }, "probe_request", /url/],
    [{ probe: "yes" }, "probe", /expected boolean/],
    [{ windows: { requests: "week" } }, "windows.requests", /"day"/],
    [{ windows: { request: "day" } }, "windows", /request/],
    [{ key_header: "" }, "key_header", /^needs the name of a header/],
    [{ key_header: "sk-planted 0123" }, "key_header", /^needs the name of a header/],
    [{ key_header: "Host" }, "key_header", /^is a header that carries something else/],
    [{ key_header: "content-length" }, "key_header", /^is a header that carries something else/],
    [{ url: "https://some.example" }, "", /url/],
  ])("refuse %j at %s", (settings, path, message) => {
    expect(problemOf(settings)).toEqual([path, expect.stringMatching(message)]);
    expect(() => connect(settings)).toThrow();
  });

  it("say by which header the proxy has to send the key", () => {
    expect(headers.keyHeader({})).toBe("authorization");
    expect(headers.keyHeader({ key_header: "X-Api-Key" })).toBe("x-api-key");
  });
});
