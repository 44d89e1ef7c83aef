export type Environment = Readonly<Record<string, string | undefined>>;

/** An empty variable is as good as none: `KEY=` is how compose files and shells switch one off. */
export function isUnset(value: string | undefined): value is undefined | "" {
  return value === undefined || value.trim() === "";
}
