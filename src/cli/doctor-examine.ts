import { userAgent } from "../app.ts";
import type { Alertmanager, Config } from "../config/config.ts";
import { createHttpClient } from "../http/undici-client.ts";
import type { Arguments } from "./arguments.ts";
import type { CommandContext } from "./context.ts";
import { accountFinding, credentialFinding } from "./doctor-accounts.ts";
import { bounded, type Check, type Finding, ok } from "./doctor-check.ts";
import { clockFinding, hearClocks } from "./doctor-clock.ts";
import { alertmanagerFinding, historyFinding, listenFinding, peerFinding } from "./doctor-network.ts";
import { stateFinding } from "./doctor-state.ts";
import { createAccountReader } from "./read-accounts.ts";

interface Surroundings {
  readonly args: Arguments;
  readonly context: CommandContext;
  /** When it aborts, whatever is not finished has failed. */
  readonly signal: AbortSignal;
}

/** Every check of a good config, all at once; the clock is judged by whoever has answered the others. */
export async function examine(config: Config, { args, context, signal }: Surroundings): Promise<readonly Check[]> {
  const aheadSeconds: number[] = [];
  const connect = (tls?: Alertmanager["tls"]) =>
    hearClocks(createHttpClient({ userAgent: userAgent(context.build), tls }), aheadSeconds);
  const http = connect();
  const read = createAccountReader({ config, http, shutdown: signal }, context);
  const look = (check: string, work: () => Promise<Finding>) => bounded(check, signal, work);
  const { accounts, alerting, state, poll, web } = config;
  const { peer } = poll;
  const checks = await Promise.all([
    ...accounts.map((account) =>
      look(`credential ${account.account}`, () => credentialFinding(account, config, args.configFile)),
    ),
    ...accounts.map((account) =>
      look(`account ${account.account}`, async () => accountFinding(account, await read(account), new Date())),
    ),
    look("state", async () => {
      if ("path" in state) return stateFinding(state.path);
      if ("prometheus" in state) return historyFinding(state.prometheus, http, signal);
      return ok("is kept in memory and lost with the process, as the config says");
    }),
    look("listen address", async () => listenFinding(web.listen, await web.token?.current())),
    ...alerting.alertmanagers.map((target) =>
      look(`alertmanager ${target.name}`, async () => {
        const own = connect(target.tls);
        return alertmanagerFinding(target, own, signal).finally(own.close);
      }),
    ),
    ...(peer === undefined ? [] : [look("peer", async () => peerFinding(peer, await web.token?.current()))]),
  ]);
  await http.close();
  return [...checks, { check: "clock", ...clockFinding(aheadSeconds) }];
}
