import type { HttpClient } from "../../http/client.ts";
import type { Secret } from "../../secret.ts";

/** A value that is asked for. */
export interface Question {
  /** Which reading and which of its keys asks first: `budget.remaining`. */
  readonly where: string;
  readonly expression: string;
}

export interface Asking {
  readonly url: string;
  readonly bearer: Secret | undefined;
  readonly http: HttpClient;
  readonly signal: AbortSignal;
  readonly now: Date;
}

/** A finite number, or why there is none. */
export type Told = { readonly value: number } | { readonly unknown: string };

/** By expression. */
export type Values = ReadonlyMap<string, Told>;

export const finite = (value: number | undefined): Told =>
  value !== undefined && Number.isFinite(value) ? { value } : { unknown: "is NaN or infinite" };

const SHOWN = 160;

/** For messages. An expression is the user's own text; it may be long. */
export function describeQuestion({ where, expression }: Question): string {
  const plain = expression.replaceAll(/\s+/g, " ");
  return `${where}: ${plain.length > SHOWN ? `${plain.slice(0, SHOWN)}…` : plain}`;
}
