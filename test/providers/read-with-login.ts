import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createHttpClient } from "../../src/http/undici-client.ts";
import type { Provider } from "../../src/providers/provider.ts";
import type { AccountReading } from "../../src/quota/reading.ts";
import { NOW } from "./read-account.ts";

/** One read with a login file of its own, at the provider's own address, which the test answers with nock. */
export async function readWithLogin(
  provider: Provider,
  login: object,
  settings: Readonly<Record<string, unknown>> = {},
): Promise<AccountReading> {
  const http = createHttpClient({ userAgent: "llm-quota-exporter/test" });
  const folder = mkdtempSync(join(tmpdir(), "login-"));
  try {
    const credentials_file = join(folder, "login.json");
    writeFileSync(credentials_file, JSON.stringify(login));
    const read = provider.connect(
      { baseUrl: provider.baseUrl ?? "", apiKey: undefined },
      { ...settings, credentials_file },
    );
    return await read({ http, signal: AbortSignal.timeout(5000), now: NOW });
  } finally {
    rmSync(folder, { recursive: true });
    await http.close();
  }
}
