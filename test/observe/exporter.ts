import { type LocalServer, type Respond, sendJson, startServer } from "../support/json-server.ts";

export interface ToldCall {
  readonly account: string;
  readonly at: string;
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly model?: string;
  readonly usage?: unknown;
  readonly error?: unknown;
}

export interface FakeExporter extends AsyncDisposable {
  readonly url: string;
  readonly requests: LocalServer["requests"];
  /** Those that were taken, oldest first, without their time. */
  told(): readonly Omit<ToldCall, "at">[];
}

const take: Respond = (_request, response) => sendJson(response, {});

/** What stands where observations are posted. */
export async function startExporter(respond: Respond = take): Promise<FakeExporter> {
  const taken: ToldCall[] = [];
  const server = await startServer((request, response) => {
    const finish = () => {
      if (response.statusCode >= 300) return;
      taken.push(...(JSON.parse(request.body) as { observations: ToldCall[] }).observations);
    };
    response.on("finish", finish);
    respond(request, response);
  });
  return {
    url: server.url,
    requests: server.requests,
    told: () => taken.map(({ at: _, ...call }) => call),
    [Symbol.asyncDispose]: () => server[Symbol.asyncDispose](),
  };
}
