/** Placeholders that every mapping has: parts of the time of the read, in UTC. */
export const TIME_NAMES = ["year", "month", "day", "month_start", "now"] as const;

export function timeVariables(now: Date): Readonly<Record<(typeof TIME_NAMES)[number], string>> {
  const monthStart = new Date(Date.UTC(now.getUTCFullYear(), now.getUTCMonth()));
  return {
    year: String(now.getUTCFullYear()),
    month: String(now.getUTCMonth() + 1),
    day: String(now.getUTCDate()),
    month_start: monthStart.toISOString(),
    now: now.toISOString(),
  };
}

const PLACEHOLDER = /\{([a-z][a-z0-9_]{0,30})\}/g;

type Variables = Readonly<Record<string, string>>;

/** A text with its placeholders filled. */
export function filled(
  text: string,
  variables: Variables,
  encode: (value: string) => string = (value) => value,
): string {
  return text.replaceAll(PLACEHOLDER, (whole, name: string) => {
    const value = Object.hasOwn(variables, name) ? variables[name] : undefined;
    return value === undefined ? whole : encode(value);
  });
}

/** The same for parts of a query or header fields. Those that need what nobody has told are left out. */
export function filledEntries(
  texts: Readonly<Record<string, string>>,
  variables: Variables,
): readonly (readonly [name: string, text: string])[] {
  return Object.entries(texts)
    .filter(([, text]) => placeholdersIn(text).every((name) => Object.hasOwn(variables, name)))
    .map(([name, text]) => [name, filled(text, variables)]);
}

/** The same for every text in a JSON value. */
export function filledDeep(value: unknown, variables: Variables): unknown {
  if (typeof value === "string") return filled(value, variables);
  if (Array.isArray(value)) return value.map((item) => filledDeep(item, variables));
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, filledDeep(inner, variables)]));
}

/** The names of the placeholders in the texts of a value. */
export function placeholdersIn(value: unknown): readonly string[] {
  if (typeof value === "string") return [...value.matchAll(PLACEHOLDER)].map(([, name = ""]) => name);
  if (typeof value !== "object" || value === null) return [];
  return Object.values(value).flatMap(placeholdersIn);
}
