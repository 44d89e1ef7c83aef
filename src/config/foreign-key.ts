import { ownHosts, type Provider } from "../providers/provider.ts";

interface Asked {
  readonly provider: Provider;
  readonly baseUrl: string;
  readonly providers: readonly Provider[];
}

/**
 * Says of a key that another provider has made it, as to be read after the name of where it stands; undefined where
 * nothing speaks against it. A gateway may take any key, so only the provider's own hosts are guarded.
 */
export function foreignKey(key: string, { provider, baseUrl, providers }: Asked): string | undefined {
  if (provider.credential !== "api_key" || !ownHosts(provider).includes(new URL(baseUrl).host)) return undefined;
  const fitting = providers
    .flatMap(({ id, keyPrefixes = [] }) => keyPrefixes.map((prefix) => ({ id, prefix })))
    .filter(({ prefix }) => key.startsWith(prefix))
    .toSorted((one, other) => other.prefix.length - one.prefix.length);
  const [found] = fitting;
  if (found === undefined || found.id === provider.id) return undefined;
  return `holds a key that looks like one of ${found.id} (${found.prefix}…); ${provider.id} needs one of its own`;
}
