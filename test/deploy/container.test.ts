import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";

function read(path: string): string {
  return readFileSync(new URL(`../../${path}`, import.meta.url), "utf8");
}

/** Instructions with continued lines joined and comments left out. */
const INSTRUCTIONS = read("Dockerfile")
  .replaceAll("\\\n", " ")
  .split("\n")
  .filter((line) => line !== "" && !line.startsWith("#"));

function argumentsOf(instruction: string): readonly string[] {
  return INSTRUCTIONS.filter((line) => line.startsWith(`${instruction} `)).map((line) =>
    line.slice(instruction.length + 1),
  );
}

describe("the Dockerfile", () => {
  it("builds on the Node that the tests run on", () => {
    const { devDependencies } = JSON.parse(read("package.json"));
    const bases = argumentsOf("FROM").map((line) => line.split(" ")[0]);

    expect(bases).toEqual(Array(2).fill(`node:${devDependencies.node}-bookworm-slim`));
  });

  it("runs as a user that is a number and not root", () => {
    expect(argumentsOf("USER")).toEqual(["65532"]);
  });

  it("starts without a shell, so that signals reach the exporter", () => {
    const [healthcheck = ""] = argumentsOf("HEALTHCHECK");

    expect(JSON.parse(argumentsOf("ENTRYPOINT").join())).toEqual(["node", "src/main.ts"]);
    expect(JSON.parse(argumentsOf("CMD").join())).toEqual(["serve", "--web.listen-address=0.0.0.0:10844"]);
    expect(JSON.parse(healthcheck.replace(/^.*CMD /, ""))).toEqual(["node", "src/main.ts", "healthcheck"]);
  });

  it("copies only what .dockerignore lets through", () => {
    const rules = read(".dockerignore").split("\n");
    const allowed = rules.filter((rule) => rule.startsWith("!")).map((rule) => rule.slice(1));
    const copied = argumentsOf("COPY")
      .filter((line) => !line.startsWith("--from="))
      .flatMap((line) => line.split(" ").slice(0, -1));

    expect(rules).toContain("*");
    expect(new Set(copied)).toEqual(new Set(allowed));
  });
});
