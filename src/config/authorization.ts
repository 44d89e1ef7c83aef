import { resolve } from "node:path";
import { z } from "zod";
import { Secret } from "../secret.ts";
import { isOpenToAll, readTextFile } from "../text-file.ts";
import { keyProblem } from "./credential.ts";
import type { Report } from "./problem.ts";
import { scalar } from "./scalars.ts";

/** Keys that Prometheus takes and that would put a credential into the file. */
function inlineSecret(instead: string) {
  const problem = `a credential never stands in this file; name its file with ${instead}`;
  return scalar<never>({ not: {} }, () => ({ problem }))
    .optional()
    .meta({ description: "refused: a credential never stands in this file" });
}

export const file = (holds: string) =>
  z
    .string()
    .min(1)
    .meta({ description: `path of the file that holds ${holds}` });

/** How a call to a server of the user's own says who we are, in the keys of Prometheus. */
export const AUTHORIZATION = {
  basic_auth: z
    .strictObject({
      username: z.string().min(1).meta({ description: "the user name" }),
      password_file: file("the password alone"),
      password: inlineSecret("password_file"),
    })
    .optional()
    .meta({ description: "`username` and `password_file`" }),
  authorization: z
    .strictObject({
      type: z
        .string()
        .regex(/^[A-Za-z][A-Za-z0-9-]*$/, "needs a word such as Bearer")
        .prefault("Bearer")
        .meta({ description: "what the header says before the credential" }),
      credentials_file: file("the credential alone"),
      credentials: inlineSecret("credentials_file"),
    })
    .optional()
    .meta({ description: "`type` (`Bearer`) and `credentials_file`. Not together with `basic_auth`" }),
  bearer_token: inlineSecret("authorization.credentials_file"),
};

export type AuthorizationSettings = z.infer<z.ZodObject<typeof AUTHORIZATION>>;

export const hasOneCredential = ({ basic_auth, authorization }: AuthorizationSettings) =>
  basic_auth === undefined || authorization === undefined;
export const ONE_CREDENTIAL = "needs either basic_auth or authorization, not both";

export interface Surroundings {
  /** Where relative paths start. */
  readonly directory: string;
  /** Paths begin at the block. */
  readonly report: Report;
  readonly warn: (text: string) => void;
}

/** The `Authorization` header as the file of its credential holds it now. */
export type ReadAuthorization = () => Promise<{ readonly header: Secret } | { readonly problem: string }>;

interface Authorization {
  readonly credential: Secret;
  readonly header: Secret;
  readonly readAgain: ReadAuthorization;
}

export const openToAll = (key: string, owner: string) =>
  `every user may read the ${key} of ${owner}; take that right away with chmod o-r`;

export const MAX_FILE_BYTES = 256 * 1024;

/** Reads the credential that a block names, if it names one; `owner` is whose it is, in words. */
export async function authorizationOf(
  { basic_auth, authorization }: AuthorizationSettings,
  owner: string,
  { directory, report, warn }: Surroundings,
): Promise<Authorization | undefined> {
  const [key, path] =
    basic_auth === undefined
      ? ["authorization.credentials_file", authorization?.credentials_file]
      : ["basic_auth.password_file", basic_auth.password_file];
  if (path === undefined) return undefined;
  const toHeader = (text: string): Secret =>
    new Secret(
      basic_auth === undefined
        ? `${authorization?.type} ${text}`
        : `Basic ${Buffer.from(`${basic_auth.username}:${text}`).toString("base64")}`,
    );
  const read = async () => {
    const found = await readTextFile(resolve(directory, path), MAX_FILE_BYTES);
    if ("problem" in found) return found;
    const text = found.text.trim();
    const problem = text === "" ? "is empty" : keyProblem(text);
    return problem === undefined
      ? { credential: new Secret(text), header: toHeader(text), mode: found.mode }
      : { problem };
  };
  const first = await read();
  if ("problem" in first) {
    report(key.split("."), `the file ${first.problem}; it has to hold the credential alone`);
    return undefined;
  }
  if (isOpenToAll(first.mode)) warn(openToAll(key, owner));
  const readAgain = async () => {
    const now = await read();
    return "problem" in now ? { problem: `the file of its credential ${now.problem}` } : { header: now.header };
  };
  return { ...first, readAgain };
}
