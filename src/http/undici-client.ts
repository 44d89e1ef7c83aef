import { Agent, type Dispatcher, request as send } from "undici";
import type { z } from "zod";
import { parseJson, type Received, readBody, readText } from "./body.ts";
import type { HttpClient, JsonRequest, RefusalTold } from "./client.ts";
import { bodyText, describeCall, requestHeaders } from "./outgoing.ts";
import { type TlsOptions, toConnect } from "./post-client.ts";
import { describeProblems } from "./schema-problems.ts";
import { statusFailure } from "./status-failure.ts";
import { transportFailure } from "./transport-failure.ts";
import { UpstreamError } from "./upstream-error.ts";

export interface HttpClientOptions {
  readonly userAgent: string;
  /** Largest body accepted, as sent and again when unpacked. */
  readonly maxBytes?: number;
  readonly connectionsPerHost?: number;
  readonly tls?: TlsOptions | undefined;
}

const MAX_BYTES = 4 * 1024 * 1024;
const CONNECTIONS_PER_HOST = 8;

type Asked = Omit<JsonRequest<unknown>, "schema">;

export function createHttpClient(options: HttpClientOptions): HttpClient {
  const { userAgent, maxBytes = MAX_BYTES, tls } = options;
  const connections = options.connectionsPerHost ?? CONNECTIONS_PER_HOST;
  const agent = new Agent({ connections, ...(tls && { connect: toConnect(tls) }) });

  /** `read` makes the data out of a body of a good answer. */
  const ask = async <T>(request: Asked, read: (raw: Buffer, received: Received) => Promise<T>) => {
    const { signal } = request;
    const call = describeCall(request);
    const headers = requestHeaders(request, { userAgent, call });
    try {
      const answer = await send(request.url, {
        method: request.method ?? "GET",
        headers,
        body: request.body === undefined ? null : bodyText(request.body),
        dispatcher: agent,
        signal,
      });
      const received = joinRepeated(answer.headers);
      if (answer.statusCode < 200 || answer.statusCode > 299) {
        const told = await refusalTold(request, answer, { call, headers: received });
        throw statusFailure(call, answer.statusCode, received, told);
      }
      const raw = await readBody(answer.body, { call, maxBytes });
      const data = await read(raw, { call, maxBytes, headers: received });
      return { data, status: answer.statusCode, headers: received };
    } catch (error) {
      throw transportFailure(error, call, signal);
    }
  };

  return {
    json: (request) =>
      ask(request, async (raw, received) => checked(request.schema, await parseJson(raw, received), received.call)),
    text: ({ accept, ...request }) => ask({ ...request, headers: { accept, ...request.headers } }, readText),
    async close() {
      await agent.destroy();
    },
  };
}

/** A refusal is a few lines. */
const MAX_REFUSAL_BYTES = 64 * 1024;

/** What the body of a refused answer says; nothing where the status has to do. */
async function refusalTold(
  { refusal, refusedBy, signal }: Pick<JsonRequest<unknown>, "refusal" | "refusedBy" | "signal">,
  { body, statusCode }: Pick<Dispatcher.ResponseData, "body" | "statusCode">,
  { call, headers }: { readonly call: string; readonly headers: Readonly<Record<string, string>> },
): Promise<RefusalTold> {
  if (refusal === undefined && refusedBy === undefined) {
    // Read to its end in the background so that the connection can be used again; the signal bounds it.
    void body.dump();
    return {};
  }
  try {
    const limits = { call, maxBytes: MAX_REFUSAL_BYTES };
    const raw = await readBody(body, limits);
    const json = await parseJson(raw, { ...limits, headers }).catch(undefinedForPage);
    if (refusedBy !== undefined) return (await refusedBy(json, statusCode)) ?? {};
    const data = refusal?.safeParse(json).data;
    return typeof data === "object" ? data : { reason: data };
  } catch (error) {
    // Whatever is wrong with the body, the status stands; only the end of the whole call comes first.
    if (signal.aborted) throw error;
    return {};
  }
}

function undefinedForPage(error: unknown): undefined {
  if (error instanceof UpstreamError && error.isWebPage) return undefined;
  throw error;
}

/** No `cause`: an error of the schema may quote the answer. */
function checked<T>(schema: z.ZodType<T>, json: unknown, call: string): T {
  const result = schema.safeParse(json);
  if (result.success) return result.data;
  throw new UpstreamError(
    "malformed",
    `${call} answered an unexpected shape: ${describeProblems(result.error.issues)}`,
  );
}

function joinRepeated(headers: Readonly<Record<string, string | string[] | undefined>>): Record<string, string> {
  return Object.fromEntries(
    Object.entries(headers).flatMap(([name, value]) =>
      value === undefined ? [] : [[name.toLowerCase(), Array.isArray(value) ? value.join(", ") : value]],
    ),
  );
}
