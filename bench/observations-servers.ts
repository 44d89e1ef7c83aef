// The two servers that bench/observations.ts compares, in a thread of their own.
import { once } from "node:events";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { MessagePort } from "node:worker_threads";
import { createApp } from "../src/app.ts";
import { loadConfig } from "../src/config/load.ts";
import { createLogger } from "../src/log.ts";
import { PROVIDERS } from "../src/providers/registry.ts";

const ACCOUNTS = 20;

/** Tells where they listen, and from then on the CPU time of this thread whenever it is asked. */
export async function serveObservations(port: MessagePort): Promise<void> {
  const bare = await startBare();
  const ours = await startDaemon(bare);
  port.postMessage({ ours: `${ours}/api/v1/observations`, bare: `${bare}/observations` });
  port.on("message", () => {
    const { user, system } = process.threadCpuUsage();
    port.postMessage(user + system);
  });
}

async function startBare(): Promise<string> {
  const server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on("data", (chunk: Buffer) => chunks.push(chunk));
    request.on("end", () => {
      // The daemon asks for the models of its accounts here, without a body.
      const text = Buffer.concat(chunks).toString();
      const answer = JSON.stringify(text === "" ? { data: [] } : { accepted: [JSON.parse(text)].flat().length });
      response.writeHead(200, { "Content-Type": "application/json", "Content-Length": Buffer.byteLength(answer) });
      response.end(answer);
    });
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

async function startDaemon(upstream: string): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), "bench-observations-"));
  const path = join(folder, "config.yaml");
  const accounts = Array.from({ length: ACCOUNTS }, (_, index) => ({
    ...{ name: `team-${index}`, provider: "openai", base_url: upstream, api_key_env: "KEY" },
  }));
  await writeFile(path, JSON.stringify({ web: { listen_address: "127.0.0.1:0" }, state: { memory: true }, accounts }));
  const config = await loadConfig({ path, env: { KEY: "sk-0123456789abcdef" }, providers: PROVIDERS });
  await rm(folder, { recursive: true });
  const log = createLogger({ level: "fatal", format: "json", scrub: (line) => line, write: () => undefined });
  return createApp({ config, log, build: { version: "0", revision: "", nodeVersion: "v24" } }).start();
}
