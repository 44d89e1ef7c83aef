import { createEventSplitter } from "./event-splitter.ts";
import { type ToldOfCall, together, toldBy } from "./usage.ts";

/** Why an answer tells nothing of what it cost, though it should. */
export const UNREAD = ["too_large", "malformed", "encoding", "fault"] as const;
export type Unread = (typeof UNREAD)[number];

export interface Told extends ToldOfCall {
  /** The JSON of a refused call. */
  readonly error?: unknown;
  readonly unread?: Unread;
}

/** Learns from a body as copies of its chunks pass by. */
export interface BodyReader {
  push(chunk: Uint8Array): void;
  end(): Promise<Told>;
}

/** Of one JSON body or one event: what is longer is not read. The long answers of the Responses API end in one event. */
const MOST_BYTES = 256 * 1024;
const MOST_ERROR_BYTES = 64 * 1024;

/** For a body that says nothing we know. */
export const IGNORED: BodyReader = { push: () => undefined, end: async () => ({}) };

export function createJsonReader(): BodyReader {
  const body = createBoundedBody(MOST_BYTES);
  return {
    push: body.push,
    async end() {
      const json = body.json();
      return "unread" in json ? json : toldBy(json.value);
    },
  };
}

export function createErrorReader(): BodyReader {
  const body = createBoundedBody(MOST_ERROR_BYTES);
  return {
    push: body.push,
    async end() {
      const json = body.json();
      // The status and the headers stand without it.
      return "unread" in json ? {} : { error: json.value };
    },
  };
}

export function createEventReader(): BodyReader {
  let told: ToldOfCall = {};
  let unread: Unread | undefined;
  const events = createEventSplitter({
    maxLength: MOST_BYTES,
    onEvent(data) {
      if (!mayTell(data, told)) return;
      const json = parsed(data);
      if ("unread" in json) unread = json.unread;
      else told = together(told, toldBy(json.value));
    },
    onTooLong() {
      unread = "too_large";
    },
  });
  return {
    push: events.push,
    async end() {
      events.end();
      return told.usage === undefined && unread !== undefined ? { ...told, unread } : told;
    },
  };
}

/** To parse every event of a long stream would cost more than to pass it on. */
const mayTell = (data: string, told: ToldOfCall) =>
  /"usage(?:Metadata)?"\s*:\s*\{/.test(data) || (told.model === undefined && /"model(?:Version)?"/.test(data));

function createBoundedBody(maxBytes: number) {
  let chunks: Uint8Array[] = [];
  let length = 0;
  return {
    push(chunk: Uint8Array) {
      length += chunk.length;
      if (length > maxBytes) chunks = [];
      else chunks.push(chunk);
    },
    json: () => (length > maxBytes ? { unread: "too_large" as const } : parsed(Buffer.concat(chunks).toString("utf8"))),
  };
}

function parsed(text: string): { readonly value: unknown } | { readonly unread: Unread } {
  try {
    return { value: JSON.parse(text) };
  } catch {
    // The error of the parser quotes what it could not read.
    return { unread: "malformed" };
  }
}
