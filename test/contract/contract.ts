import { existsSync, readdirSync } from "node:fs";
import { join } from "node:path";

/** One call that an adapter makes, with a good answer to it. */
export interface ContractCall {
  readonly method: "GET" | "POST";
  /** Below `base_url`. */
  readonly path: string;
  /** Sent as JSON; a text as it is, with the type `text/plain`. */
  readonly answer: unknown;
  /** Those of the good answer. */
  readonly headers?: Readonly<Record<string, string>>;
  /** Fields of the answer that the adapter reads, as `limits.daily` or `balances.0.total`. Each is broken in turn. A text has none. */
  readonly needs: readonly string[];
  /** A number in a text is as good as a number. */
  readonly numbersMayBeText?: true;
  /** The credential may not be allowed to make it: 401, 403 and 404 leave its quotas out. */
  readonly isOptional?: true;
  /** Not every server has it: a 404 says no more than that. */
  readonly mayBeMissing?: true;
  /** Any answer in JSON is a good one. */
  readonly mayBeAnyJson?: true;
  /** The account has no key: a 401 or 403 says no more than that this server wants one. */
  readonly mayWantKey?: true;
}

/**
 * What `test/providers/<id>/contract.ts` exports as `contract`. Accounts of other kinds, which make other calls, are
 * exported as `others`, by what tells them apart.
 */
export interface ProviderContract {
  /** Planted: it must not show up in any error. */
  readonly apiKey?: string;
  /** What the login file holds, where the provider reads one. The planted credential is `token`. */
  readonly loginFile?: { readonly content: unknown; readonly token: string };
  readonly settings?: Readonly<Record<string, unknown>>;
  /** The ids that the good answers give, in order. */
  readonly quotas: readonly string[];
  readonly calls: readonly ContractCall[];
}

const HOME = join(import.meta.dirname, "../providers");

interface ContractModule {
  readonly contract: ProviderContract;
  readonly others?: Readonly<Record<string, ProviderContract>>;
}

export interface NamedContract {
  readonly id: string;
  /** The id of the provider, and what tells the account apart. */
  readonly name: string;
  readonly contract: ProviderContract;
}

/** The contracts of every folder that has some. */
export async function loadContracts(): Promise<readonly NamedContract[]> {
  const ids = readdirSync(HOME).filter((name) => existsSync(join(HOME, name, "contract.ts")));
  const named = ids.map(async (id) => {
    const { contract, others = {} } = (await import(join(HOME, id, "contract.ts"))) as ContractModule;
    const rest = Object.entries(others).map(([kind, other]) => ({ id, name: `${id} ${kind}`, contract: other }));
    return [{ id, name: id, contract }, ...rest];
  });
  return (await Promise.all(named)).flat();
}
