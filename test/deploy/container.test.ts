import { readFileSync } from "node:fs";
import { validate } from "dockerfile-utils";
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

/** The instructions of each stage, which begins with its FROM. */
const STAGES = INSTRUCTIONS.join("\n")
  .split(/^(?=FROM )/m)
  .map((stage) => stage.trim().split("\n"));

describe("the Dockerfile", () => {
  it("has nothing that a validator marks", () => {
    expect(validate(read("Dockerfile"))).toEqual([]);
    expect(validate("FORM node\n").length, "findings in a broken one").toBeGreaterThan(0);
  });

  it("builds on the Node that the tests run on", () => {
    const { devDependencies } = JSON.parse(read("package.json"));
    const bases = argumentsOf("FROM").map((line) => line.split(" ")[0]);

    expect(bases).toEqual(Array(3).fill(`node:${devDependencies.node}-bookworm-slim`));
  });

  it("ships what was built and production packages, no source and no tool", () => {
    const copied = (STAGES.at(-1) ?? []).filter((line) => line.startsWith("COPY "));
    const installed = STAGES.find(([from]) => from?.endsWith(" AS dependencies"))?.filter((line) =>
      /npm ci/.test(line),
    );

    expect(copied).toEqual([
      "COPY --from=dependencies /app/node_modules ./node_modules",
      "COPY package.json LICENSE ./",
      "COPY --from=build /app/dist ./dist",
    ]);
    expect(installed).toEqual([expect.stringContaining("npm ci --omit=dev --ignore-scripts ")]);
  });

  it("starts what the package starts", () => {
    const { bin } = JSON.parse(read("package.json"));

    expect(Object.values(bin)).toEqual([JSON.parse(argumentsOf("ENTRYPOINT").join())[1]]);
  });

  it("runs as a user that is a number and not root", () => {
    expect(argumentsOf("USER")).toEqual(["65532"]);
  });

  it("starts without a shell, so that signals reach the exporter", () => {
    const [healthcheck = ""] = argumentsOf("HEALTHCHECK");

    expect(JSON.parse(argumentsOf("ENTRYPOINT").join())).toEqual(["node", "dist/main.js"]);
    expect(JSON.parse(argumentsOf("CMD").join())).toEqual(["serve", "--web.listen-address=0.0.0.0:10844"]);
    expect(JSON.parse(healthcheck.replace(/^.*CMD /, ""))).toEqual(["node", "dist/main.js", "healthcheck"]);
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
