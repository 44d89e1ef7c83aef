import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Provider } from "../../src/providers/provider.ts";
import type { AccountReading } from "../../src/quota/reading.ts";
import { readAccount } from "./read-account.ts";

/** One read with a login file of its own, at the provider's own address, which the test answers with nock. */
export async function readWithLogin(
  provider: Provider,
  login: object,
  settings: Readonly<Record<string, unknown>> = {},
): Promise<AccountReading> {
  const folder = mkdtempSync(join(tmpdir(), "login-"));
  try {
    const credentials_file = join(folder, "login.json");
    writeFileSync(credentials_file, JSON.stringify(login));
    return await readAccount(provider, undefined, { ...settings, credentials_file });
  } finally {
    rmSync(folder, { recursive: true });
  }
}
