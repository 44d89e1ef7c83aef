import type { Secret } from "../secret.ts";
import { checkAccount, type Surroundings } from "./account.ts";
import type { ConfiguredAccount } from "./config.ts";
import { withSameKeys } from "./labels.ts";
import type { Path, Problem } from "./problem.ts";

interface CheckedAccounts {
  readonly accounts: readonly ConfiguredAccount[];
  readonly secrets: readonly Secret[];
  readonly warnings: readonly string[];
  readonly problems: readonly Problem[];
}

/** Checks the list of accounts and binds each to its provider. Reads the files that hold credentials. */
export async function checkAccounts(
  entries: readonly unknown[],
  surroundings: Surroundings,
  lineOf: (path: Path) => number,
): Promise<CheckedAccounts> {
  const paths = entries.map((_, index): Path => ["accounts", index]);
  const checked = await Promise.all(
    entries.map((entry, index) => checkAccount(entry, paths[index] ?? [], surroundings)),
  );
  const accounts = checked.flatMap(({ account }) => account ?? []);
  const labels = withSameKeys(accounts.map((account) => account.labels));
  return {
    accounts: accounts.map((account, index) => ({ ...account, labels: labels[index] ?? {} })),
    secrets: checked.flatMap(({ secret }) => secret ?? []),
    warnings: checked.flatMap(({ warnings }) => warnings),
    problems: [
      ...checked.flatMap(({ problems }) => problems),
      ...sameNames(
        checked.map(({ name }) => name),
        lineOf,
      ),
    ],
  };
}

function sameNames(names: readonly (string | undefined)[], lineOf: (path: Path) => number): readonly Problem[] {
  return names.flatMap((name, index) => {
    const first = names.indexOf(name);
    if (name === undefined || first === index) return [];
    const line = lineOf(["accounts", first, "name"]);
    const text = `the account on line ${line} has this name already; each account needs one of its own`;
    return [{ path: ["accounts", index, "name"], text }];
  });
}
