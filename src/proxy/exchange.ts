import type { IncomingMessage, ServerResponse } from "node:http";
import type { AnswerHandler, ForwardedCall, Forwarder, ForwardFailure, RawHeaders } from "../http/forward.ts";
import { answerError } from "./answer-error.ts";
import type { Observer } from "./observer.ts";
import { answerHeaders, requestHeaders } from "./passed-headers.ts";
import { bodyOf } from "./request-body.ts";
import type { Refused } from "./target.ts";

/** How a call that was passed on ended. `cut`: by the provider, amid its answer. `aborted`: by the caller. */
export type Ending = "answered" | "unreachable" | "cut" | "aborted" | "refused";

interface Exchange {
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
  readonly forwarder: Forwarder;
  readonly call: Pick<ForwardedCall, "origin" | "path" | "credential">;
  readonly maxBodyBytes: number;
  /** Never throws; what it is told was passed on already. */
  readonly observer: Observer;
  /** Hears of what is neither the caller's nor the provider's fault. */
  readonly onFault: (error: unknown) => void;
}

export const TOO_LARGE: Refused = { status: 413, message: "the request is larger than the proxy passes on" };
const NOT_PASSED_ON: Refused = { status: 502, message: "the request could not be passed on" };

/** Passes one request on and its answer back, each piece as it comes. Resolves when both sides are done with it. */
export function exchange(options: Exchange): Promise<Ending> {
  const { request, response, forwarder, call, maxBodyBytes, observer, onFault } = options;
  return new Promise((resolve) => {
    let ending: Ending | undefined;
    let isTooLarge = false;
    const end = (as: Ending) => {
      const isFirst = ending === undefined;
      ending ??= as;
      return isFirst;
    };
    const body = bodyOf(request, {
      maxBytes: maxBodyBytes,
      onChunk: observer.requestData,
      onTooLarge() {
        isTooLarge = true;
      },
    });
    const forwarded = forwarder.forward(
      {
        ...call,
        method: request.method ?? "GET",
        headers: requestHeaders(request.rawHeaders, { isKeyOurs: call.credential !== undefined }),
        body,
      },
      answerTo(request, response, observer, (failure) => {
        if (failure === undefined) {
          end("answered");
          return;
        }
        end(isTooLarge ? "refused" : endingOf(request, response));
        if (failure.reason === "bug" && ending === "unreachable") onFault(failure.error);
        giveUp(response, isTooLarge ? TOO_LARGE : toldOf(failure));
      }),
    );
    const leave = () => {
      // After a whole answer that is the usual end of it.
      if (!response.writableFinished && end("aborted")) {
        forwarded.abort();
        void observer.ended(false);
      }
      resolve(ending ?? "answered");
    };
    response.on("drain", forwarded.resume);
    response.on("error", leave);
    // It may have gone while its token was looked at.
    if (response.destroyed) leave();
    else response.once("close", leave);
  });
}

function endingOf(request: IncomingMessage, response: ServerResponse): Ending {
  // Its request breaks off before its connection is known to be gone.
  if (request.destroyed && !request.complete) return "aborted";
  return response.headersSent ? "cut" : "unreachable";
}

function toldOf({ reason, error: { message } }: ForwardFailure): Refused {
  return reason === "bug" ? NOT_PASSED_ON : { status: reason === "timeout" ? 504 : 502, message };
}

/** Half an answer must not pass for a whole one: where it has begun, the connection is cut as the provider's was. */
function giveUp(response: ServerResponse, why: Refused): void {
  if (response.headersSent) response.destroy();
  else answerError(response, why);
}

function answerTo(
  request: IncomingMessage,
  response: ServerResponse,
  observer: Observer,
  settled: (failure?: ForwardFailure) => void,
): AnswerHandler {
  return {
    informed: (status, headers) => inform(request, response, status, headers),
    begun(status, statusText, raw) {
      response.writeHead(status, printable(statusText), [...answerHeaders(raw)]);
      setImmediate(flushHead, response, raw);
      observer.begun(status, raw);
    },
    data(chunk) {
      const goesOn = response.write(chunk);
      observer.data(chunk);
      return goesOn;
    },
    ended(trailers) {
      settled();
      if (trailers.length > 0) response.addTrailers(pairs(answerHeaders(trailers)));
      response.end();
      void observer.ended(true);
    },
    failed(failure) {
      settled(failure);
      void observer.ended(false);
    },
  };
}

/**
 * The first byte of a stream may be long in coming; where it is here already, both go in one piece. Node flushes a head as
 * UTF-8, though it sends one with a body as Latin-1, as it came (seen in 24.21): one with such letters waits.
 */
function flushHead(response: ServerResponse, raw: readonly string[]): void {
  const isOver = response.writableEnded || response.destroyed;
  if (!isOver && raw.every((part) => /^[\t\x20-\x7e]*$/.test(part))) response.flushHeaders();
}

/** What comes before an answer, for those whose HTTP knows of it. */
function inform({ httpVersion }: IncomingMessage, response: ServerResponse, status: number, raw: RawHeaders): void {
  if (httpVersion !== "1.1") return;
  if (status === 102) response.writeProcessing();
  else if (status === 103) hint(response, linksOf(raw));
}

/** Node takes only some forms of a link, and throws at the others: what is no more than a hint must not cost the answer. */
function hint(response: ServerResponse, links: readonly string[]): void {
  try {
    if (links.length > 0) response.writeEarlyHints({ link: [...links] });
  } catch (error) {
    if (!(error instanceof TypeError)) throw error;
  }
}

const linksOf = (raw: RawHeaders) =>
  pairs(raw).flatMap(([name, value]) => (name.toLowerCase() === "link" ? value.split(/, *(?=<)/) : []));

/** Node refuses what no status line may hold. */
const printable = (text: string) => text.replaceAll(/[^\t\x20-\x7e]/g, "");

const pairs = (raw: RawHeaders): [string, string][] =>
  Array.from({ length: raw.length / 2 }, (_, index) => [raw[2 * index] ?? "", raw[2 * index + 1] ?? ""]);
