import { promisify } from "node:util";
import { brotliDecompress, gunzip, inflate } from "node:zlib";
import { MOST_BYTES } from "./answer.ts";
import { beginCall, type Call } from "./call.ts";
import { pairsOf } from "./credentials.ts";
import type { ObserveOptions } from "./options.ts";
import { type Sender, undisturbed } from "./sender.ts";

/** What undici 7 and 8 call on the handler of a request. */
const METHODS = [
  "onRequestStart",
  "onRequestUpgrade",
  "onResponseStart",
  "onResponseData",
  "onResponseEnd",
  "onResponseError",
  "onResponseStarted",
  "onBodySent",
  "onRequestSent",
] as const;
type Method = (typeof METHODS)[number];
type Listen = (...args: readonly unknown[]) => void;

interface Sent {
  readonly origin?: unknown;
  readonly path?: unknown;
  readonly method?: unknown;
  readonly headers?: unknown;
}

/** A handler that hears what the given one is told; undefined where it is of a kind that we do not know. */
export function observedHandler(
  sent: Sent,
  handler: object,
  options: Pick<ObserveOptions, "account">,
  sender: Sender,
): object | undefined {
  if (typeof Reflect.get(handler, "onResponseStart") !== "function") return undefined;
  const heard = listeners(sent, options, sender);
  const names = METHODS.filter((name) => typeof Reflect.get(handler, name) === "function");
  return Object.fromEntries(
    names.map((name) => [
      name,
      (...args: readonly unknown[]) => {
        // First, as a buffer may be used again afterwards, and what the handler throws is its own affair.
        undisturbed(() => heard[name]?.(...args));
        return Reflect.apply(Reflect.get(handler, name), handler, args);
      },
    ]),
  );
}

function listeners(sent: Sent, options: Pick<ObserveOptions, "account">, sender: Sender) {
  let call: Call | undefined;
  let chunks: Buffer[] | undefined;
  let size = 0;
  let encoding = "";
  const url = `${String(sent.origin)}${String(sent.path)}`;
  const heard: Partial<Record<Method, Listen>> = {
    onResponseStart(_controller, status, headers) {
      const answer = { status: Number(status), headers };
      call = beginCall({ method: String(sent.method), url, headers: sent.headers }, answer, options, sender);
      encoding = pairsOf(headers).find(([name]) => name.toLowerCase() === "content-encoding")?.[1] ?? "";
      chunks = call?.wantsBody === true && encoding in DECODERS ? [] : undefined;
      if (chunks === undefined) call?.end();
    },
    onResponseData(_controller, chunk) {
      if (chunks === undefined || !Buffer.isBuffer(chunk)) return;
      size += chunk.length;
      chunks.push(Buffer.from(chunk));
      if (size <= MOST_BYTES) return;
      chunks = undefined;
      call?.end();
    },
    onResponseEnd() {
      if (chunks === undefined) return;
      const ended = call;
      void textOf(Buffer.concat(chunks), encoding).then((text) => ended?.end(text));
    },
    onResponseError: () => call?.end(),
  };
  return heard;
}

const LIMIT = { maxOutputLength: MOST_BYTES };

const DECODERS: Readonly<Record<string, (body: Buffer) => Promise<Buffer>>> = {
  "": async (body) => body,
  identity: async (body) => body,
  gzip: (body) => promisify(gunzip)(body, LIMIT),
  deflate: (body) => promisify(inflate)(body, LIMIT),
  br: (body) => promisify(brotliDecompress)(body, LIMIT),
};

async function textOf(body: Buffer, encoding: string): Promise<string | undefined> {
  try {
    return (await DECODERS[encoding]?.(body))?.toString("utf8");
  } catch {
    // Broken or too large: the call is told without its body.
    return undefined;
  }
}
