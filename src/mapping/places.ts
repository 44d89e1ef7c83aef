/** An answer of 4 MiB has at most about that many. */
const MOST_NODES = 500_000;

/** The JSON path of each of these objects in an answer; those that an expression has made have none. */
export function placesIn(answer: unknown, wanted: readonly unknown[]): ReadonlyMap<unknown, string> {
  const missing = new Set(wanted.filter(isObject));
  const places = new Map<unknown, string>();
  const waiting: [value: unknown, path: string][] = [[answer, "$"]];
  for (let seen = 0; waiting.length > 0 && missing.size > 0 && seen < MOST_NODES; seen++) {
    const [value, path] = waiting.pop() ?? [];
    if (!isObject(value)) continue;
    if (missing.delete(value)) places.set(value, path ?? "$");
    for (const [key, inner] of Object.entries(value)) {
      if (isObject(inner)) waiting.push([inner, path + stepTo(key, value)]);
    }
  }
  return places;
}

/** A key is the sender's text: only what looks like a name is repeated. */
function stepTo(key: string, parent: object): string {
  if (Array.isArray(parent)) return `[${key}]`;
  return /^[A-Za-z_]\w{0,39}$/.test(key) ? `.${key}` : "[…]";
}

const isObject = (value: unknown): value is object => typeof value === "object" && value !== null;
