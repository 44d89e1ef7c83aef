import { describe, expect, it } from "vitest";
import { ConfigError } from "../../../src/config/config-error.ts";
import { shownConfig } from "../../../src/config/shown.ts";
import { PROVIDERS } from "../../../src/providers/registry.ts";
import { load } from "../../config/config-directory.ts";
import { NOW } from "../understood.ts";

const ACCOUNT = `
accounts:
  - name: some-api
    provider: headers
    base_url: https://api.some.example/v1/
    api_key_env: SOME_API_KEY
`;
const loaded = (keys: string, env = { SOME_API_KEY: "planted0123456789" }) =>
  load(ACCOUNT + keys, { env, providers: PROVIDERS });

async function problemOf(keys: string): Promise<string> {
  const error = await loaded(keys).then(
    () => expect.unreachable("the config should have been refused"),
    (thrown: unknown) => thrown,
  );
  if (!(error instanceof ConfigError)) throw error;
  return error.problems.map(({ path, problem }) => `${path}: ${problem}`).join("\n");
}

describe("an account of headers in a config", () => {
  it("is understood by its own windows, beside others with other windows", async () => {
    const other = ACCOUNT.replace("accounts:", "").replace("some-api", "other-api");
    const { accounts } = await load(
      `${ACCOUNT}    windows: { requests: day }\n${other}    windows: { requests: hour }\n`,
      {
        env: { SOME_API_KEY: "planted0123456789" },
        providers: PROVIDERS,
      },
    );

    const told = accounts.map(({ understand }) => {
      const headers = { "x-ratelimit-remaining-requests": "5" };
      return understand({ at: NOW, status: 200, headers }).readings.map(({ quota }) => quota);
    });
    expect(told).toEqual([["requests_day"], ["requests_hour"]]);
  });

  it.each([
    ["", "authorization"],
    ["    key_header: X-Api-Key\n", "x-api-key"],
  ])("has the proxy send its key in its own header: %j", async (keys, keyHeader) => {
    expect((await loaded(keys)).accounts).toMatchObject([
      { upstream: { baseUrl: "https://api.some.example/v1", keyHeader } },
    ]);
  });

  it("shows nothing that a body could hold a key in", async () => {
    const { written } = await loaded(
      "    probe: false\n    probe_request: { path: /chat, body: { api_key: hush, model: small } }\n",
    );

    expect(shownConfig(written)).toContain("model: small");
    expect(shownConfig(written)).not.toContain("hush");
  });

  it.each([
    ["    probe: true\n", /^accounts\.0\.probe_request: .*needs the path and the body of the call to make/],
    ["    probe: true\n    probe_request: { path: /a }\n", /^accounts\.0\.probe_request: needs a body/],
    ["    probe: true\n    probe_request: { body: {} }\n", /^accounts\.0\.probe_request\.path: is missing/],
    ["    check: //elsewhere.example\n", /^accounts\.0\.check: needs a path below base_url/],
    [
      "    windows: { request: day }\n",
      /^accounts\.0\.windows\.request: unknown key "request", did you mean "requests"\?$/,
    ],
    ["    headers: { a: b }\n", /^accounts\.0\.headers: unknown key/],
  ])("is refused with %j, and says where", async (keys, problem) => {
    expect(await problemOf(keys)).toMatch(problem);
  });
});
