import type { RawHeaders } from "../http/forward.ts";
import { limitHeaders } from "../http/limit-headers.ts";
import type { Observation } from "../quota/observation.ts";
import {
  type BodyReader,
  createErrorReader,
  createEventReader,
  createJsonReader,
  IGNORED,
  type Told,
  type Unread,
} from "./body-reader.ts";
import { createModelFinder, modelInPath } from "./model-finder.ts";
import { headerRecord } from "./passed-headers.ts";
import { unpackedFor } from "./unpacking.ts";

/** Listens to one call that is passed on. Each part of it is told after it was passed on. */
export interface Observer {
  requestData(chunk: Uint8Array): void;
  begun(status: number, headers: RawHeaders): void;
  data(chunk: Uint8Array): void;
  /** Resolves when all is told. */
  ended(isWhole: boolean): Promise<void>;
}

interface ObserverOptions {
  readonly method: string;
  /** Without the query. */
  readonly path: string;
  readonly take: (call: Observation) => void;
  readonly unread: (why: Unread) => void;
  readonly now: () => Date;
}

type Head = Pick<Observation, "at" | "headers"> & { readonly status: number };

/** Paths of calls that cost nothing, though they name a model. */
const COUNTS_TOKENS = /count_?tokens$/i;

export function createObserver({ method, path, take, unread, now }: ObserverOptions): Observer {
  const finder = createModelFinder();
  const inPath = modelInPath(path);
  const isModelCall = method === "POST" && !COUNTS_TOKENS.test(path);
  let head: Head | undefined;
  let reader: BodyReader = IGNORED;
  let isHeard = false;

  const tell = (heard: Head, told: Told) => {
    const isServed = heard.status < 300;
    // What the caller asked for: a refused call names no other, and an answer may name a dated version of it.
    const model = finder.found() ?? inPath ?? told.model;
    const isCounted = isServed && isModelCall && (model !== undefined || told.usage !== undefined);
    take({
      ...(isHeard ? { ...heard, headers: {} } : heard),
      ...(model !== undefined && { model }),
      ...(told.usage !== undefined && { usage: told.usage }),
      ...(told.error !== undefined && { error: told.error }),
      ...(isServed && !isCounted && { uncounted: true }),
    });
  };
  return {
    requestData: (chunk) => finder.push(chunk),
    begun(status, raw) {
      const headers = headerRecord(raw);
      const at = now();
      head = { at, status, headers: limitHeaders(headers, at) };
      const isStream = mediaType(headers) === "text/event-stream" && status < 300;
      reader = readerOf(status, headers);
      // A stream may go on for minutes: its headers are of now, what it costs is told at its end.
      if (!isStream) return;
      const model = finder.found() ?? inPath;
      take({ ...head, ...(model !== undefined && { model }), uncounted: true });
      isHeard = true;
    },
    data: (chunk) => reader.push(chunk),
    async ended(isWhole) {
      const told = await reader.end();
      // A redirect or a "not modified" is no call that was served.
      if (head === undefined || (head.status >= 300 && head.status < 400)) return;
      if (isWhole && isModelCall && told.unread !== undefined) unread(told.unread);
      tell(head, told);
    },
  };
}

function readerOf(status: number, headers: Readonly<Record<string, string>>): BodyReader {
  const type = mediaType(headers);
  const isJson = /^application\/(?:[\w.-]+\+)?json$/.test(type);
  const encoding = headers["content-encoding"];
  if (status >= 400) return isJson ? unpackedFor(encoding, createErrorReader()) : IGNORED;
  if (type === "text/event-stream") return unpackedFor(encoding, createEventReader());
  return isJson ? unpackedFor(encoding, createJsonReader()) : IGNORED;
}

const mediaType = (headers: Readonly<Record<string, string>>) =>
  headers["content-type"]?.split(";", 1)[0]?.trim().toLowerCase() ?? "";
