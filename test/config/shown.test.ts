import { expect, it } from "vitest";
import { shownConfig } from "../../src/config/shown.ts";
import { configDirectory, load, loadAt } from "./config-directory.ts";

it("is shown as it was written, as YAML that can be loaded again", async () => {
  const text = `poll:
  interval: 10m
accounts:
  - name: a
    provider: acme
    api_key_env: ACME_KEY
    labels:
      team: ml
`;
  const config = await load(text);

  expect(shownConfig(config.written)).toBe(text);
  const { path } = await configDirectory(shownConfig(config.written));
  expect((await loadAt(path)).accounts).toHaveLength(1);
});

it("shows nothing of what stands where a credential would stand", () => {
  const written = {
    alerting: { basic_auth: { username: "me", password: "hunter22", password_file: "/run/pw" } },
    accounts: [{ api_key: "sk-1", api_key_env: "KEY", credentials_file: "login.json", token: { inner: "sk-2" } }],
  };

  expect(shownConfig(written)).toBe(`alerting:
  basic_auth:
    username: me
    password: '[secret]'
    password_file: /run/pw
accounts:
  - api_key: '[secret]'
    api_key_env: KEY
    credentials_file: login.json
    token: '[secret]'
`);
});
