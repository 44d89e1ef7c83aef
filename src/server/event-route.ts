import type { RequestHandler, Response } from "express";
import type { Snapshot } from "../engine/snapshot.ts";
import { chosenAccounts, sendProblem } from "./choice.ts";
import type { Events } from "./events.ts";
import { queryOf } from "./query.ts";
import { sendError } from "./respond.ts";

interface EventDeps {
  readonly events: Pick<Events, "follow">;
  readonly snapshot: () => Snapshot;
}

/** Who does not read is cut at so many bytes: all that is kept for who comes back fits in, with room to spare. */
const MOST_WAITING_BYTES = 1024 * 1024;
const RETRY_AFTER_SECONDS = 15;

/** The stream of what changes, for as long as the client stays. */
export function eventRoute({ events, snapshot }: EventDeps): RequestHandler {
  return (request, response) => {
    const choice = chosenAccounts(queryOf(request), snapshot());
    if ("problem" in choice) {
      sendProblem(response, choice.problem);
      return;
    }
    if (request.method === "HEAD") {
      beginStream(response);
      response.end();
      return;
    }
    const followed = events.follow({
      write: (text) => writeTo(response, text),
      end: () => response.end(),
      wants: choice.matches,
      since: request.get("Last-Event-ID"),
    });
    if (typeof followed !== "string") {
      response.on("close", followed.leave);
      // What is written to a connection that has just gone fails; there is nobody left to hear of it.
      response.on("error", followed.leave);
      return;
    }
    response.set("Retry-After", String(RETRY_AFTER_SECONDS));
    sendError(response, 503, followed === "full" ? "too many follow the events already" : "the daemon is stopping");
  };
}

/** Proxies must neither keep the stream nor wait for its end, and nobody can use its connection for anything else. */
function beginStream(response: Response): void {
  response.writeHead(200, {
    "Content-Type": "text/event-stream; charset=utf-8",
    "X-Accel-Buffering": "no",
    Connection: "close",
  });
}

function writeTo(response: Response, text: string): boolean {
  if (response.destroyed || response.writableEnded) return false;
  if (!response.headersSent) beginStream(response);
  if (response.writableLength + Buffer.byteLength(text) > MOST_WAITING_BYTES) {
    response.destroy();
    return false;
  }
  response.write(text);
  return true;
}
