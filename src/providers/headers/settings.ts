import { z } from "zod";
import { WINDOW_SECONDS } from "../../http/bucket-names.ts";

const LONGEST_PATH = 300;
/** What no server takes for another segment, another host or the end of the path. */
const PATH = /^\/[A-Za-z0-9._~!$&'()*+,;=:@%/-]*(?:\?[A-Za-z0-9._~!$&'()*+,;=:@%/?-]*)?$/;
/** It would leave what `base_url` names. Parsers of addresses take `%2e` for a dot. */
const LEAVES = /\/\/|\.\.|%2e/i;
const HOLDS_KEY =
  /(?:^|[._-])(?:key|token|secret|password|auth|authorization|credential|signature|sig)$|(?:api|access)_?(?:key|token)$/i;

const path = z
  .string()
  .max(LONGEST_PATH)
  .refine((text) => PATH.test(text) && !LEAVES.test(text), {
    error: 'needs a path below base_url that begins with one "/", such as /models, without "//" and ".."',
    abort: true,
  })
  .refine((text) => !queryNames(text).some((name) => HOLDS_KEY.test(name)), {
    error: "must not hold a key; it comes from api_key_env or api_key_file and is sent in key_header",
  });

function queryNames(text: string): readonly string[] {
  const [, query = ""] = text.split("?", 2);
  return query.split("&").map((pair) => pair.split("=", 1)[0] ?? "");
}

/** The client sets them itself, or the connection ends with them. */
const TAKEN: ReadonlySet<string> = new Set([
  ...["accept", "accept-encoding", "connection", "content-length", "content-type", "expect", "host", "keep-alive"],
  ...["proxy-authorization", "te", "trailer", "transfer-encoding", "upgrade", "user-agent"],
]);

const keyHeader = z
  .string()
  .regex(/^[A-Za-z][A-Za-z0-9-]{0,63}$/, "needs the name of a header, such as x-api-key; never the key itself")
  .transform((name) => name.toLowerCase())
  .refine((name) => !TAKEN.has(name), "is a header that carries something else; name the one that carries the key");

const window = z.enum(Object.keys(WINDOW_SECONDS) as (keyof typeof WINDOW_SECONDS)[]);

export const HEADERS_SETTINGS = {
  check: path.optional(),
  probe: z.boolean().optional(),
  probe_request: z
    .strictObject({
      path: path.meta({ description: "below base_url" }),
      method: z.enum(["GET", "POST"]).default("POST").meta({ description: "GET or POST" }),
      body: z.record(z.string(), z.unknown()).optional().meta({ description: "constant JSON, for POST" }),
    })
    .optional(),
  windows: z
    .strictObject({
      requests: window.optional().meta({ description: "over how long requests are counted, where no header says it" }),
      tokens: window.optional().meta({ description: "over how long tokens are counted, where no header says it" }),
    })
    .default({}),
  key_header: keyHeader.default("authorization"),
};
type HeadersSettings = z.infer<z.ZodObject<typeof HEADERS_SETTINGS>>;

/** What of a probe is missing, or too much. */
export function probeProblem({ probe, probe_request: request }: Pick<HeadersSettings, "probe" | "probe_request">) {
  const problem = (text: string) => ({ key: "probe_request", problem: text }) as const;
  if (request === undefined)
    return probe === true
      ? problem("needs the path and the body of the call to make, because probe is true")
      : undefined;
  if (probe === undefined)
    return {
      key: "probe",
      problem: "needs true for probe_request to be made, which may cost something, or false",
    } as const;
  const { method, body } = request;
  if (method === "POST" && body === undefined)
    return problem("needs a body, as it is a POST; or set its method to GET");
  return method === "GET" && body !== undefined
    ? problem("has a body, which a GET does not send; remove it, or set its method to POST")
    : undefined;
}
