import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { ConfigError } from "../../src/config/config-error.ts";
import { PROVIDERS } from "../../src/providers/registry.ts";
import { configDirectory, loadAt } from "./config-directory.ts";

/** A config with one account, that has these further lines. */
async function load(...lines: readonly string[]) {
  const account = ["accounts:", "  - name: main", "    provider: ollama", ...lines.map((line) => `    ${line}`)];
  const { directory, path } = await configDirectory(`${account.join("\n")}\n`);
  return { directory, loaded: loadAt(path, { env: {}, providers: PROVIDERS }) };
}

describe("session files", () => {
  it("are not read unless an account asks for it", async () => {
    const { accounts } = await (await load()).loaded;

    expect(accounts[0]).not.toHaveProperty("sessionFiles");
  });

  it.each([
    ["/home/me/.claude", () => "/home/me/.claude"],
    ["logs/claude", (directory: string) => join(directory, "logs/claude")],
  ])("lie at %s", async (path, absolute) => {
    const { directory, loaded } = await load(`session_files: { tool: claude_code, path: ${path} }`);

    expect((await loaded).accounts[0]?.sessionFiles).toEqual({ tool: "claude_code", path: absolute(directory) });
  });

  it.each([
    ["{ tool: claude_code, path: ~/.claude }", "path: needs the whole path in place of ~, such as /home/me/.claude"],
    ["{ tool: codex_cli, path: 7 }", "path: needs the path of a directory, such as /home/me/.claude"],
    ["{ tool: cursor, path: /x }", "tool: needs claude_code or codex_cli"],
    ["{ tool: codex_cli }", "path: is missing; needs the path of a directory, such as /home/me/.claude"],
    ["{ tool: codex_cli, path: /x, every: 1m }", 'every: unknown key "every", known here: path, tool'],
  ])("are refused with what would be right: %s", async (text, problem) => {
    const { loaded } = await load(`session_files: ${text}`);

    const error = await loaded.then(
      () => undefined,
      (thrown: unknown) => thrown,
    );
    expect(error).toBeInstanceOf(ConfigError);
    expect((error as ConfigError).message).toContain(`accounts.0.session_files.${problem}`);
  });
});
