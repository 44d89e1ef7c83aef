import type { HttpClient } from "../../src/http/client.ts";
import type { PolledAccount } from "../../src/poller/poller.ts";
import type { ReadAccount } from "../../src/providers/provider.ts";
import type { AccountReading } from "../../src/quota/reading.ts";

export const ANSWER: AccountReading = { readings: [], metered: true };

/** No fake account makes a call. */
export const NO_HTTP: HttpClient = {
  json: () => Promise.reject(new Error("nobody calls out here")),
  text: () => Promise.reject(new Error("nobody calls out here")),
  close: () => Promise.resolve(),
};

/** Read every five minutes from a host of its own. */
export function aPolledAccount(name: string, read: ReadAccount, over: Partial<PolledAccount> = {}): PolledAccount {
  return {
    provider: "acme",
    account: name,
    labels: {},
    intervalSeconds: 300,
    staleAfterSeconds: 900,
    overrides: {},
    host: `${name}.example:443`,
    floorSeconds: 1,
    definition: name,
    read,
    ...over,
  };
}
