import pino, { type Logger } from "pino";
import type { Secret } from "./secret.ts";

export type { Logger } from "pino";

export const LOG_LEVELS = ["fatal", "error", "warn", "info", "debug", "trace"] as const;
export type LogLevel = (typeof LOG_LEVELS)[number];
export const LOG_FORMATS = ["json", "pretty"] as const;
export type LogFormat = (typeof LOG_FORMATS)[number];

interface LogOptions {
  readonly level: LogLevel;
  readonly format: LogFormat;
  /** Takes every credential out of a line. */
  readonly scrub: Scrub;
  readonly write: (line: string) => void;
}

/** pino, with every known credential scrubbed from the finished line: whatever went in, none comes out. */
export function createLogger({ level, format, scrub, write }: LogOptions): Logger {
  return pino(
    {
      level,
      base: null,
      timestamp: pino.stdTimeFunctions.isoTime,
      formatters: { level: (label) => ({ level: label }) },
      serializers: { err: pino.stdSerializers.errWithCause },
      hooks: { streamWrite: (line) => (format === "pretty" ? scrub(prettyLine(scrub(line))) : scrub(line)) },
    },
    { write },
  );
}

/** Says once that something fails, and once that it works again; the rest is for counters. Takes what is wrong, or undefined. */
export function createOutageLog(log: Logger, { begins, ends }: { readonly begins: string; readonly ends: string }) {
  let isFailing = false;
  return (problem: string | undefined) => {
    if (problem !== undefined && !isFailing) log.warn({ problem }, begins);
    if (problem === undefined && isFailing) log.info(ends);
    isFailing = problem !== undefined;
  };
}

/** A shorter credential would turn the log into noise, and is no credential. */
const LEAST_SCRUBBED = 6;

export type Scrub = (text: string) => string;

export interface Scrubber {
  /** Replaces every form in which a credential that was learned may stand in a text. */
  readonly scrub: Scrub;
  /** Nothing that was ever a credential is forgotten. */
  learn(secrets: Iterable<Secret>): void;
}

export function createScrubber(secrets: Iterable<Secret> = []): Scrubber {
  const forms = new Set<string>();
  let longestFirst: readonly string[] = [];
  const learn: Scrubber["learn"] = (learned) => {
    for (const secret of learned) for (const form of formsOf(secret.reveal())) forms.add(form);
    longestFirst = [...forms].toSorted((one, other) => other.length - one.length);
  };
  learn(secrets);
  return {
    scrub: (text) => longestFirst.reduce((scrubbed, form) => scrubbed.replaceAll(form, "[secret]"), text),
    learn,
  };
}

function formsOf(text: string): readonly string[] {
  if (text.length < LEAST_SCRUBBED) return [];
  // A field may hold JSON itself.
  const twice = escaped(escaped(text));
  return [text, escaped(text), twice, encodeURIComponent(text), Buffer.from(text).toString("base64")];
}

const escaped = (text: string) => JSON.stringify(text).slice(1, -1);

/** For people at a terminal: time, level, message, then what else the line carries. */
function prettyLine(line: string): string {
  const { time, level, msg, err, ...rest } = JSON.parse(line) as Record<string, unknown>;
  const fields = Object.entries(rest).map(([name, value]) =>
    printable(`${name}=${typeof value === "string" ? value : JSON.stringify(value)}`),
  );
  const stack = (err as { stack?: string } | undefined)?.stack;
  const head = [
    String(time).slice(11, 19),
    String(level).toUpperCase().padEnd(5),
    printable(String(msg ?? "")),
    ...fields,
  ];
  return [head.join(" "), ...stackLines(stack)].map((text) => `${text}\n`).join("");
}

/** Indented, so that a message with line breaks cannot pass for lines of the log. */
const stackLines = (stack: string | undefined) => stack?.split("\n").map((text) => `  ${printable(text)}`) ?? [];

/** Text from outside must not steer a terminal. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what is removed
export const printable = (text: string) => text.replaceAll(/[\u0000-\u001f\u007f-\u009f]/g, "\ufffd");
