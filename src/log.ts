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
  readonly secrets: readonly Secret[];
  readonly write: (line: string) => void;
}

/** pino, with every known credential scrubbed from the finished line: whatever went in, none comes out. */
export function createLogger({ level, format, secrets, write }: LogOptions): Logger {
  const scrub = createScrubber(secrets);
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

/** A shorter credential would turn the log into noise, and is no credential. */
const LEAST_SCRUBBED = 6;

/** Replaces every form in which a credential may stand in a line of text. */
export function createScrubber(secrets: readonly Secret[]): (text: string) => string {
  const forms = new Set<string>();
  for (const secret of secrets) {
    const text = secret.reveal();
    if (text.length < LEAST_SCRUBBED) continue;
    for (const form of [
      text,
      escaped(text),
      // A field may hold JSON itself.
      escaped(escaped(text)),
      encodeURIComponent(text),
      Buffer.from(text).toString("base64"),
    ])
      forms.add(form);
  }
  const longestFirst = [...forms].sort((a, b) => b.length - a.length);
  return (text) => longestFirst.reduce((scrubbed, form) => scrubbed.replaceAll(form, "[secret]"), text);
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
