import { parseArgs } from "node:util";
import { RULES_FORMATS, type RulesFormat } from "../alerting/rule-options.ts";
import { LOG_FORMATS, LOG_LEVELS, type LogFormat, type LogLevel } from "../log.ts";
import { parseDuration } from "../quota/duration.ts";
import { SEVERITIES, type Severity } from "../quota/state.ts";
import { COLOR_CHOICES, type ColorChoice } from "./appearance.ts";
import { type FailOn, LEVELS } from "./gate.ts";
import { SORTS, type Sort } from "./order.ts";

const COMMANDS = [
  "serve",
  "check-config",
  "poll",
  "status",
  "doctor",
  "replay",
  "backtest",
  "print-rules",
  "test-alert",
  "demo",
  "healthcheck",
] as const;
export type CommandName = (typeof COMMANDS)[number];

export const OUTPUTS = ["table", "json", "prometheus"] as const;
/** Of the commands that print no metrics. */
export const PLAIN_OUTPUTS = ["table", "json"] as const;

const OPTIONS = {
  "config.file": { type: "string" },
  "web.listen-address": { type: "string" },
  "log.level": { type: "string", default: "info" },
  "log.format": { type: "string", default: "json" },
  account: { type: "string" },
  answer: { type: "string" },
  output: { type: "string" },
  url: { type: "string" },
  prometheus: { type: "string" },
  range: { type: "string" },
  tenant: { type: "string" },
  "time-scale": { type: "string", default: "1" },
  "runbook-base": { type: "string" },
  "dashboard-base": { type: "string" },
  selector: { type: "string" },
  "severity-label": { type: "string" },
  "pure-promql": { type: "boolean", default: false },
  severity: { type: "string", default: "none" },
  explain: { type: "boolean", default: false },
  "alerting.dry-run": { type: "boolean", default: false },
  "web.config.file": { type: "string" },
  "web.enable-lifecycle": { type: "boolean", default: false },
  "web.token-file": { type: "string" },
  watch: { type: "boolean", default: false },
  interval: { type: "string", default: "2s" },
  sort: { type: "string", default: "urgency" },
  color: { type: "string", default: "auto" },
  "fail-on": { type: "string" },
  version: { type: "boolean", default: false },
  help: { type: "boolean", short: "h", default: false },
} as const;

/** Known, but of a later version: better said than taken for a typing mistake. */
const NOT_YET = ["web.config.file"] as const;

/** Flags that mean something to one command only; giving them to another is a mistake worth telling. */
const OWN_FLAGS: Readonly<Record<string, readonly CommandName[]>> = {
  account: ["poll", "check-config", "status", "backtest"],
  answer: ["check-config"],
  output: ["poll", "status", "doctor", "print-rules", "backtest"],
  watch: ["status"],
  interval: ["status"],
  sort: ["poll", "status"],
  color: ["poll", "status", "doctor"],
  "fail-on": ["status"],
  url: ["status", "healthcheck"],
  "web.enable-lifecycle": ["serve"],
  "web.token-file": ["status"],
  "alerting.dry-run": ["serve"],
  severity: ["test-alert"],
  explain: ["poll", "replay"],
  "time-scale": ["print-rules"],
  "runbook-base": ["print-rules"],
  "dashboard-base": ["print-rules"],
  selector: ["print-rules", "backtest"],
  prometheus: ["backtest"],
  range: ["backtest"],
  tenant: ["backtest"],
  "severity-label": ["print-rules"],
  "pure-promql": ["print-rules"],
};

/** Holds the token of a daemon for the commands that ask one. */
export const TOKEN_VARIABLE = "LLM_QUOTA_EXPORTER_TOKEN";

export interface Arguments {
  readonly command: CommandName;
  readonly configFile: string | undefined;
  readonly listenAddress: string | undefined;
  readonly lifecycleEnabled: boolean;
  readonly isDryRun: boolean;
  readonly logLevel: LogLevel;
  readonly logFormat: LogFormat;
  readonly account: string | undefined;
  /** The file of a saved answer that `check-config` tries a mapping on. */
  readonly answerFile: string | undefined;
  /** Of every command but `print-rules`. */
  readonly output: (typeof OUTPUTS)[number];
  /** Of `print-rules`, under the same flag. */
  readonly rulesFormat: RulesFormat;
  readonly url: string | undefined;
  /** Where the token is that the daemon asks for. */
  readonly tokenFile: string | undefined;
  /** Of the Prometheus that `backtest` asks. */
  readonly prometheus: string | undefined;
  readonly rangeSeconds: number | undefined;
  readonly tenant: string | undefined;
  readonly timeScale: number;
  readonly runbookBase: string | undefined;
  readonly dashboardBase: string | undefined;
  readonly selector: string | undefined;
  readonly severityLabel: string | undefined;
  readonly purePromql: boolean;
  readonly isExplained: boolean;
  readonly isWatching: boolean;
  /** Between two looks of `status --watch`. */
  readonly intervalSeconds: number;
  readonly sort: Sort;
  readonly color: ColorChoice;
  readonly failOn: FailOn;
  /** Of the alert that `test-alert` sends. */
  readonly severity: Severity;
}

/** The command line cannot be understood; the message says what would be right. */
export class UsageError extends Error {
  override readonly name = "UsageError";
}

