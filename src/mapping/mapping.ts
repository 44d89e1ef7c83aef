import { z } from "zod";
import { expression } from "./choice.ts";
import { KEY_FIELD, KEY_HEADER, keyIn, refuseKeys } from "./no-key.ts";
import { type ReadingRule, readingRule } from "./reading-rule.ts";
import { placeholdersIn, TIME_NAMES } from "./template.ts";
import { described, FAILURE_WORDS, MAPPING_WORDS, PAGES_WORDS, REQUEST_WORDS, STEP_WORDS } from "./words.ts";

/** Why an answer is a failure, as far as an answer can tell that. */
const REASONS = ["auth", "not_entitled", "rate_limited", "server", "client", "malformed"] as const;

const SCHEMES = ["bearer", "raw", "token", "key", "basic", "none"] as const;
/** They say how a message travels, and to whom: another value would break the call, or send the key elsewhere. */
const OF_THE_CLIENT =
  /^(?:host|content-length|transfer-encoding|connection|keep-alive|upgrade|expect|te|trailer|accept-encoding|proxy-.*)$/i;
const OF_THE_CLIENT_HINT = "is a header that the HTTP client sets itself";

/** How an account proves who it is: one of the schemes, a header of its own, or a field of the body. */
const auth = z
  .string()
  .refine(
    (text) =>
      SCHEMES.some((one) => one === text) ||
      /^header:[A-Za-z][A-Za-z0-9-]{0,60}$/.test(text) ||
      /^body:\w{1,60}$/.test(text),
    `needs one of ${SCHEMES.join(", ")}, or header:NAME such as header:x-api-key, or body:NAME`,
  )
  .refine((text) => !OF_THE_CLIENT.test(text.replace(/^header:/, "")), OF_THE_CLIENT_HINT);

const PATH = /^\/(?!\/)[A-Za-z0-9/_.~!$&'()*+,;=:@%{}-]*$/;

const path = z.string().superRefine((text, context) => {
  const problem = pathProblem(text);
  if (problem !== undefined) context.addIssue({ code: "custom", message: problem });
});

function pathProblem(text: string): string | undefined {
  if (/^[a-z][a-z0-9+.-]*:|^\/\//i.test(text))
    return "names another host; needs a path below base_url such as /v1/usage";
  if (text.includes("?")) return "has a query; put its parts under request.query";
  // Parsers of addresses take %2e for a dot.
  if (/(^|\/)(\.|%2e){1,2}(\/|$)/i.test(text)) return "must not have . or .. in it";
  return PATH.test(text) ? keyIn(text) : "needs a path below base_url that begins with a slash, such as /v1/usage";
}

const headers = z
  .record(z.string().regex(/^[A-Za-z][A-Za-z0-9-]{0,60}$/, "needs the name of a header"), z.string())
  .superRefine((fields, context) => {
    refuseKeys(fields, context, KEY_HEADER);
    for (const name of Object.keys(fields).filter((one) => OF_THE_CLIENT.test(one))) {
      context.addIssue({ code: "custom", path: [name], message: OF_THE_CLIENT_HINT });
    }
  });

const query = z
  .record(z.string().min(1), z.union([z.string(), z.number()], "needs text or a number").transform(String))
  .superRefine((fields, context) => refuseKeys(fields, context, KEY_FIELD));

const pages = z.strictObject(
  described(
    {
      next: expression,
      query: z.string().min(1).optional(),
      body: z.string().min(1).optional(),
      most: z.int().min(2).max(50).default(20),
    },
    PAGES_WORDS,
  ),
);

export const request = z
  .strictObject(
    described(
      {
        path: z.union([path, z.array(path).min(1).max(4)], "needs a path below base_url such as /v1/usage"),
        method: z.enum(["GET", "POST"]).default("GET"),
        query: query.optional(),
        headers: headers.optional(),
        body: z.unknown().optional(),
        auth: auth.optional(),
        pages: pages.optional(),
      },
      REQUEST_WORDS,
    ),
  )
  .superRefine(({ method, body, auth: scheme, pages: paging }, context) => {
    const add = (key: string, message: string) => context.addIssue({ code: "custom", path: [key], message });
    const isObject = typeof body === "object" && body !== null && !Array.isArray(body);
    if (body !== undefined && !isObject && (scheme?.startsWith("body:") || paging?.body !== undefined)) {
      add("body", "needs to be an object, as the key or the next page becomes a field of it");
    }
    const planted = keyIn(body);
    if (planted !== undefined) add("body", planted);
    const wantsBody = body !== undefined || scheme?.startsWith("body:") === true || paging?.body !== undefined;
    if (method === "GET" && wantsBody) add("method", "needs to be POST, as there is a body");
    if (paging !== undefined && (paging.query === undefined) === (paging.body === undefined)) {
      add("pages", "needs either query or body: the name under which the next page is asked for");
    }
  });
export type RequestRule = z.infer<typeof request>;

/** A call before, of which one value goes into the paths, queries and bodies of the others as `{name}`. */
const step = z.strictObject(
  described(
    {
      set: z
        .string()
        .regex(/^[a-z][a-z0-9_]{0,30}$/, "needs a name in lower snake case")
        .refine((name) => !TIME_NAMES.some((one) => one === name), "is a part of the time; needs another name"),
      path,
      auth: auth.optional(),
      value: expression,
    },
    STEP_WORDS,
  ),
);

const failure = z.strictObject(
  described(
    {
      when: expression,
      reason: z.enum(REASONS),
      hint: z.string().max(200).optional(),
    },
    FAILURE_WORDS,
  ),
);
export type FailureRule = z.infer<typeof failure>;

/** Two that every answer has under one id: of one of them nobody would see anything. */
function refuseTwins(rules: readonly ReadingRule[], context: z.RefinementCtx): void {
  const seen = new Map<string, number>();
  for (const [index, { quota, when }] of rules.entries()) {
    if (when !== undefined || !("is" in quota)) continue;
    const first = seen.get(quota.is);
    if (first === undefined) seen.set(quota.is, index);
    else {
      const message = `is the id of readings.${first} too; give it another, or say with when which of the two an answer has`;
      context.addIssue({ code: "custom", path: [index, "quota"], message });
    }
  }
}

const variable = z.string().refine((text) => !/^\.{0,2}$/.test(text), "needs a text, and neither . nor ..");

/** Everything that makes readings of an account out of the answers of an API. */
export const MAPPING_SHAPE = described(
  {
    request,
    before: z.array(step).max(3).optional(),
    variables: z
      .record(z.string().regex(/^[a-z][a-z0-9_]{0,30}$/, "needs a name in lower snake case"), variable)
      .superRefine((texts, context) => refuseKeys(texts, context, KEY_FIELD))
      .optional(),
    failures: z.array(failure).max(20).optional(),
    plan: expression.optional(),
    readings: z.array(readingRule).min(1).max(32).superRefine(refuseTwins),
  },
  MAPPING_WORDS,
);

export const mapping = z.strictObject(MAPPING_SHAPE);
export type Mapping = z.infer<typeof mapping>;
/** As it is written. */
export type MappingText = z.input<typeof mapping>;

/** What stands in a mapping for nothing: the placeholders that nobody fills. */
export function unknownPlaceholders({ request: call, before = [], variables = {} }: Mapping): readonly string[] {
  const known = new Set<string>([...TIME_NAMES, ...Object.keys(variables), ...before.map(({ set }) => set)]);
  const texts = [call.path, call.query, call.headers, call.body, before.map(({ path: of }) => of)];
  return [...new Set(texts.flatMap(placeholdersIn))].filter((name) => !known.has(name));
}
