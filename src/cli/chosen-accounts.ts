import type { ConfiguredAccount } from "../config/config.ts";
import { suggestion } from "../quota/near-names.ts";
import { UsageError } from "./arguments.ts";
import { terminalText } from "./terminal-text.ts";

/** The account of that name, or all where none is named. Throws a `UsageError`. */
export function chosen(accounts: readonly ConfiguredAccount[], name: string | undefined): readonly ConfiguredAccount[] {
  if (name === undefined) return accounts;
  const found = accounts.filter((account) => account.account === name);
  if (found.length > 0) return found;
  const known = accounts.map(({ account }) => account);
  throw new UsageError(terminalText(`no account "${name}", ${suggestion(name, known)}`));
}
