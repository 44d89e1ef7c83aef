// A small gateway that asks the exporter which account to use next. It shows how routing advice is meant to be used; for
// production take its parts into the gateway that you have. Node 20 or newer, nothing to install:
//
//   node gateway.mjs gateway.json
//
// {
//   "port": 4000,
//   "exporter": "http://127.0.0.1:10844",
//   "advice_timeout_ms": 500,
//   "accounts": {
//     "<name of the account in the exporter>": { "base_url": "https://api.example.com/v1", "api_key_env": "EXAMPLE_API_KEY" }
//   }
// }
import { readFileSync } from "node:fs";
import { createServer } from "node:http";
import { argv, env } from "node:process";
import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";

// Advice is worth no long wait: a gateway goes on without it.
const {
  port,
  exporter,
  accounts,
  advice_timeout_ms = 500,
} = JSON.parse(readFileSync(argv[2] ?? "gateway.json", "utf8"));

/** Another account may do better: no credit, refused, too many requests, or the provider is down. */
const TRY_NEXT = new Set([401, 402, 403, 429, 500, 502, 503, 504, 529]);
const MOST_MODELS = 1000;

/** The last advice on each model, and until when it is good. */
const known = new Map();

async function ask(model) {
  try {
    const url = `${exporter}/api/v1/route?model=${encodeURIComponent(model)}&top=100`;
    const response = await fetch(url, { signal: AbortSignal.timeout(advice_timeout_ms) });
    if (response.status === 200) return await response.json();
    // 404: no account serves the model. Nobody is tried then.
    if (response.status === 404) return { candidates: [], ask_again_seconds: 60 };
  } catch {
    // Without the exporter calls go on by what it said last.
  }
  return undefined;
}

async function adviceOn(model) {
  const last = known.get(model);
  if (last !== undefined && Date.now() < last.until) return last.advice;
  const fresh = await ask(model);
  const advice = fresh ?? last?.advice;
  if (known.size >= MOST_MODELS) known.clear();
  known.set(model, { advice, until: Date.now() + (fresh?.ask_again_seconds ?? 5) * 1000 });
  return advice;
}

/** The accounts to try, the best first; in the order of the file as long as the exporter was never heard. */
function placesFor(model, advice) {
  const names = advice?.candidates ?? Object.keys(accounts).map((account) => ({ account, model: null }));
  return names
    .filter(({ account }) => accounts[account] !== undefined)
    .map(({ account, model: listed }) => ({ account, model: listed ?? model, ...accounts[account] }));
}

function call({ base_url, api_key_env, model }, path, body) {
  // biome-ignore lint/style/noProcessEnv: a program of its own, and keys do not belong into its file
  const key = api_key_env === undefined ? undefined : env[api_key_env];
  return fetch(`${base_url}${path}`, {
    method: "POST",
    headers: { "content-type": "application/json", ...(key !== undefined && { authorization: `Bearer ${key}` }) },
    body: JSON.stringify({ ...body, model }),
  });
}

/** The first answer that is worth giving, with the account that gave it. */
async function answerOf(places, path, body) {
  for (const place of places) {
    try {
      const response = await call(place, path, body);
      if (!TRY_NEXT.has(response.status)) return { response, account: place.account };
      await response.body?.cancel();
    } catch {
      // Not reached: the next one may be.
    }
  }
  return undefined;
}

function refuse(outgoing, status, message, seconds) {
  outgoing.writeHead(status, {
    "content-type": "application/json",
    ...(seconds !== undefined && { "retry-after": String(seconds) }),
  });
  outgoing.end(JSON.stringify({ error: { message } }));
}

async function bodyOf(incoming) {
  const chunks = [];
  for await (const chunk of incoming) chunks.push(chunk);
  try {
    return JSON.parse(Buffer.concat(chunks).toString());
  } catch {
    return undefined;
  }
}

async function handle(incoming, outgoing) {
  if (incoming.method === "GET" && incoming.url === "/healthy") {
    outgoing.end("healthy\n");
    return;
  }
  const body = await bodyOf(incoming);
  if (incoming.method !== "POST" || typeof body?.model !== "string") {
    refuse(outgoing, 400, "POST JSON with a model");
    return;
  }
  const advice = await adviceOn(body.model);
  const found = await answerOf(placesFor(body.model, advice), incoming.url.replace(/^\/v1/, ""), body);
  if (found === undefined) {
    refuse(outgoing, 503, "no account can serve this model now", advice?.ask_again_seconds);
    return;
  }
  const { response, account } = found;
  outgoing.writeHead(response.status, {
    "content-type": response.headers.get("content-type") ?? "application/json",
    "x-account": account,
  });
  if (response.body === null) outgoing.end();
  else await pipeline(Readable.fromWeb(response.body), outgoing);
}

createServer((incoming, outgoing) => {
  handle(incoming, outgoing).catch(() => outgoing.destroy());
}).listen(port, "127.0.0.1");
