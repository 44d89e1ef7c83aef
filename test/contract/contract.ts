import { existsSync, readdirSync } from "node:fs";
import { join } from "node:path";

/** One call that an adapter makes, with a good answer to it. */
export interface ContractCall {
  readonly method: "GET" | "POST";
  /** Below `base_url`. */
  readonly path: string;
  readonly answer: unknown;
  /** Fields of the answer that the adapter reads, as `limits.daily` or `balances.0.total`. Each is broken in turn. */
  readonly needs: readonly string[];
  /** The credential may not be allowed to make it: 401, 403 and 404 leave its quotas out. */
  readonly isOptional?: true;
}

/** What `test/providers/<id>/contract.ts` exports as `contract`. */
export interface ProviderContract {
  /** Planted: it must not show up in any error. */
  readonly apiKey?: string;
  readonly settings?: Readonly<Record<string, unknown>>;
  /** The ids that the good answers give, in order. */
  readonly quotas: readonly string[];
  readonly calls: readonly ContractCall[];
}

const HOME = join(import.meta.dirname, "../providers");

/** The contract of every folder that has one, by provider id. */
export async function loadContracts(): Promise<ReadonlyMap<string, ProviderContract>> {
  const ids = readdirSync(HOME).filter((name) => existsSync(join(HOME, name, "contract.ts")));
  const entries = ids.map(async (id) => {
    const module = (await import(join(HOME, id, "contract.ts"))) as { readonly contract: ProviderContract };
    return [id, module.contract] as const;
  });
  return new Map(await Promise.all(entries));
}
