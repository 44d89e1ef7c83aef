import type { z } from "zod";
import type { Secret } from "../secret.ts";
import type { UpstreamReason } from "./upstream-error.ts";

/** What a refused answer says in its body. Whatever is undefined is for the status and the headers to say. */
export interface RefusalTold {
  readonly reason?: UpstreamReason | undefined;
  /** The least time to stay away; a header that asks for more counts too. */
  readonly retryAfterSeconds?: number | undefined;
  /** What somebody can do about it, in our words: it becomes part of the message. */
  readonly hint?: string | undefined;
}

export interface JsonRequest<T> {
  readonly url: string;
  readonly method?: "GET" | "POST";
  readonly schema: z.ZodType<T>;
  /** Sent as `Authorization: Bearer …`. */
  readonly bearer?: Secret | undefined;
  readonly headers?: Readonly<Record<string, string | Secret>>;
  /** Sent as JSON; a secret in it as its text. */
  readonly body?: unknown;
  /**
   * For providers that give one status several meanings: makes the reason out of the JSON body of a refused answer, by
   * its codes, and by its wording only where no code tells it. Where that is undefined, or the body is another, the status
   * decides.
   */
  readonly refusal?: z.ZodType<UpstreamReason | RefusalTold | undefined>;
  /** In place of `refusal`, where it takes time to tell. A web page has no body in JSON: undefined. */
  readonly refusedBy?: (body: unknown, status: number) => Promise<RefusalTold | undefined>;
  readonly signal: AbortSignal;
}

export interface TextRequest {
  readonly url: string;
  /** What it takes, as the value of `Accept`. */
  readonly accept: string;
  /** Sent as `Authorization: Bearer …`. */
  readonly bearer?: Secret | undefined;
  readonly headers?: Readonly<Record<string, string | Secret>>;
  readonly signal: AbortSignal;
}

export interface JsonAnswer<T> {
  readonly data: T;
  readonly status: number;
  /** Lower-case names; a repeated header joined by ", ". */
  readonly headers: Readonly<Record<string, string>>;
}

export interface HttpClient {
  /**
   * One call, never repeated. Throws `UpstreamError` for anything but a 2xx answer that satisfies the schema, and the
   * reason of `signal` itself when that is an abort other than a deadline.
   */
  json<T>(request: JsonRequest<T>): Promise<JsonAnswer<T>>;
  /** The same for an answer in plain text, by GET. A web page is none. */
  text(request: TextRequest): Promise<JsonAnswer<string>>;
  /** Drops every connection; a call still in flight fails. */
  close(): Promise<void>;
}
