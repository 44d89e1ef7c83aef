/** Keys and list indexes from the top of the config. */
export type Path = readonly (string | number)[];

/** Something wrong at a path, before it is known where in the file that is. */
export interface Problem {
  readonly path: Path;
  readonly text: string;
  /** Points at the key; else at its value, or at what encloses it if it is missing. */
  readonly atKey?: true;
}

/** Where checks leave what they find, so that all of it is told at once. */
export type Report = (path: Path, text: string) => void;

/** Short words joined by underscores, as keys and ids of a config are; also the two keys that messages of ours name. */
const NAME = /^(?:<<|__proto__|(?=.{1,40}$)_*[a-z][a-z0-9]{0,15}(?:_+[a-z0-9]{1,15})*)$/;

/** Beginnings of credentials that are otherwise lower-case words. Those with a dash or a capital are no names anyway. */
const CREDENTIAL = /^(?:sk|pk|rk|ak|cpk|cak|hf|gsk|r8|fw|gh[a-z]|github_pat|glpat|xox[a-z]|pplx|nvapi|tgp|lsv2)_/;

/**
 * Text of the user is repeated in messages only if it looks like a name. On the wrong line, or with a space forgotten
 * after a colon as in `api_key:sk-…`, a credential is a key, and a message that quoted it would print it.
 */
export function isShowable(text: string): boolean {
  return NAME.test(text) && !CREDENTIAL.test(text);
}

export function pathText(path: Path): string {
  return path.map((key) => (typeof key === "number" || isShowable(key) ? key : "…")).join(".");
}
