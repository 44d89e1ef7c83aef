import type { IncomingMessage } from "node:http";

interface BodyOptions {
  readonly maxBytes: number;
  /** Hears each chunk after it was passed on. */
  readonly onChunk: (chunk: Uint8Array) => void;
  readonly onTooLarge: () => void;
}

/** The body as it comes in, no faster than it is taken; null for a request that has none. */
export function bodyOf(request: IncomingMessage, options: BodyOptions): AsyncIterable<Uint8Array> | null {
  const { "content-length": length, "transfer-encoding": coding } = request.headers;
  return (length === undefined || length === "0") && coding === undefined ? null : chunksOf(request, options);
}

async function* chunksOf(request: IncomingMessage, { maxBytes, onChunk, onTooLarge }: BodyOptions) {
  let length = 0;
  try {
    // Whoever takes it may stop early: the caller's connection is still needed then, for the answer.
    for await (const chunk of request.iterator({ destroyOnReturn: false }) as AsyncIterable<Uint8Array>) {
      length += chunk.length;
      if (length > maxBytes) {
        onTooLarge();
        throw new Error("the request is too large");
      }
      yield chunk;
      onChunk(chunk);
    }
  } finally {
    // Nobody wants the rest, but many callers send all of it before they look for an answer.
    request.resume();
  }
}
