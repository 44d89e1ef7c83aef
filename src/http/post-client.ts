import { Agent, request as send } from "undici";
import type { Secret } from "../secret.ts";
import { describeCall } from "./outgoing.ts";
import { transportFailure } from "./transport-failure.ts";

export interface TlsOptions {
  /** PEM. Without it, the certificate authorities of the system count. */
  readonly ca?: string;
  readonly cert?: string;
  readonly key?: Secret;
  /** The name in the certificate, where it is not that of the URL. */
  readonly serverName?: string;
  /** False takes any certificate. */
  readonly isVerified: boolean;
  readonly leastVersion: "TLSv1.2" | "TLSv1.3";
}

interface PostRequest {
  readonly url: string;
  readonly authorization?: Secret | undefined;
  /** JSON. */
  readonly body: string;
  readonly signal: AbortSignal;
}

export interface PostAnswer {
  /** Any status there is: a redirect is not followed. */
  readonly status: number;
  /** How the body begins, in one line; no credential that was sent. */
  readonly text: string;
  /** What the other side takes for the present time, to the second. */
  readonly date: Date | undefined;
}

export interface PostClient {
  /** One call, never repeated. Throws an `UpstreamError` when there is no answer, or the reason of `signal`. */
  post(request: PostRequest): Promise<PostAnswer>;
  close(): Promise<void>;
}

const MOST_TEXT = 300;
const MAX_BYTES = 64 * 1024;

/** For messages that others take or refuse. Two connections: one may still be hanging when the next message goes. */
export function createPostClient({ userAgent, tls }: { userAgent: string; tls?: TlsOptions | undefined }): PostClient {
  const agent = new Agent({ connections: 2, ...(tls && { connect: toConnect(tls) }) });
  return {
    async post({ url, authorization, body, signal }) {
      const call = describeCall({ url, method: "POST" });
      const headers = {
        "content-type": "application/json",
        "user-agent": userAgent,
        ...(authorization && { authorization: authorization.reveal() }),
      };
      try {
        const answer = await send(url, { method: "POST", headers, body, dispatcher: agent, signal });
        const text = await beginningOf(answer.body);
        const date = new Date(String(answer.headers["date"]));
        return {
          status: answer.statusCode,
          text: shown(text, authorization),
          date: Number.isNaN(date.getTime()) ? undefined : date,
        };
      } catch (error) {
        throw transportFailure(error, call, signal);
      }
    },
    async close() {
      await agent.destroy();
    },
  };
}

export function toConnect({ ca, cert, key, serverName, isVerified, leastVersion }: TlsOptions) {
  return {
    ...(ca !== undefined && { ca }),
    ...(cert !== undefined && { cert }),
    ...(key !== undefined && { key: key.reveal() }),
    ...(serverName !== undefined && { servername: serverName }),
    rejectUnauthorized: isVerified,
    minVersion: leastVersion,
  };
}

async function beginningOf(body: AsyncIterable<Uint8Array>): Promise<string> {
  const chunks: Uint8Array[] = [];
  let length = 0;
  for await (const chunk of body) {
    chunks.push(chunk);
    length += chunk.length;
    if (length > MAX_BYTES) break;
  }
  return Buffer.concat(chunks).toString("utf8");
}

/** Somebody on the way may answer with what was sent. */
function shown(text: string, authorization: Secret | undefined): string {
  // After the type; it may hold spaces itself.
  const credential = authorization?.reveal().replace(/^\S+ /, "") ?? "";
  const scrubbed = credential === "" ? text : text.replaceAll(credential, String(authorization));
  return scrubbed
    .replaceAll(/[\p{Cc}\p{Cf}]+/gu, " ")
    .trim()
    .slice(0, MOST_TEXT);
}
