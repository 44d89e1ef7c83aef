import { ownHosts, type Provider } from "../providers/provider.ts";
import { isOnLoopback } from "./base-url.ts";

interface Asked {
  readonly provider: Provider;
  readonly providers: readonly Provider[];
}

/**
 * Says of an address that it is another provider's, where the provider speaks as no other does; undefined where nothing
 * speaks against it. A gateway may stand anywhere else, and on this machine
 * at any port.
 */
export function foreignHost(baseUrl: string, { provider, providers }: Asked): string | undefined {
  const { host } = new URL(baseUrl);
  const own = ownHosts(provider);
  if (provider.hasOwnApi !== true || own.includes(host) || isOnLoopback(baseUrl)) return undefined;
  const owners = providers.filter((other) => ownHosts(other).includes(host)).map(({ id }) => id);
  if (owners.length === 0) return undefined;
  const right = own.length === 0 ? "has an address of its own" : `is at ${listed(own)}`;
  return `${host} is a host of ${listed(owners)}; ${provider.id} ${right}`;
}

const listed = (words: readonly string[]): string =>
  words.length < 2 ? words.join("") : `${words.slice(0, -1).join(", ")} and ${words.at(-1)}`;
