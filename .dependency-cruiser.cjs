// Who may import whom. test/guards/import-rules.test.ts plants one violation per rule and expects it to be found.
const only = (dependency, home) => ({
  name: `${dependency}-only-in-${home}`,
  severity: "error",
  from: { path: "^src", pathNot: `^src/${home}/` },
  to: { path: `(^|/)node_modules/${dependency}/` },
});
const room = (name, allowed) => ({
  name: `${name}-imports`,
  severity: "error",
  from: { path: `^src/${name}/` },
  to: { path: "^src/", pathNot: `^src/(${[name, ...allowed].join("|")})(/|\\.ts$)` },
});

module.exports = {
  forbidden: [
    { name: "no-circular", severity: "error", from: { path: "^src" }, to: { circular: true } },
    {
      name: "quota-imports-nothing",
      severity: "error",
      from: { path: "^src/quota/" },
      to: { pathNot: "^src/quota/" },
    },
    {
      // It is a part of the programs of others.
      name: "observe-imports-nothing",
      severity: "error",
      from: { path: "^src/observe/" },
      to: { pathNot: "^(src/observe/|node:|(http|https|net|zlib|util)$)" },
    },
    {
      name: "engine-imports-only-quota",
      severity: "error",
      from: { path: "^src/engine/" },
      to: { pathNot: "^src/(engine|quota)/" },
    },
    {
      name: "adapters-are-strangers",
      severity: "error",
      from: { path: "^src/providers/([^/]+)/" },
      to: { path: "^src/providers/[^/]+/", pathNot: "^src/providers/$1/" },
    },
    {
      name: "nobody-imports-the-wiring",
      severity: "error",
      from: { path: "^src", pathNot: "^src/(main\\.ts|cli/)" },
      to: { path: "^src/(app|main)\\.ts$" },
    },
    {
      name: "nobody-imports-the-command-line",
      severity: "error",
      from: { path: "^src", pathNot: "^src/(main\\.ts|cli/)" },
      to: { path: "^src/cli/" },
    },
    room("http", ["secret", "quota"]),
    room("mapping", ["http", "quota"]),
    room("providers", ["mapping", "http", "quota", "secret", "text-file"]),
    room("store", ["quota", "engine", "http", "secret"]),
    room("poller", ["providers", "quota", "http", "engine"]),
    room("alerting", ["engine", "store", "quota", "http", "secret"]),
    room("metrics", ["engine", "store", "quota"]),
    room("traffic", ["providers", "engine", "store", "quota"]),
    room("proxy", ["http", "traffic", "quota", "secret"]),
    room("sessions", ["traffic", "quota", "text-file"]),
    room("server", ["traffic", "metrics", "store", "engine", "quota"]),
    room("config", ["providers", "engine", "quota", "secret", "text-file"]),
    room("demo", ["quota"]),
    only("undici", "http"),
    only("prom-client", "metrics"),
    only("express", "server"),
    only("toad-scheduler", "poller"),
    only("js-yaml", "config"),
    only("jsonata", "mapping"),
  ],
  options: {
    doNotFollow: { path: "node_modules" },
    tsPreCompilationDeps: true,
    tsConfig: { fileName: "tsconfig.json" },
    enhancedResolveOptions: { exportsFields: ["exports"], conditionNames: ["import", "require", "node", "default"] },
  },
};
