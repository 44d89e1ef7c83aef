import { createRequire } from "node:module";
import { join, resolve } from "node:path";
import { expect, it } from "vitest";
import { canaryFolder } from "./canary-folder.ts";

const ROOT = resolve(import.meta.dirname, "../..");
const rules: { forbidden: { name: string }[] } = createRequire(import.meta.url)(join(ROOT, ".dependency-cruiser.cjs"));

const imports = (...paths: string[]) =>
  `${paths.map((path, index) => `import * as m${index} from "${path}";`).join("\n")}\nexport const used = [${paths.map((_, index) => `m${index}`).join(", ")}];\n`;

/** Each breaks the rule it is named for. */
const PLANTED: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  "no-circular": { "src/quota/one.ts": imports("./two.ts"), "src/quota/two.ts": imports("./one.ts") },
  "quota-imports-nothing": { "src/quota/bad.ts": imports("node:fs") },
  "observe-imports-nothing": { "src/observe/bad.ts": imports("../quota/one.ts") },
  "engine-imports-only-quota": { "src/engine/bad.ts": imports("pino") },
  "adapters-are-strangers": { "src/providers/one/bad.ts": imports("../two/fine.ts") },
  "nobody-imports-the-wiring": { "src/server/bad-wiring.ts": imports("../app.ts") },
  "nobody-imports-the-command-line": { "src/server/bad-cli.ts": imports("../cli/fine.ts") },
  "http-imports": { "src/http/bad.ts": imports("../config/fine.ts") },
  "mapping-imports": { "src/mapping/bad.ts": imports("../poller/fine.ts") },
  "providers-imports": { "src/providers/one/reaching.ts": imports("../../poller/fine.ts") },
  "store-imports": { "src/store/bad.ts": imports("../server/fine.ts") },
  "poller-imports": { "src/poller/bad.ts": imports("../config/fine.ts") },
  "alerting-imports": { "src/alerting/bad.ts": imports("../server/fine.ts") },
  "metrics-imports": { "src/metrics/bad.ts": imports("../poller/fine.ts") },
  "traffic-imports": { "src/traffic/bad.ts": imports("../server/fine.ts") },
  "proxy-imports": { "src/proxy/bad.ts": imports("../server/fine.ts") },
  "sessions-imports": { "src/sessions/bad.ts": imports("../server/fine.ts") },
  "server-imports": { "src/server/bad.ts": imports("../poller/fine.ts") },
  "config-imports": { "src/config/bad.ts": imports("../poller/fine.ts") },
  "demo-imports": { "src/demo/bad.ts": imports("../engine/fine.ts") },
  "undici-only-in-http": { "src/providers/one/undici.ts": imports("undici") },
  "prom-client-only-in-metrics": { "src/server/prom.ts": imports("prom-client") },
  "express-only-in-server": { "src/metrics/express.ts": imports("express") },
  "toad-scheduler-only-in-poller": { "src/alerting/toad.ts": imports("toad-scheduler") },
  "js-yaml-only-in-config": { "src/server/yaml.ts": imports("js-yaml") },
  "jsonata-only-in-mapping": { "src/config/jsonata.ts": imports("jsonata") },
};

const FINE = ["app", "cli/fine", "config/fine", "engine/fine", "poller/fine", "providers/two/fine", "server/fine"];

it("plants a violation for every import rule", () => {
  expect(Object.keys(PLANTED).sort()).toEqual(rules.forbidden.map(({ name }) => name).sort());
});

it("finds each planted violation, and reads more than nothing", () => {
  const fine = Object.fromEntries(FINE.map((name) => [`src/${name}.ts`, "export const fine = 1;\n"]));
  using folder = canaryFolder([".dependency-cruiser.cjs", "tsconfig.json"], {
    ...fine,
    ...Object.assign({}, ...Object.values(PLANTED)),
  });

  const { output } = folder.run("depcruise", ["--config", ".dependency-cruiser.cjs", "--output-type", "json", "src"]);

  const report = JSON.parse(output) as {
    summary: { violations: { from: string; rule: { name: string } }[]; totalCruised: number };
  };
  const found = new Set(report.summary.violations.map(({ from, rule }) => `${rule.name} ${from}`));
  for (const [rule, files] of Object.entries(PLANTED)) {
    const [file] = Object.keys(files);
    expect([...found], rule).toContain(`${rule} ${file}`);
  }
  expect(report.summary.totalCruised).toBeGreaterThan(20);
  expect(folder.run("depcruise", ["--config", ".dependency-cruiser.cjs", "src"]).status).toBeGreaterThan(0);
});
