// A provider and the daemon with its proxy before it, for bench/proxy.ts; each in a thread of its own.
import { once } from "node:events";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { createServer, type ServerResponse } from "node:http";
import { type AddressInfo, createServer as createSocketServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { MessagePort } from "node:worker_threads";
import { createApp } from "../src/app.ts";
import { loadConfig } from "../src/config/load.ts";
import { createLogger } from "../src/log.ts";
import { PROVIDERS } from "../src/providers/registry.ts";

const LIMITS = {
  "x-ratelimit-limit-requests": "5000",
  "x-ratelimit-remaining-requests": "4999",
  "x-ratelimit-reset-requests": "59s",
};
const TEXT = "Whatever a model says in one piece of its answer. ".repeat(4);
const ANSWER = JSON.stringify({
  model: "gpt-5",
  choices: [{ message: { role: "assistant", content: TEXT.repeat(5) } }],
  usage: { prompt_tokens: 500, completion_tokens: 300 },
});
const EVENT = `data: ${JSON.stringify({ model: "gpt-5", choices: [{ delta: { content: TEXT } }], usage: null })}\n\n`;
const LAST =
  'data: {"model":"gpt-5","choices":[],"usage":{"prompt_tokens":500,"completion_tokens":300}}\n\ndata: [DONE]\n\n';
/** A model makes them one by one; all at once would measure who gets the processor first. */
export const EVENTS = 20;
const PAUSE_MS = 2;

/** Tells its port. */
export async function serveProvider(port: MessagePort): Promise<void> {
  const server = createServer((request, response) => {
    request.resume();
    request.on("end", () => {
      if (request.url === "/v1/stream") sendStream(response);
      else response.writeHead(200, { "content-type": "application/json", ...LIMITS }).end(ANSWER);
    });
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  port.postMessage((server.address() as AddressInfo).port);
}

function sendStream(response: ServerResponse): void {
  response.writeHead(200, { "content-type": "text/event-stream", ...LIMITS });
  let left = EVENTS;
  const next = () => {
    if (left-- === 0) return response.end(LAST);
    response.write(EVENT);
    return setTimeout(next, PAUSE_MS);
  };
  next();
}

/** Tells the port of its proxy, which takes calls at /openai. */
export async function serveProxy(port: MessagePort, provider: number): Promise<void> {
  const proxyPort = await freePort();
  const folder = await mkdtemp(join(tmpdir(), "bench-proxy-"));
  const path = join(folder, "config.yaml");
  const accounts = [
    { name: "team", provider: "openai", api_key_env: "KEY", base_url: `http://127.0.0.1:${provider}/v1` },
  ];
  const proxy = { listen_address: `127.0.0.1:${proxyPort}`, routes: [{ path: "/openai", account: "team" }] };
  const web = { listen_address: "127.0.0.1:0" };
  await writeFile(path, JSON.stringify({ web, proxy, state: { memory: true }, accounts }));
  const config = await loadConfig({ path, env: { KEY: "sk-bench-0123456789" }, providers: PROVIDERS });
  await rm(folder, { recursive: true });
  const log = createLogger({ level: "fatal", format: "json", scrub: (text) => text, write: () => undefined });
  const app = createApp({ config, log, build: { version: "0.0.0", revision: "", nodeVersion: process.version } });
  await app.start();
  port.postMessage(proxyPort);
}

async function freePort(): Promise<number> {
  const server = createSocketServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, "close");
  return port;
}
