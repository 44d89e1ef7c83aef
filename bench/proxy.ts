// What the proxy adds to a call, beside the same call made directly, in one run of about half a minute: `npm run bench:proxy`.
// The provider and the daemon stand in threads of their own; calls go one after the other over a connection that is kept.
import { once } from "node:events";
import { Agent, type IncomingMessage, request } from "node:http";
import { parentPort, Worker, workerData } from "node:worker_threads";
import { EVENTS, serveProvider, serveProxy } from "./proxy-servers.ts";
import { medianOf } from "./series.ts";

const ROUNDS = 5;
const CASES = [
  { name: "JSON, whole answer", path: "chat/completions", calls: 400, until: "end" },
  { name: "stream, first byte", path: "stream", calls: 25, until: "first byte" },
  { name: `stream, all ${EVENTS} events`, path: "stream", calls: 25, until: "end" },
] as const;

type Until = (typeof CASES)[number]["until"];

const BODY = JSON.stringify({ model: "gpt-5", messages: [{ role: "user", content: "word ".repeat(400) }] });

if (parentPort === null) await compare();
else if (workerData === undefined) await serveProvider(parentPort);
else await serveProxy(parentPort, workerData as number);

async function compare(): Promise<void> {
  const provider = new Worker(new URL(import.meta.url));
  const [providerPort] = (await once(provider, "message")) as [number];
  const daemon = new Worker(new URL(import.meta.url), { workerData: providerPort });
  const [proxyPort] = (await once(daemon, "message")) as [number];
  const agent = new Agent({ keepAlive: true, maxSockets: 1 });

  console.log("medians                  direct ms   proxy ms   added ms   ratio");
  for (const { name, path, calls, until } of CASES) {
    const direct: number[] = [];
    const proxied: number[] = [];
    const series = async (port: number, root: string) => seriesOf(calls, () => timed(agent, port, root + path, until));
    await series(providerPort, "/v1/");
    await series(proxyPort, "/openai/");
    for (let round = 0; round < ROUNDS; round++) {
      direct.push(...(await series(providerPort, "/v1/")));
      proxied.push(...(await series(proxyPort, "/openai/")));
    }
    const [one, other] = [medianOf(direct), medianOf(proxied)];
    const cells = [one, other, other - one].map((ms) => ms.toFixed(3).padStart(10)).join(" ");
    console.log(`${name.padEnd(24)}${cells}   ${(other / one).toFixed(2).padStart(5)}`);
  }
  agent.destroy();
  await Promise.all([provider.terminate(), daemon.terminate()]);
}

async function seriesOf(calls: number, call: () => Promise<number>): Promise<readonly number[]> {
  const times: number[] = [];
  for (let index = 0; index < calls; index++) times.push(await call());
  return times;
}

async function timed(agent: Agent, port: number, path: string, until: Until): Promise<number> {
  const startedAt = performance.now();
  const headers = { "content-type": "application/json", authorization: "Bearer sk-callers-own" };
  const sent = request({ host: "127.0.0.1", port, path, method: "POST", agent, headers });
  sent.end(BODY);
  const [response] = (await once(sent, "response")) as [IncomingMessage];
  let firstAt = 0;
  response.once("data", () => {
    firstAt = performance.now();
  });
  await once(response, "end");
  return (until === "end" ? performance.now() : firstAt) - startedAt;
}
