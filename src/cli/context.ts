import type { Readable, Writable } from "node:stream";
import type { Build } from "../app.ts";

/** What a command may use of the process. Nothing else in the code touches it. */
export interface CommandContext {
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly stdin: Readable;
  readonly stdout: Writable;
  readonly stderr: Writable;
  /** How large the terminal is that stdout goes to at this moment; undefined where it goes elsewhere. */
  readonly terminal: () => TerminalSize | undefined;
  readonly build: Build;
  /** Resolves when the process is asked to stop. */
  readonly stopped: Promise<unknown>;
  /** Who is called at each SIGHUP. Until somebody is named, it asks the process to stop. */
  readonly onHangup: (reload: () => void) => void;
  /** Who reports an error that nobody caught, before the process ends with 1. */
  readonly onCrash: (report: (error: unknown) => void) => void;
}

export interface TerminalSize {
  readonly columns: number;
  readonly rows: number;
}

/**
 * 0: as asked. 1: failed while running. 2: the command line or the config is wrong. Only with `--fail-on`: 3, what it
 * names is so; 4, it cannot be told.
 */
export type ExitCode = 0 | 1 | 2 | 3 | 4;

/** Hands text to a stream that may be a slow pipe. */
export function write(stream: Writable, text: string): Promise<void> {
  return new Promise((resolve, reject) => {
    stream.write(text, (error) => (error ? reject(error) : resolve()));
  });
}
