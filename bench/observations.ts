// Observations of live traffic over loopback HTTP, one by one and in batches of 100, beside a bare node:http handler that
// does nothing but JSON.parse the same bodies, in one run of about half a minute: `npm run bench:observations`. The daemon
// is the real one with 20 accounts, in a thread of its own, of which the CPU time is measured.
import { once } from "node:events";
import { Agent, request } from "node:http";
import { parentPort, Worker } from "node:worker_threads";
import { serveObservations } from "./observations-servers.ts";
import { medianOf } from "./series.ts";

/** Requests that are under way at once, each on a connection of its own that is kept. */
const CONNECTIONS = 8;
const ROUNDS = 5;
const CASES = [
  { name: "one by one", batch: 1, requests: 4000 },
  { name: "in batches of 100", batch: 100, requests: 200 },
] as const;

interface Servers {
  readonly ours: string;
  readonly bare: string;
}

if (parentPort === null) await compare();
else await serveObservations(parentPort);

async function compare(): Promise<void> {
  const worker = new Worker(new URL(import.meta.url));
  const servers = await answerOf<Servers>(worker);
  console.log(
    "                     observations/s    CPU µs each     observations/s   CPU of ours\n                     ours      bare    ours     bare   on one core      / bare",
  );
  for (const { name, batch, requests } of CASES) {
    const body = bodyOf(batch);
    await measure(worker, servers.ours, body, requests / 4);
    await measure(worker, servers.bare, body, requests / 4);
    const ours: Measured[] = [];
    const bare: Measured[] = [];
    for (let round = 0; round < ROUNDS; round++) {
      ours.push(await measure(worker, servers.ours, body, requests));
      bare.push(await measure(worker, servers.bare, body, requests));
    }
    print(name, inTotal(ours, batch * requests), inTotal(bare, batch * requests));
  }
  await worker.terminate();
}

interface Measured {
  readonly seconds: number;
  readonly cpuMicros: number;
}

async function measure(worker: Worker, url: string, body: string, requests: number): Promise<Measured> {
  const agent = new Agent({ keepAlive: true, maxSockets: CONNECTIONS });
  const cpuBefore = await cpuOf(worker);
  const startedAt = performance.now();
  let left = requests;
  const client = async () => {
    while (left-- > 0) await post(agent, url, body);
  };
  await Promise.all(Array.from({ length: CONNECTIONS }, client));
  const seconds = (performance.now() - startedAt) / 1000;
  const cpuMicros = (await cpuOf(worker)) - cpuBefore;
  agent.destroy();
  return { seconds, cpuMicros };
}

function inTotal(rounds: readonly Measured[], observations: number) {
  return {
    perSecond: observations / medianOf(rounds.map(({ seconds }) => seconds)),
    micros: medianOf(rounds.map(({ cpuMicros }) => cpuMicros)) / observations,
  };
}

type Total = ReturnType<typeof inTotal>;

function print(name: string, ours: Total, bare: Total): void {
  const cells = [ours.perSecond.toFixed(0), bare.perSecond.toFixed(0), ours.micros.toFixed(1), bare.micros.toFixed(1)];
  const onOneCore = (1e6 / ours.micros).toFixed(0);
  const ratio = (ours.micros / bare.micros).toFixed(1);
  console.log(
    `${name.padEnd(18)}${cells.map((cell) => cell.padStart(9)).join("")}${onOneCore.padStart(12)}${ratio.padStart(15)}`,
  );
}

/** As a gateway sees them: every header of a small answer, of accounts and models in turn. */
function bodyOf(batch: number): string {
  const observations = Array.from({ length: batch }, (_, index) => ({
    account: `team-${index % 20}`,
    status: 200,
    model: `gpt-${index % 5}`,
    usage: { input_tokens: 1200 + index, output_tokens: 340 },
    headers: {
      date: new Date().toUTCString(),
      "content-type": "application/json",
      "openai-processing-ms": "412",
      "x-request-id": "req_0123456789abcdef0123456789abcdef",
      "x-ratelimit-limit-requests": "5000",
      "x-ratelimit-limit-tokens": "2000000",
      "x-ratelimit-remaining-requests": String(4999 - index),
      "x-ratelimit-remaining-tokens": String(1_998_000 - index),
      "x-ratelimit-reset-requests": "12ms",
      "x-ratelimit-reset-tokens": "6m0s",
      "strict-transport-security": "max-age=31536000; includeSubDomains; preload",
      server: "cloudflare",
    },
  }));
  return JSON.stringify(batch === 1 ? observations[0] : observations);
}

function post(agent: Agent, url: string, body: string): Promise<void> {
  return new Promise((resolve, reject) => {
    const headers = { "content-type": "application/json", "content-length": Buffer.byteLength(body) };
    const outgoing = request(url, { method: "POST", agent, headers }, (response) => {
      response.resume();
      response.on("end", () => {
        if (response.statusCode === 200) resolve();
        else reject(new Error(`answered ${response.statusCode}`));
      });
    });
    outgoing.on("error", reject).end(body);
  });
}

/** Of the thread of the servers, so far. */
function cpuOf(worker: Worker): Promise<number> {
  const answer = answerOf<number>(worker);
  worker.postMessage("cpu");
  return answer;
}

/** Rejects for an error of the worker. */
async function answerOf<T>(worker: Worker): Promise<T> {
  const [answer]: T[] = await once(worker, "message");
  if (answer === undefined) throw new Error("the servers say nothing");
  return answer;
}
