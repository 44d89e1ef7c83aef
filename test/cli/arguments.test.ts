import { describe, expect, it } from "vitest";
import { type Arguments, parseArguments, UsageError } from "../../src/cli/arguments.ts";
import { USAGE } from "../../src/cli/usage.ts";

const DEFAULTS: Arguments = {
  command: "serve",
  configFile: undefined,
  listenAddress: undefined,
  lifecycleEnabled: false,
  isDryRun: false,
  logLevel: "info",
  logFormat: "json",
  account: undefined,
  answerFile: undefined,
  output: "table",
  rulesFormat: "prometheus",
  url: undefined,
  tokenFile: undefined,
  prometheus: undefined,
  rangeSeconds: undefined,
  tenant: undefined,
  timeScale: 1,
  runbookBase: undefined,
  dashboardBase: undefined,
  selector: undefined,
  severityLabel: undefined,
  purePromql: false,
  isExplained: false,
  isWatching: false,
  intervalSeconds: 2,
  sort: "urgency",
  color: "auto",
  failOn: [],
  severity: "none",
};

describe("a command line", () => {
  it.each<{ argv: string; expected: Partial<Arguments> }>([
    { argv: "", expected: {} },
    { argv: "serve", expected: {} },
    { argv: "--config.file quota.yaml", expected: { configFile: "quota.yaml" } },
    { argv: "--config.file=quota.yaml serve", expected: { configFile: "quota.yaml" } },
    { argv: "serve --web.listen-address :9000", expected: { listenAddress: ":9000" } },
    { argv: "--web.enable-lifecycle", expected: { lifecycleEnabled: true } },
    { argv: "serve --alerting.dry-run", expected: { isDryRun: true } },
    { argv: "test-alert", expected: { command: "test-alert" } },
    { argv: "replay --explain", expected: { command: "replay", isExplained: true } },
    { argv: "test-alert --severity=critical", expected: { command: "test-alert", severity: "critical" } },
    { argv: "--log.level debug --log.format pretty", expected: { logLevel: "debug", logFormat: "pretty" } },
    { argv: "check-config --config.file a", expected: { command: "check-config", configFile: "a" } },
    { argv: "poll", expected: { command: "poll" } },
    { argv: "poll --account main --output json", expected: { command: "poll", account: "main", output: "json" } },
    {
      argv: "poll --account main --explain --output table",
      expected: { command: "poll", account: "main", isExplained: true },
    },
    {
      argv: "check-config --account main --answer a.json",
      expected: { command: "check-config", account: "main", answerFile: "a.json" },
    },
    { argv: "poll --output=prometheus", expected: { command: "poll", output: "prometheus" } },
    { argv: "status --url http://127.0.0.1:1", expected: { command: "status", url: "http://127.0.0.1:1" } },
    { argv: "healthcheck --url http://127.0.0.1:1", expected: { command: "healthcheck", url: "http://127.0.0.1:1" } },
    { argv: "status --web.token-file t", expected: { command: "status", tokenFile: "t" } },
    { argv: "status --watch", expected: { command: "status", isWatching: true } },
    {
      argv: "status --watch --interval 500ms",
      expected: { command: "status", isWatching: true, intervalSeconds: 0.5 },
    },
    {
      argv: "status --account main --output json --fail-on critical",
      expected: { command: "status", account: "main", output: "json", failOn: ["critical"] },
    },
    {
      argv: "status --fail-on=warning,exhausted --sort=runs-out --color=never",
      expected: { command: "status", failOn: ["warning", "exhausted"], sort: "runs-out", color: "never" },
    },
    { argv: "poll --sort left --color always", expected: { command: "poll", sort: "left", color: "always" } },
    { argv: "doctor --output json", expected: { command: "doctor", output: "json" } },
    { argv: "replay", expected: { command: "replay" } },
    { argv: "backtest", expected: { command: "backtest" } },
    {
      argv: "backtest --prometheus http://127.0.0.1:9090/api/ --range 30d --tenant team --account main --output json",
      expected: {
        command: "backtest",
        prometheus: "http://127.0.0.1:9090/api",
        rangeSeconds: 2_592_000,
        tenant: "team",
        account: "main",
        output: "json",
      },
    },
    { argv: 'backtest --selector job="llm"', expected: { command: "backtest", selector: 'job="llm"' } },
    { argv: "print-rules --time-scale 60", expected: { command: "print-rules", timeScale: 60 } },
    { argv: "print-rules --time-scale 0.5", expected: { command: "print-rules", timeScale: 0.5 } },
    {
      argv: "print-rules --runbook-base https://wiki.example/alerts --dashboard-base https://grafana.example/",
      expected: {
        command: "print-rules",
        runbookBase: "https://wiki.example/alerts",
        dashboardBase: "https://grafana.example",
      },
    },
    {
      argv: 'print-rules --selector job="llm" --severity-label priority --pure-promql',
      expected: { command: "print-rules", selector: 'job="llm"', severityLabel: "priority", purePromql: true },
    },
    { argv: "print-rules --output kubernetes", expected: { command: "print-rules", rulesFormat: "kubernetes" } },
    { argv: "print-rules --output=prometheus", expected: { command: "print-rules", rulesFormat: "prometheus" } },
    { argv: "demo", expected: { command: "demo" } },
  ])("of '$argv' is understood", ({ argv, expected }) => {
    expect(parseArguments(argv.split(" ").filter(Boolean))).toEqual({ ...DEFAULTS, ...expected });
  });

  it.each([
    { argv: "--version", answer: "version" },
    { argv: "poll --version", answer: "version" },
    { argv: "--help", answer: "help" },
    { argv: "-h", answer: "help" },
  ])("of '$argv' asks for the $answer", ({ argv, answer }) => {
    expect(parseArguments(argv.split(" "))).toBe(answer);
  });

  it.each([
    { argv: "pol", message: /^unknown command "pol", needs one of serve, check-config, poll, / },
    { argv: "poll status", message: /^one command at a time, got poll status$/ },
    {
      argv: "--log.level loud",
      message: /^--log\.level is "loud", needs one of fatal, error, warn, info, debug, trace$/,
    },
    { argv: "--log.format xml", message: /^--log\.format is "xml", needs one of json, pretty$/ },
    { argv: "poll --output yaml", message: /^--output is "yaml", needs one of table, json, prometheus$/ },
    { argv: "print-rules --output json", message: /^--output is "json", needs one of prometheus, kubernetes$/ },
    { argv: "poll --output kubernetes", message: /^--output is "kubernetes", needs one of table, json, prometheus$/ },
    {
      argv: "serve --output json",
      message: /^--output belongs to poll and status and doctor and print-rules and backtest$/,
    },
    { argv: "status --output prometheus", message: /^--output is "prometheus", needs one of table, json$/ },
    { argv: "doctor --output prometheus", message: /^--output is "prometheus", needs one of table, json$/ },
    { argv: "status --sort name", message: /^--sort is "name", needs one of urgency, account, provider, left, / },
    { argv: "doctor --sort left", message: /^--sort belongs to poll and status$/ },
    { argv: "status --color yes", message: /^--color is "yes", needs one of auto, always, never$/ },
    {
      argv: "status --fail-on fatal",
      message: /^--fail-on is "fatal", needs one of info, warning, critical, exhausted$/,
    },
    { argv: "status --fail-on=", message: /^--fail-on is "", needs one of info, / },
    { argv: "poll --fail-on critical", message: /^--fail-on belongs to status$/ },
    { argv: "poll --watch", message: /^--watch belongs to status$/ },
    { argv: "status --watch --output json", message: /^--watch goes on for ever, without --output$/ },
    { argv: "status --watch --fail-on critical", message: /^--watch goes on for ever, without --fail-on$/ },
    { argv: "status --watch --interval 2", message: /^--interval is "2", needs a duration such as 500ms or 10s$/ },
    { argv: "status --watch --interval 0s", message: /^--interval is "0s", needs a duration such as 500ms or 10s$/ },
    { argv: "serve --pure-promql", message: /^--pure-promql belongs to print-rules$/ },
    { argv: "poll --selector a", message: /^--selector belongs to print-rules and backtest$/ },
    { argv: "poll --severity-label a", message: /^--severity-label belongs to print-rules$/ },
    { argv: "serve --account main", message: /^--account belongs to poll and check-config and status and backtest$/ },
    { argv: "--account=main", message: /^--account belongs to poll and check-config and status and backtest$/ },
    { argv: "status --explain", message: /^--explain belongs to poll and replay$/ },
    { argv: "poll --explain", message: /^--explain needs --account: which read to explain$/ },
    {
      argv: "poll --account main --explain --output json",
      message: /^--explain is for people, without --output json$/,
    },
    { argv: "poll --account main --answer a.json", message: /^--answer belongs to check-config$/ },
    { argv: "check-config --answer a.json", message: /^--answer needs --account: whose answer it is$/ },
    { argv: "poll --url http://127.0.0.1", message: /^--url belongs to status and healthcheck$/ },
    { argv: "serve --time-scale 2", message: /^--time-scale belongs to print-rules$/ },
    { argv: "print-rules --time-scale 0", message: /^--time-scale is "0", needs a number above 0$/ },
    { argv: "print-rules --time-scale -1", message: /--time-scale/ },
    { argv: "print-rules --time-scale Infinity", message: /^--time-scale is "Infinity", needs a number above 0$/ },
    { argv: "print-rules --time-scale fast", message: /^--time-scale is "fast", needs a number above 0$/ },
    { argv: "print-rules --runbook-base wiki", message: /^--runbook-base is "wiki", needs an address such as http/ },
    { argv: "backtest --prometheus prometheus:9090", message: /^--prometheus is .*, needs an address such as http/ },
    { argv: "backtest --range 30", message: /^--range is "30", needs a duration such as 12h or 30d$/ },
    { argv: "backtest --output prometheus", message: /^--output is "prometheus", needs one of table, json$/ },
    { argv: "replay --range 1d", message: /^--range belongs to backtest$/ },
    { argv: "serve --web.config.file a", message: /^--web\.config\.file is not implemented yet$/ },
    { argv: "poll --web.enable-lifecycle", message: /^--web\.enable-lifecycle belongs to serve$/ },
    { argv: "--config.flie a", message: /--config\.flie/ },
    { argv: "--config.file", message: /--config\.file/ },
    { argv: "--version=3", message: /--version/ },
  ])("of '$argv' is refused with what would be right", ({ argv, message }) => {
    const parse = () => parseArguments(argv.split(" "));

    expect(parse).toThrow(UsageError);
    expect(parse).toThrow(message);
    expect(parse).toThrow(/^[^\n]+$/);
  });
});

it("the usage names every flag that is understood", () => {
  const flags = [
    "config.file",
    "web.listen-address",
    "log.level",
    "log.format",
    "account",
    "answer",
    "explain",
    "output",
    "url",
    "watch",
    "interval",
    "sort",
    "color",
    "fail-on",
    "time-scale",
    "runbook-base",
    "dashboard-base",
    "selector",
    "prometheus",
    "range",
    "tenant",
    "severity-label",
    "pure-promql",
    "version",
    "help",
  ];

  expect(flags.filter((flag) => !USAGE.includes(`--${flag}`))).toEqual([]);
});
