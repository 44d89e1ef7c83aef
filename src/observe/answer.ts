import type { Told } from "./options.ts";

type Facts = Pick<Told, "model" | "usage" | "error">;

/** A larger answer is not looked at: it is counted without its usage. */
export const MOST_BYTES = 256 * 1024;
const MOST_ERROR_BYTES = 8 * 1024;

const LONGEST_MODEL = 128;

/** What one JSON answer tells, by its status. Text that is no JSON tells nothing. */
export function factsOf(status: number, text: string, credentials: readonly string[]): Facts {
  if (status < 400) return servedFacts(parsed(text));
  // Of a refused credential the status says all, and the body may repeat it.
  if (status === 401 || text.length > MOST_ERROR_BYTES) return {};
  const error = parsed(credentials.reduce((shown, credential) => shown.replaceAll(credential, "[secret]"), text));
  return error === undefined ? {} : { error };
}

/** An answer of which the body is worth a look, and not a stream that may last. */
export function isWorthReading(status: number, header: (name: string) => string | undefined): boolean {
  const isJson = /^application\/(?:[\w.+-]+\+)?json\b/i.test(header("content-type") ?? "");
  const most = status < 400 ? MOST_BYTES : MOST_ERROR_BYTES;
  return isJson && status !== 401 && status < 500 && Number(header("content-length") ?? 0) <= most;
}

function servedFacts(answer: unknown): Facts {
  const model = modelIn(field(answer, "model") ?? field(answer, "modelVersion"));
  const usage = field(answer, "usage") ?? field(answer, "usageMetadata");
  const input = sumOf(usage, INPUT);
  const output = sumOf(usage, OUTPUT);
  const told = {
    ...(input !== undefined && { input_tokens: input }),
    ...(output !== undefined && { output_tokens: output }),
  };
  return { ...(model !== undefined && { model }), ...(Object.keys(told).length > 0 && { usage: told }) };
}

// OpenAI and most others; Anthropic and OpenAI's newer API; Gemini. Behind the first name is what comes on top of it:
// Anthropic's cache is not part of its input, nor are Gemini's thoughts of its candidates. Read 2026-11-22.
const INPUT = [
  ["prompt_tokens"],
  ["input_tokens", "cache_creation_input_tokens", "cache_read_input_tokens"],
  ["promptTokenCount"],
];
const OUTPUT = [["completion_tokens"], ["output_tokens"], ["candidatesTokenCount", "thoughtsTokenCount"]];

function sumOf(usage: unknown, families: readonly (readonly string[])[]): number | undefined {
  const family = families.find(([name = ""]) => countIn(usage, name) !== undefined);
  return family?.reduce((sum, name) => sum + (countIn(usage, name) ?? 0), 0);
}

function countIn(usage: unknown, name: string): number | undefined {
  const value = field(usage, name);
  return typeof value === "number" && Number.isSafeInteger(value) && value >= 0 ? value : undefined;
}

const IN_PATH = [/\/models\/([^/:]+):[a-z]+$/i, /\/deployments\/([^/]+)\//, /\/model\/([^/]+)\/(?:invoke|converse)/];

/** The model that the address of a call names; most name it in their body, which nobody reads. */
export function modelOfPath(path: string): string | undefined {
  const [found] = IN_PATH.flatMap((pattern) => pattern.exec(path)?.[1] ?? []);
  return modelIn(found);
}

/** Calls that use no quota of tokens, though they are posted. */
export const isNoUse = (path: string) => /[/:](?:count_?tokens|count-tokens)$/i.test(path);

const modelIn = (value: unknown) =>
  typeof value === "string" && value !== "" && value.length <= LONGEST_MODEL ? value : undefined;

const field = (value: unknown, name: string): unknown =>
  typeof value === "object" && value !== null ? Reflect.get(value, name) : undefined;

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
