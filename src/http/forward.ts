import { Agent, type Dispatcher } from "undici";
import type { Secret } from "../secret.ts";
import { transportFailure } from "./transport-failure.ts";
import { UpstreamError } from "./upstream-error.ts";

/** Headers as they stand on the wire: names and values in turn, repeated ones too. */
export type RawHeaders = readonly string[];

/** A call of somebody else that is passed on as it comes. */
export interface ForwardedCall {
  /** `https://host:port`. */
  readonly origin: string;
  /** With the query. */
  readonly path: string;
  readonly method: string;
  readonly headers: RawHeaders;
  /** Sent in this header, after `Bearer` in the one named `authorization`. */
  readonly credential?: { readonly header: string; readonly key: Secret } | undefined;
  readonly body: AsyncIterable<Uint8Array> | null;
}

/** `bug` for what is neither the network's fault nor the provider's. */
export interface ForwardFailure {
  readonly reason: "timeout" | "network" | "malformed" | "bug";
  /** With `message` in words for whoever called. */
  readonly error: Error;
}

export interface AnswerHandler {
  /** Status 102 or 103, before the answer. */
  informed(status: number, headers: RawHeaders): void;
  begun(status: number, statusText: string, headers: RawHeaders): void;
  /** False asks for no more until `resume`. */
  data(chunk: Uint8Array): boolean;
  ended(trailers: RawHeaders): void;
  /** There will be no answer, or no more of it. */
  failed(failure: ForwardFailure): void;
}

export interface Forwarded {
  resume(): void;
  /** Ends the call and its connection. */
  abort(): void;
}

export interface Forwarder {
  forward(call: ForwardedCall, handler: AnswerHandler): Forwarded;
  /** Cuts every call that is still under way. */
  close(): Promise<void>;
}

const MAX_HEADER_BYTES = 64 * 1024;

/**
 * Passes calls on as they are: nothing is unpacked, repeated or redirected. Only connecting has a time limit; how long an
 * answer may take, and the pauses in it, are for the caller to judge, who can always go away.
 */
export function createForwarder({ connectTimeoutMs = 10_000 }: { readonly connectTimeoutMs?: number } = {}): Forwarder {
  const agent = new Agent({
    // HTTP/2 would change what is passed on; providers speak both.
    allowH2: false,
    bodyTimeout: 0,
    connectTimeout: connectTimeoutMs,
    headersTimeout: 0,
    maxHeaderSize: MAX_HEADER_BYTES,
  });
  return {
    forward(call, handler) {
      const { origin, path, method, body } = call;
      const under = createCallHandler(handler);
      const headers = [...call.headers, ...credentialHeader(call.credential)];
      // The types of undici know of no async iterable here, though it takes one.
      const sent = body as Dispatcher.DispatchOptions["body"] & AsyncIterable<Uint8Array>;
      agent.dispatch({ origin, path, method: method as Dispatcher.HttpMethod, headers, body: sent }, under.handler);
      return under.forwarded;
    },
    close: () => agent.destroy(),
  };
}

function credentialHeader(credential: ForwardedCall["credential"]): readonly string[] {
  if (credential === undefined) return [];
  const { header, key } = credential;
  return [header, header === "authorization" ? `Bearer ${key.reveal()}` : key.reveal()];
}

function createCallHandler(answer: AnswerHandler) {
  let controller: Dispatcher.DispatchController | undefined;
  let isGone = false;
  const forwarded: Forwarded = {
    resume: () => controller?.resume(),
    abort() {
      isGone = true;
      controller?.abort(new Error("the caller has gone"));
    },
  };
  const handler: Dispatcher.DispatchHandler = {
    onRequestStart(started) {
      controller = started;
      // It may have gone while the connection was made.
      if (isGone) started.abort(new Error("the caller has gone"));
    },
    onResponseStart(started, status, _headers, statusText = "") {
      const headers = textOf(started.rawHeaders);
      if (status < 200) answer.informed(status, headers);
      else answer.begun(status, statusText, headers);
    },
    onResponseData(started, chunk) {
      if (!answer.data(chunk)) started.pause();
    },
    onResponseEnd(ended) {
      answer.ended(textOf(ended.rawTrailers));
    },
    onResponseError(_controller, error) {
      if (!isGone) answer.failed(failureOf(error));
    },
  };
  return { handler, forwarded };
}

/** Latin-1, so that every byte is passed on as it came. */
function textOf(raw: Dispatcher.DispatchController["rawHeaders"]): RawHeaders {
  if (!Array.isArray(raw)) return [];
  return raw.map((part) => (typeof part === "string" ? part : part.toString("latin1")));
}

const NEVER = new AbortController().signal;

function failureOf(error: Error): ForwardFailure {
  const failure = transportFailure(error, "the call to the provider", NEVER);
  if (!(failure instanceof UpstreamError)) return { reason: "bug", error };
  const { reason } = failure;
  return { reason: reason === "timeout" || reason === "malformed" ? reason : "network", error: failure };
}
