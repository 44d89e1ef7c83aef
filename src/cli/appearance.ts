import type { State } from "../quota/state.ts";
import type { CommandContext } from "./context.ts";

export const COLOR_CHOICES = ["auto", "always", "never"] as const;
export type ColorChoice = (typeof COLOR_CHOICES)[number];

/** How text may be shown where it goes. */
export interface Appearance {
  /** Columns of the terminal; Infinity where nothing has to fit. */
  readonly columns: number;
  readonly paint: (text: string, color: Color) => string;
  /** Marks of ours for those who can see them, else their like in ASCII. Text of others stays. */
  readonly marks: (text: string) => string;
}

const CODES = { bold: "1", dim: "2", red: "31", green: "32", yellow: "33", cyan: "36", alarm: "1;31" } as const;
export type Color = keyof typeof CODES;

export const STATE_COLORS: Readonly<Record<State, Color>> = {
  exhausted: "alarm",
  critical: "red",
  topup: "yellow",
  watch: "yellow",
  use_or_lose: "cyan",
  unknown: "dim",
  ok: "green",
  unlimited: "green",
};

type Surroundings = Pick<CommandContext, "env" | "terminal">;

export function appearanceOf({ env, terminal }: Surroundings, choice: ColorChoice): Appearance {
  const size = terminal();
  const isPainted = isColorful(choice, env, size !== undefined);
  return {
    columns: size?.columns ?? Infinity,
    paint: (text, color) => (isPainted ? `\u001b[${CODES[color]}m${text}\u001b[0m` : text),
    marks: isUnicode(env) ? (text) => text : toAscii,
  };
}

/** The flag decides, then FORCE_COLOR before NO_COLOR, as Node and most tools have it, then what stdout is. */
function isColorful(choice: ColorChoice, env: CommandContext["env"], isTerminal: boolean): boolean {
  if (choice !== "auto") return choice === "always";
  const forced = env["FORCE_COLOR"];
  if (forced !== undefined && forced !== "") return forced !== "0" && forced !== "false";
  if ((env["NO_COLOR"] ?? "") !== "") return false;
  return isTerminal && env["TERM"] !== "dumb";
}

/** The first of the three that is set decides, by POSIX. Without any the locale is C, which is ASCII. */
function isUnicode(env: CommandContext["env"]): boolean {
  const locale = ["LC_ALL", "LC_CTYPE", "LANG"].map((name) => env[name]).find((value) => (value ?? "") !== "");
  return /utf-?8/i.test(locale ?? "");
}

const ASCII: readonly (readonly [string, string])[] = [
  ["█", "#"],
  ["░", "."],
  ["–", "-"],
  ["−", "-"],
  ["…", "~"],
  ["¥", "CNY "],
];

const toAscii = (text: string) => ASCII.reduce((done, [mark, plain]) => done.replaceAll(mark, plain), text);
