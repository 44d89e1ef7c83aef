import type { IncomingMessage } from "node:http";

/** What of a request cannot be taken, with the status to answer. */
export interface BodyProblem {
  readonly status: 400 | 413 | 415;
  readonly problem: string;
}

/** The JSON value of a body of at most so many bytes; undefined where the client went away. */
export async function readJsonBody(
  request: IncomingMessage,
  mostBytes: number,
): Promise<{ readonly value: unknown } | BodyProblem | undefined> {
  const unfit = unfitHead(request);
  if (unfit !== undefined) return unfit;
  const tooLarge = { status: 413, problem: `the body is larger than ${mostBytes} bytes; send it in parts` } as const;
  if (Number(request.headers["content-length"] ?? 0) > mostBytes) return tooLarge;
  const body = await readBytes(request, mostBytes);
  if (body === "gone") return undefined;
  return body === "too large" ? tooLarge : parsed(body);
}

const JSON_TYPE = /^application\/(?:[\w.-]+\+)?json *(?:;|$)/i;

/** A page of another site can send any type but this one without being asked whether it may. */
function unfitHead({ headers }: IncomingMessage): BodyProblem | undefined {
  if (!JSON_TYPE.test(headers["content-type"] ?? ""))
    return { status: 415, problem: "the body has to be JSON, sent with Content-Type: application/json" };
  const coding = headers["content-encoding"]?.trim().toLowerCase() ?? "identity";
  return coding === "identity" || coding === ""
    ? undefined
    : { status: 415, problem: "the body has to be sent unpacked" };
}

/** What is beyond is still taken off the line, so that the client hears the answer, but kept nowhere. */
function readBytes(request: IncomingMessage, mostBytes: number): Promise<Buffer | "too large" | "gone"> {
  return new Promise((resolve) => {
    const chunks: Buffer[] = [];
    let length = 0;
    const take = (chunk: Buffer) => {
      length += chunk.length;
      if (length <= mostBytes) {
        chunks.push(chunk);
        return;
      }
      chunks.length = 0;
      request.off("data", take).resume();
      resolve("too large");
    };
    request
      .on("data", take)
      .on("end", () => resolve(Buffer.concat(chunks)))
      .on("error", () => resolve("gone"))
      .on("close", () => resolve("gone"));
  });
}

/** Errors of the parsers quote what they could not read, so they are not passed on. */
function parsed(body: Buffer): { readonly value: unknown } | BodyProblem {
  try {
    return { value: JSON.parse(new TextDecoder("utf-8", { fatal: true }).decode(body)) };
  } catch {
    return { status: 400, problem: "the body is not JSON in UTF-8, or it is cut short" };
  }
}
