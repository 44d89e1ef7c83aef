import { z } from "zod";
import { statusFailure } from "../../http/status-failure.ts";

/** How one call of a batch ended. */
export type Outcome<T> = { readonly data: T } | { readonly refusedWith: number };

// https://trpc.io/docs/rpc, read 2026-11-21. A call of a batch may fail alone, beside others that work.
const STATUSES: ReadonlyMap<unknown, number> = new Map([
  ["BAD_REQUEST", 400],
  ["UNAUTHORIZED", 401],
  ["PAYMENT_REQUIRED", 402],
  ["FORBIDDEN", 403],
  ["NOT_FOUND", 404],
  ["TIMEOUT", 408],
  ["TOO_MANY_REQUESTS", 429],
]);

const Record = z.record(z.string(), z.unknown());
const Failure = z
  .object({ data: z.object({ code: z.unknown().optional(), httpStatus: z.number().optional().catch(undefined) }) })
  .transform(({ data }) => data.httpStatus ?? STATUSES.get(data.code));
const Failed = z.object({ error: z.unknown() }).refine(({ error }) => error !== undefined && error !== null);
const InJson = z.object({ json: z.looseObject({}) });
const DataInJson = z.object({ result: z.object({ data: InJson }) });

interface Call<T> {
  /** Its place in the batch. */
  readonly index: number;
  readonly schema: z.ZodType<T>;
  /** What only its answer has: tells whose a result is that comes alone. */
  readonly field: string;
}

/**
 * How one call of a batch ended; undefined where the answer is of another one. Depending on its version the server
 * answers a list or an object of numbered keys, and puts what it tells into `json` or not. What comes alone is an error of
 * the whole batch or the result of one call.
 */
export function outcomeOf<T>(batch: unknown, call: Call<T>, context: z.RefinementCtx): Outcome<T> | undefined {
  const { path, entry } = locate(batch, call.index);
  const failed = Failed.safeParse(entry).data;
  if (failed !== undefined) return { refusedWith: statusOf(failed.error) };

  const isInJson = DataInJson.safeParse(entry).success;
  if (path.length === 0 && !hasField(entry, isInJson ? ["json", call.field] : [call.field])) return undefined;
  const data = isInJson ? z.object({ json: call.schema }).transform(({ json }) => json) : call.schema;
  const told = z.object({ result: z.object({ data }) }).safeParse(entry);
  if (told.success) return { data: told.data.result.data };
  for (const { path: below, message } of told.error.issues) {
    context.addIssue({ code: "custom", path: [...path, ...below], message });
  }
  return z.NEVER;
}

function hasField(entry: unknown, fields: readonly string[]): boolean {
  return (
    ["result", "data", ...fields].reduce<unknown>((value, key) => Record.safeParse(value).data?.[key], entry) !==
    undefined
  );
}

/** What a call told, or its failure, as if it had been made by itself. */
export async function dataOf<T>(outcome: Outcome<T> | undefined, call: string): Promise<T | undefined> {
  if (outcome === undefined) return undefined;
  if ("data" in outcome) return outcome.data;
  throw statusFailure(call, outcome.refusedWith, {});
}

function locate(batch: unknown, index: number): { readonly path: readonly number[]; readonly entry: unknown } {
  if (Array.isArray(batch)) return { path: [index], entry: batch[index] as unknown };
  const numbered = Record.safeParse(batch).data ?? {};
  return Object.hasOwn(numbered, index) ? { path: [index], entry: numbered[index] } : { path: [], entry: batch };
}

/** An error of a kind that we do not know is one of the server. */
function statusOf(error: unknown): number {
  const inner = InJson.safeParse(error).data?.json ?? error;
  return Failure.safeParse(inner).data ?? 500;
}