/** Seconds. */
function durationOf(flag: string, value: string | undefined, such: string): number | undefined {
  const seconds = value === undefined ? undefined : parseDuration(value);
  if (value === undefined || (seconds !== undefined && seconds > 0)) return seconds;
  throw new UsageError(`--${flag} is "${value}", needs a duration such as ${such}`);
}

function oneOf<T extends string>(flag: string, value: string, allowed: readonly T[]): T {
  const found = allowed.find((candidate) => candidate === value);
  if (found === undefined) throw new UsageError(`--${flag} is "${value}", needs one of ${allowed.join(", ")}`);
  return found;
}

function address(flag: string, value: string | undefined): string | undefined {
  if (value === undefined || /^https?:$/.test(URL.parse(value)?.protocol ?? "")) return value;
  throw new UsageError(`--${flag} is "${value}", needs an address such as http://127.0.0.1:10844`);
}

/** One flag, with the formats and the default of each command. */
function outputOf(command: CommandName, value: string | undefined): Pick<Arguments, "output" | "rulesFormat"> {
  const isRules = command === "print-rules";
  const formats = command === "poll" ? OUTPUTS : PLAIN_OUTPUTS;
  return {
    output: isRules || value === undefined ? "table" : oneOf("output", value, formats),
    rulesFormat: !isRules || value === undefined ? "prometheus" : oneOf("output", value, RULES_FORMATS),
  };
}

/** `"version"` and `"help"` are answers by themselves. Throws a `UsageError`. */
export function parseArguments(argv: readonly string[]): Arguments | "version" | "help" {
  const { values, positionals } = parse(argv);
  if (values.version) return "version";
  if (values.help) return "help";
  if (positionals.length > 1) throw new UsageError(`one command at a time, got ${positionals.join(" ")}`);
  const name = positionals[0] ?? "serve";
  const command = COMMANDS.find((candidate) => candidate === name);
  if (command === undefined) throw new UsageError(`unknown command "${name}", needs one of ${COMMANDS.join(", ")}`);
  refuseFlags(command, argv, values);
  const timeScale = Number(values["time-scale"]);
  if (!(timeScale > 0 && Number.isFinite(timeScale)))
    throw new UsageError(`--time-scale is "${values["time-scale"]}", needs a number above 0`);
  return {
    command,
    configFile: values["config.file"],
    listenAddress: values["web.listen-address"],
    lifecycleEnabled: values["web.enable-lifecycle"],
    isDryRun: values["alerting.dry-run"],
    logLevel: oneOf("log.level", values["log.level"], LOG_LEVELS),
    logFormat: oneOf("log.format", values["log.format"], LOG_FORMATS),
    account: values.account,
    answerFile: values.answer,
    ...outputOf(command, values.output),
    url: address("url", values.url),
    tokenFile: values["web.token-file"],
    prometheus: address("prometheus", values.prometheus)?.replace(/\/+$/, ""),
    rangeSeconds: durationOf("range", values.range, "12h or 30d"),
    tenant: values.tenant,
    timeScale,
    runbookBase: address("runbook-base", values["runbook-base"]),
    dashboardBase: address("dashboard-base", values["dashboard-base"])?.replace(/\/+$/, ""),
    selector: values.selector,
    severityLabel: values["severity-label"],
    purePromql: values["pure-promql"],
    isExplained: values.explain,
    isWatching: values.watch,
    intervalSeconds: durationOf("interval", values.interval, "500ms or 10s") ?? 2,
    sort: oneOf("sort", values.sort, SORTS),
    color: oneOf("color", values.color, COLOR_CHOICES),
    failOn: (values["fail-on"]?.split(",") ?? []).map((level) => oneOf("fail-on", level.trim(), LEVELS)),
    severity: oneOf("severity", values.severity, SEVERITIES),
  };
}

type Values = ReturnType<typeof parse>["values"];

/** Flags that mean nothing here, now, or together. */
function refuseFlags(command: CommandName, argv: readonly string[], values: Values): void {
  for (const [flag, commands] of Object.entries(OWN_FLAGS)) {
    const isGiven = argv.some((argument) => argument === `--${flag}` || argument.startsWith(`--${flag}=`));
    if (isGiven && !commands.includes(command)) throw new UsageError(`--${flag} belongs to ${commands.join(" and ")}`);
  }
  for (const flag of NOT_YET) {
    if (values[flag] !== undefined) throw new UsageError(`--${flag} is not implemented yet`);
  }
  refuseHalves(command, values);
  for (const flag of ["output", "fail-on"] as const) {
    if (values.watch && values[flag] !== undefined) throw new UsageError(`--watch goes on for ever, without --${flag}`);
  }
}

/** What is said about one account only, and only to people. */
function refuseHalves(command: CommandName, { account, answer, explain, output }: Values): void {
  if (answer !== undefined && account === undefined) {
    throw new UsageError("--answer needs --account: whose answer it is");
  }
  if (command !== "poll" || !explain) return;
  if (account === undefined) throw new UsageError("--explain needs --account: which read to explain");
  if (output !== undefined && output !== "table")
    throw new UsageError(`--explain is for people, without --output ${output}`);
}

function parse(argv: readonly string[]) {
  try {
    return parseArgs({ args: [...argv], options: OPTIONS, allowPositionals: true, strict: true });
  } catch (error) {
    throw new UsageError((error as Error).message.split(/\.\s/)[0] ?? "unknown flag");
  }
}
