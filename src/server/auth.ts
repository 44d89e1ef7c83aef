import type { RequestHandler } from "express";
import { sendError } from "./respond.ts";

/** What everybody has to show. */
export interface Token {
  readonly accepts: (given: string) => Promise<boolean>;
}

export interface TokenGate {
  /** Asked at every request; undefined where nothing has to be shown. */
  readonly token: () => Token | undefined;
  /** Hears of everyone who is not let in. */
  readonly refused: (why: "missing" | "wrong") => void;
}

/** A kubelet and a load balancer ask these, and learn nothing but that the daemon lives. */
const OPEN: ReadonlySet<string> = new Set(["/-/healthy", "/-/ready"]);

/** Both: a browser asks its user for the second. */
const CHALLENGES = ['Bearer realm="llm-quota-exporter"', 'Basic realm="llm-quota-exporter", charset="UTF-8"'];

/** Lets only those pass who show the token, whatever they ask for and wherever they are. */
export function tokenGate({ token, refused }: TokenGate): RequestHandler {
  return async (request, response, next) => {
    const wanted = token();
    if (wanted === undefined || OPEN.has(request.path)) {
      next();
      return;
    }
    const given = shownIn(request.headers.authorization);
    if (given !== undefined && (await wanted.accepts(given))) {
      next();
      return;
    }
    refused(given === undefined ? "missing" : "wrong");
    response.set("WWW-Authenticate", CHALLENGES);
    const what = given === undefined ? "this daemon asks for a token" : "this is not the token";
    sendError(response, 401, `${what}: send it as Authorization: Bearer TOKEN, or as the password of any user`);
  };
}

/** The token of a bearer, or the password of a user of any name. */
function shownIn(authorization: string | undefined): string | undefined {
  const [, scheme = "", credential = ""] = /^(bearer|basic) +([^ ]+) *$/i.exec(authorization ?? "") ?? [];
  if (scheme === "") return undefined;
  if (scheme.toLowerCase() === "bearer") return credential;
  const pair = Buffer.from(credential, "base64").toString();
  return pair.includes(":") ? pair.slice(pair.indexOf(":") + 1) : undefined;
}
