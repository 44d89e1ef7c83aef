/** What was found in a list by name. A list is the same object until its account is read again. */
const found = new WeakMap<readonly string[], Map<string, string | undefined>>();
/** Gateways ask for few models again and again; whoever asks for ever new ones pays for it by time, not by our memory. */
const MOST_FOUND = 32;

/**
 * The name under which a list has this model: the same one, or one that differs only by a prefix of the vendor, as
 * `acme/big` and `big`. Nothing else is guessed: a near name may be a model of another price.
 */
export function listedAs(list: readonly string[], model: string): string | undefined {
  const names = found.get(list) ?? new Map<string, string | undefined>();
  const known = names.get(model);
  if (known !== undefined || names.has(model)) return known;
  if (names.size >= MOST_FOUND) names.clear();
  const name = search(list, model);
  names.set(model, name);
  found.set(list, names);
  return name;
}

function search(list: readonly string[], model: string): string | undefined {
  if (list.includes(model)) return model;
  const ending = `/${model}`;
  // Two prefixes that differ are two vendors, so what is left of the asked name has to be listed as it is.
  return list.find((name) => name.endsWith(ending)) ?? unprefixed(model).find((name) => list.includes(name));
}

/** `a/b/c` is also called `b/c` and `c`. */
function unprefixed(name: string): readonly string[] {
  const parts = name.split("/");
  return parts.slice(1).map((_part, index) => parts.slice(index + 1).join("/"));
}
