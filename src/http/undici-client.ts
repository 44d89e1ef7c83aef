import { Agent, request as send } from "undici";
import type { z } from "zod";
import { parseJson, readBody } from "./body.ts";
import type { HttpClient } from "./client.ts";
import { describeCall, requestHeaders } from "./outgoing.ts";
import { describeProblems } from "./schema-problems.ts";
import { statusFailure } from "./status-failure.ts";
import { transportFailure } from "./transport-failure.ts";
import { UpstreamError } from "./upstream-error.ts";

export interface HttpClientOptions {
  readonly userAgent: string;
  /** Largest body accepted, as sent and again when unpacked. */
  readonly maxBytes?: number;
  readonly connectionsPerHost?: number;
}

const MAX_BYTES = 4 * 1024 * 1024;
const CONNECTIONS_PER_HOST = 8;

export function createHttpClient(options: HttpClientOptions): HttpClient {
  const { userAgent, maxBytes = MAX_BYTES } = options;
  const agent = new Agent({ connections: options.connectionsPerHost ?? CONNECTIONS_PER_HOST });

  return {
    async json(request) {
      const { signal } = request;
      const call = describeCall(request);
      const headers = requestHeaders(request, { userAgent, call });
      try {
        const answer = await send(request.url, {
          method: request.method ?? "GET",
          headers,
          body: request.body === undefined ? null : JSON.stringify(request.body),
          dispatcher: agent,
          signal,
        });
        const received = joinRepeated(answer.headers);
        if (answer.statusCode < 200 || answer.statusCode > 299) {
          // Read to its end in the background so that the connection can be used again; the signal bounds it.
          void answer.body.dump();
          throw statusFailure(call, answer.statusCode, received);
        }
        const raw = await readBody(answer.body, { call, maxBytes });
        const json = await parseJson(raw, { call, maxBytes, headers: received });
        return { data: checked(request.schema, json, call), status: answer.statusCode, headers: received };
      } catch (error) {
        throw transportFailure(error, call, signal);
      }
    },

    async close() {
      await agent.destroy();
    },
  };
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
