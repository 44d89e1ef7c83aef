import { promisify } from "node:util";
import { constants, gzip } from "node:zlib";
import type { Request, Response } from "express";
import type { Coding } from "../metrics/page.ts";
import { toJson } from "./json.ts";
import type { NotFound, Problem } from "./schemas/problem.ts";

export const TEXT = "text/plain; charset=utf-8";
export const HTML = "text/html; charset=utf-8";
const JSON_TYPE = "application/json; charset=utf-8";
/** Prometheus 3 fails a scrape whose type is not exactly one it knows. */
export const EXPOSITION = "text/plain; version=0.0.4; charset=utf-8";

const pack = promisify(gzip);

export function sendPacked(request: Request, response: Response, type: string, text: string): Promise<void> {
  const bodyIn = async (coding: Coding) =>
    coding === "gzip" ? await pack(text, { level: constants.Z_BEST_SPEED }) : text;
  return sendCoded(request, response, type, bodyIn);
}

/** For a body that is there in either coding: the client says in which it is sent. */
export async function sendCoded(
  request: Request,
  response: Response,
  type: string,
  bodyIn: (coding: Coding) => Promise<string | Buffer>,
): Promise<void> {
  const coding = request.acceptsEncodings("gzip", "identity") === "gzip" ? "gzip" : "identity";
  const body = await bodyIn(coding);
  response.set("Vary", "Accept-Encoding");
  if (coding === "gzip") response.set("Content-Encoding", "gzip");
  send(response, 200, type, body);
}

export function sendDocument(request: Request, response: Response, document: object): Promise<void> {
  return sendPacked(request, response, JSON_TYPE, `${toJson(document)}\n`);
}

/** A short document with a status of its own, unpacked. */
export function sendAnswer(response: Response, status: number, document: object): void {
  send(response, status, JSON_TYPE, `${toJson(document)}\n`);
}

/** What went wrong with a call of the API. */
export function sendError(response: Response, status: number, error: string): void {
  const problem: Problem = { error };
  sendAnswer(response, status, problem);
}

export function sendNotFound(response: Response, problem: NotFound): void {
  sendAnswer(response, 404, problem);
}

/** Not express' own `send`: that one rewrites the content type, and Prometheus wants it to the letter. */
export function send(response: Response, status: number, type: string, body: string | Buffer): void {
  response.writeHead(status, { "Content-Type": type, "Content-Length": Buffer.byteLength(body) });
  response.end(body);
}
