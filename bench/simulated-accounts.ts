// Simulated providers for the benchmarks, in a process of their own so that they do not count as ours.
import { type ChildProcess, fork } from "node:child_process";
import { once } from "node:events";

export interface HostsPlan {
  readonly accounts: number;
  /** How long every answer takes. */
  readonly delayMs: number;
}

export interface SimulatedAccount {
  readonly name: string;
  readonly provider: string;
  readonly baseUrl: string;
  readonly key: string;
}

export interface HostFigures {
  readonly hosts: number;
  readonly calls: number;
  /** Accounts that were begun to be read. */
  readonly reads: number;
  /** Accounts with a call in flight at the same host at the same time. */
  readonly mostInFlightPerHost: number;
}

export interface SimulatedHosts extends AsyncDisposable {
  readonly accounts: readonly SimulatedAccount[];
  figures(): Promise<HostFigures>;
}

export async function startHosts(plan: HostsPlan): Promise<SimulatedHosts> {
  const child = fork(new URL("./simulated-hosts.ts", import.meta.url));
  const accounts = (await ask(child, plan)) as readonly SimulatedAccount[];
  return {
    accounts,
    figures: async () => (await ask(child, "figures")) as HostFigures,
    async [Symbol.asyncDispose]() {
      const ended = once(child, "exit");
      child.disconnect();
      await ended;
    },
  };
}

async function ask(child: ChildProcess, question: HostsPlan | "figures"): Promise<unknown> {
  const answer = once(child, "message");
  child.send(question);
  return (await answer)[0];
}
