import { createHttpClient } from "../../src/http/undici-client.ts";
import type { Provider } from "../../src/providers/provider.ts";
import type { AccountReading } from "../../src/quota/reading.ts";
import { Secret } from "../../src/secret.ts";

/** A Saturday noon. */
export const NOW = new Date("2026-11-21T12:00:00Z");

/** One read at the provider's own address, which the test answers with nock. */
export async function readAccount(provider: Provider, apiKey?: string, settings: object = {}): Promise<AccountReading> {
  const http = createHttpClient({ userAgent: "llm-quota-exporter/test" });
  try {
    const connection = {
      baseUrl: provider.baseUrl ?? "",
      apiKey: apiKey === undefined ? undefined : new Secret(apiKey),
    };
    return await provider.connect(connection, settings)({ http, signal: AbortSignal.timeout(5000), now: NOW });
  } finally {
    await http.close();
  }
}
