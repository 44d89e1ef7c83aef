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

/**
 * Text of the user that is repeated in messages only if it looks like a name. With a space forgotten after a colon,
 * `api_key:sk-…` is one key, and a message that quoted it would print the credential.
 */
export function isShowable(key: string): boolean {
  return /^[A-Za-z_<][\w<-]{0,39}$/.test(key);
}

export function pathText(path: Path): string {
  return path.map((key) => (typeof key === "number" || isShowable(key) ? key : "…")).join(".");
}
