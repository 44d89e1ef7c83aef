import type { Transform } from "node:stream";
import { createBrotliDecompress, createGunzip, createInflate, createZstdDecompress } from "node:zlib";
import type { BodyReader, Unread } from "./body-reader.ts";

const UNPACKERS: ReadonlyMap<string, () => Transform> = new Map([
  ["gzip", () => createGunzip()],
  ["x-gzip", () => createGunzip()],
  ["deflate", () => createInflate()],
  ["br", () => createBrotliDecompress()],
  ["zstd", () => createZstdDecompress()],
]);

/** Of packed bytes that wait to be unpacked beside a stream that is faster than we are. */
const MOST_WAITING = 1024 * 1024;
/** A few bytes may unpack to as much as they like. */
const MOST_UNPACKED = 64 * 1024 * 1024;

/** Reads a body in the encoding that it was sent in; the caller gets it as it came. */
export function unpackedFor(encoding: string | undefined, reader: BodyReader): BodyReader {
  const name = encoding?.trim().toLowerCase() ?? "";
  if (name === "" || name === "identity") return reader;
  const create = UNPACKERS.get(name);
  return create === undefined
    ? { push: () => undefined, end: async () => ({ unread: "encoding" }) }
    : throughUnpacker(create(), reader);
}

function throughUnpacker(unpacker: Transform, reader: BodyReader): BodyReader {
  let unread: Unread | undefined;
  let length = 0;
  const closed = new Promise<void>((resolve) => unpacker.once("close", resolve));
  const giveUp = (why: Unread) => {
    unread ??= why;
    unpacker.destroy();
  };
  unpacker.on("error", () => giveUp("malformed"));
  unpacker.on("data", (chunk: Uint8Array) => {
    length += chunk.length;
    if (length > MOST_UNPACKED) return giveUp("too_large");
    try {
      reader.push(chunk);
    } catch {
      // Nobody else would catch it here, and it would end the process; it is counted as a fault.
      giveUp("fault");
    }
  });
  return {
    push(chunk) {
      if (unpacker.destroyed) return;
      if (unpacker.writableLength > MOST_WAITING) giveUp("too_large");
      else unpacker.write(chunk);
    },
    async end() {
      if (!unpacker.destroyed) unpacker.end();
      await closed;
      const told = await reader.end();
      return unread === undefined || told.usage !== undefined ? told : { ...told, unread };
    },
  };
}
