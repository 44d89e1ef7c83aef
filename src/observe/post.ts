import * as http from "node:http";
import * as https from "node:https";
import type { Socket } from "node:net";

/** `later`: it was not reached, or is too busy; what was posted may be posted again. */
export type Posted = "taken" | "refused" | "later";

const TIMEOUT_MS = 5000;
const TOO_BUSY = new Set([408, 429]);

/**
 * Posts JSON to one address. Not by `fetch`, which may itself be observed. Unless `hold` asks for it, no call keeps the
 * process alive.
 */
export function createPost(url: URL, token: string | undefined) {
  const { Agent, request } = url.protocol === "https:" ? https : http;
  const agent = new Agent({ keepAlive: true, maxSockets: 1 });
  let isHeld = false;
  let open: Socket | undefined;
  const applyHold = () => {
    if (isHeld) open?.ref();
    else open?.unref();
  };

  return {
    post: (body: string): Promise<Posted> =>
      new Promise((resolve) => {
        const headers = {
          "content-type": "application/json",
          "content-length": Buffer.byteLength(body),
          ...(token !== undefined && { authorization: `Bearer ${token}` }),
        };
        const call = request(url, { method: "POST", agent, headers, timeout: TIMEOUT_MS }, (answer) => {
          const { statusCode = 0 } = answer;
          answer.resume();
          answer.on("error", () => resolve("later"));
          answer.on("close", () => {
            open = undefined;
            resolve(meaningOf(statusCode));
          });
        });
        call.on("socket", (socket) => {
          open = socket;
          applyHold();
        });
        call.on("timeout", () => call.destroy());
        call.on("error", () => resolve("later"));
        call.end(body);
      }),
    hold(hold: boolean) {
      isHeld = hold;
      applyHold();
    },
    close: () => agent.destroy(),
  };
}

function meaningOf(status: number): Posted {
  if (status >= 200 && status < 300) return "taken";
  return status >= 500 || TOO_BUSY.has(status) ? "later" : "refused";
}
