import { once } from "node:events";
import { createServer, type IncomingMessage, type RequestListener, type RequestOptions, request } from "node:http";
import { type AddressInfo, connect } from "node:net";
import { createForwarder } from "../../src/http/forward.ts";
import { createProxy, type ProxyRoute } from "../../src/proxy/proxy.ts";
import type { Observation } from "../../src/quota/observation.ts";
import { listen } from "../../src/server/listen.ts";

type TestRoute = Omit<ProxyRoute, "path" | "account" | "baseUrl"> & Partial<ProxyRoute>;

interface Plan {
  /** The provider. */
  readonly upstream: RequestListener;
  /** Sees the server of the provider before it listens. */
  readonly route?: TestRoute;
  readonly maxBodyBytes?: number;
  readonly connections?: number;
  readonly take?: (account: string, call: Observation) => undefined;
}

export interface RunningProxy extends AsyncDisposable {
  readonly port: number;
  readonly upstreamPort: number;
  /** Open connections to the provider. */
  readonly upstreamConnections: () => Promise<number>;
  readonly taken: readonly Observation[];
  /** `account result` of the calls that have ended. */
  readonly ended: readonly string[];
  readonly unread: readonly string[];
  readonly faults: readonly unknown[];
  readonly active: () => number;
  replace(routes: readonly TestRoute[]): void;
}

/** The proxy in this process, before a provider of the test: route /up, account `team`, base path /base. */
export async function startProxy(plan: Plan): Promise<RunningProxy> {
  const { upstream, route = {}, maxBodyBytes, connections = 512, take } = plan;
  const provider = createServer(upstream).listen(0, "127.0.0.1");
  await once(provider, "listening");
  const upstreamPort = (provider.address() as AddressInfo).port;
  const [taken, ended, unread, faults]: [Observation[], string[], string[], unknown[]] = [[], [], [], []];
  let active = 0;
  const whole = (one: TestRoute): ProxyRoute => ({
    ...{ path: "/up", account: "team", baseUrl: `http://127.0.0.1:${upstreamPort}/base` },
    ...one,
  });
  const forwarder = createForwarder();
  const proxy = createProxy({
    routes: [whole(route)],
    forwarder: { get: async () => forwarder },
    intake: { take: take ?? ((_account, call) => void taken.push(call)) },
    report: {
      began: () => void active++,
      ended(account, ending) {
        active--;
        ended.push(`${account} ${ending}`);
      },
      unread: (account, why) => unread.push(`${account} ${why}`),
    },
    onFault: (error) => faults.push(error),
    now: () => new Date(),
    ...(maxBodyBytes !== undefined && { maxBodyBytes }),
  });
  const { prepare } = proxy;
  const listening = await listen(proxy.listener, { host: "127.0.0.1", port: 0 }, { prepare, connections });
  return {
    ...{ port: listening.port, upstreamPort, taken, ended, unread, faults },
    active: () => active,
    upstreamConnections: () => new Promise((resolve) => provider.getConnections((_error, count) => resolve(count))),
    replace: (routes) => proxy.replace(routes.map(whole)),
    async [Symbol.asyncDispose]() {
      await listening.close();
      await forwarder.close();
      provider.closeAllConnections();
      await new Promise((resolve) => provider.close(resolve));
    },
  };
}

interface Received {
  readonly response: IncomingMessage;
  readonly body: Buffer;
}

export async function bodyOf(response: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for await (const chunk of response) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks);
}

/** One call on a connection of its own; resolves with the head of the answer. */
export async function open(port: number, options: RequestOptions, body?: string | Buffer): Promise<IncomingMessage> {
  const sent = request({ host: "127.0.0.1", port, agent: false, ...options });
  sent.end(body);
  const [response] = (await once(sent, "response")) as [IncomingMessage];
  return response;
}

export async function call(port: number, options: RequestOptions, body?: string | Buffer): Promise<Received> {
  const response = await open(port, options, body);
  return { response, body: await bodyOf(response) };
}

/** Sends bytes as they are, and resolves with all that comes back until the other side ends or cuts the connection. */
export async function exchangeBytes(port: number, bytes: string): Promise<string> {
  const socket = connect(port, "127.0.0.1");
  const chunks: Buffer[] = [];
  socket.on("data", (chunk: Buffer) => chunks.push(chunk));
  // A cut connection is an end like another.
  socket.on("error", () => socket.destroy());
  socket.write(bytes);
  await once(socket, "close");
  return Buffer.concat(chunks).toString("latin1");
}
