/** One thing that is wrong. `line` and `column` count from 1; absent where there is no text to point at. */
export interface ConfigProblem {
  readonly file: string;
  readonly line?: number;
  readonly column?: number;
  /** Keys joined by dots, list items by their index: `accounts.0.interval`. Empty for the file as a whole. */
  readonly path: string;
  /** What is wrong and what would be right. Never a credential. */
  readonly problem: string;
}

/** Everything that is wrong with a config, in the order of the file. The message has one line for each. */
export class ConfigError extends Error {
  override readonly name = "ConfigError";
  readonly problems: readonly ConfigProblem[];

  constructor(problems: readonly ConfigProblem[]) {
    const sorted = problems.toSorted(byPosition);
    super(sorted.map(toLine).join("\n"));
    this.problems = sorted;
  }
}

function byPosition(one: ConfigProblem, other: ConfigProblem): number {
  return (one.line ?? 0) - (other.line ?? 0) || (one.column ?? 0) - (other.column ?? 0);
}

function toLine({ file, line, column, path, problem }: ConfigProblem): string {
  const where = line === undefined || column === undefined ? file : `${file}:${line}:${column}`;
  return path === "" ? `${where}: ${problem}` : `${where}: ${path}: ${problem}`;
}
