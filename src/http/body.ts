import { promisify } from "node:util";
import { gunzip } from "node:zlib";
import { UpstreamError } from "./upstream-error.ts";

const unpack = promisify(gunzip);

interface Limits {
  readonly call: string;
  readonly maxBytes: number;
}

export async function readBody(body: AsyncIterable<Uint8Array>, { call, maxBytes }: Limits): Promise<Buffer> {
  const chunks: Uint8Array[] = [];
  let length = 0;
  for await (const chunk of body) {
    length += chunk.length;
    if (length > maxBytes) throw tooLarge(call, maxBytes);
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}

export type Received = Limits & { readonly headers: Readonly<Record<string, string>> };

/** The JSON value of a body. Errors carry no `cause`, because those of the parsers quote what they could not read. */
export async function parseJson(raw: Buffer, received: Received): Promise<unknown> {
  const text = await unpackText(raw, received);
  try {
    return JSON.parse(text);
  } catch {
    throw notWanted(text, received, "JSON");
  }
}

/** A body that is to be text of whatever form, but no web page: that is what stands at a wrong address. */
export async function readText(raw: Buffer, received: Received): Promise<string> {
  const text = await unpackText(raw, received);
  if (isPage(text, mediaTypeOf(received))) throw notWanted(text, received, "plain text");
  return text;
}

async function unpackText(raw: Buffer, { call, maxBytes, headers }: Received): Promise<string> {
  const text = decode(await decompress(raw, headers["content-encoding"], { call, maxBytes }), call);
  if (text.trim() === "") throw new UpstreamError("malformed", `${call} answered an empty body`);
  return text;
}

async function decompress(raw: Buffer, encoding: string | undefined, { call, maxBytes }: Limits): Promise<Buffer> {
  const name = encoding?.trim().toLowerCase() ?? "";
  if (name === "" || name === "identity") return raw;
  if (name !== "gzip" && name !== "x-gzip") {
    throw new UpstreamError("malformed", `${call} answered in a content encoding that was not asked for`);
  }
  try {
    return await unpack(raw, { maxOutputLength: maxBytes });
  } catch (error) {
    if (error instanceof Error && "code" in error && error.code === "ERR_BUFFER_TOO_LARGE")
      throw tooLarge(call, maxBytes);
    throw new UpstreamError("malformed", `${call} answered gzip that cannot be unpacked`);
  }
}

function decode(bytes: Buffer, call: string): string {
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(bytes);
  } catch {
    throw new UpstreamError("malformed", `${call} answered text that is not UTF-8`);
  }
}

/** Plain words only: a content type is text that the other side chose. */
const MEDIA_TYPE = /^(?:application|text|image|audio|video|multipart)\/[a-z.+-]{1,40}$/;

function notWanted(text: string, received: Received, wanted: string): UpstreamError {
  const mediaType = mediaTypeOf(received);
  const isWebPage = isPage(text, mediaType);
  const what = isWebPage ? `HTML, not ${wanted}: check base_url` : whatInstead(mediaType);
  return new UpstreamError("malformed", `${received.call} answered ${what}`, { ...(isWebPage && { isWebPage }) });
}

const mediaTypeOf = ({ headers }: Received): string =>
  headers["content-type"]?.split(";", 1)[0]?.trim().toLowerCase() ?? "";

const isPage = (text: string, mediaType: string): boolean =>
  mediaType.includes("html") || /^\s*<(?:!doctype|html|head|body)/i.test(text);

function whatInstead(mediaType: string): string {
  if (mediaType.includes("json")) return "JSON that is broken or cut short";
  return MEDIA_TYPE.test(mediaType)
    ? `${mediaType}, not JSON: check base_url`
    : "something that is not JSON: check base_url";
}

function tooLarge(call: string, maxBytes: number): UpstreamError {
  return new UpstreamError("malformed", `${call} answered more than ${maxBytes} bytes`);
}
