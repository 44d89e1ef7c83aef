export interface ShellCommand {
  /** Variables that are set for this command alone. */
  readonly env: Readonly<Record<string, string>>;
  /** The program first. */
  readonly words: readonly string[];
}

const TOKEN = /\\\n|\s*#[^\n]*|[^\S\n]+|\n|&&|\|\|?|;|[<>]+|(?:\\.|"(?:\\.|[^"\\])*"|'[^']*'|[^\s"'\\;|&<>])+/g;
const SEPARATORS = new Set(["\n", "&&", "||", "|", ";"]);

/** The simple commands of a shell text, in their order. It knows quotes, comments, lists, pipes and redirections, no more. */
export function shellCommands(text: string): readonly ShellCommand[] {
  const commands: string[][] = [[]];
  let isTarget = false;
  for (const token of tokensOf(text)) {
    if (SEPARATORS.has(token)) commands.push([]);
    else if (/^[<>]+$/.test(token)) isTarget = true;
    else if (isTarget) isTarget = false;
    else commands.at(-1)?.push(unquoted(token));
  }
  return commands.filter((words) => words.length > 0).map(toCommand);
}

/** A `#` begins a comment only at the beginning of a word. */
function tokensOf(text: string): readonly string[] {
  const tokens = text.match(TOKEN) ?? [];
  if (tokens.join("") !== text) throw new Error(`a shell text that this reader does not know: ${text}`);
  return tokens.filter((token) => token !== "\\\n" && !/^\s*#/.test(token) && !/^[^\S\n]+$/.test(token));
}

const unquoted = (word: string): string =>
  word.replaceAll(
    /"((?:\\.|[^"\\])*)"|'([^']*)'|\\(.)/g,
    (_all, double, single, escaped) => double ?? single ?? escaped,
  );

function toCommand(words: readonly string[]): ShellCommand {
  const first = words.findIndex((word) => !/^[A-Z_][A-Z0-9_]*=/.test(word));
  const variables = words.slice(0, first === -1 ? words.length : first).map((word) => word.split(/=(.*)/s));
  return {
    env: Object.fromEntries(variables.map(([name = "", value = ""]) => [name, value])),
    words: first === -1 ? [] : words.slice(first),
  };
}
