import { resolve } from "node:path";
import { z } from "zod";
import type { SessionFiles } from "./config.ts";
import { scalar } from "./scalars.ts";

const directory = scalar({ type: "string", pattern: "^[^~]" }, (input) => {
  if (typeof input !== "string" || input === "")
    return { problem: "needs the path of a directory, such as /home/me/.claude" };
  if (input.startsWith("~")) return { problem: "needs the whole path in place of ~, such as /home/me/.claude" };
  return { value: input };
});

/** Whether there is such a directory is seen when it is read: a tool makes it when it is first used. */
export const sessionFiles = z.strictObject({
  tool: z.enum(["claude_code", "codex_cli"]).meta({ description: "whose logs they are" }),
  path: directory.meta({
    description: "the directory that the tool keeps its files in: `.claude` or `.codex` in the home of its user",
  }),
});

/** Relative paths start at the directory of the config file. */
export function sessionFilesOf(
  settings: z.infer<typeof sessionFiles> | undefined,
  directoryOfConfig: string,
): { readonly sessionFiles?: SessionFiles } {
  if (settings === undefined) return {};
  return { sessionFiles: { tool: settings.tool, path: resolve(directoryOfConfig, settings.path) } };
}
