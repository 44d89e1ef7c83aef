import { type DemoAccount, demoConfig } from "./demo-config.ts";
import { fleetAccounts } from "./fleet-accounts.ts";
import type { Clock } from "./load.ts";
import { type Simulator, startSimulator } from "./simulator.ts";

export interface DemoFleet {
  /** A config file that names these accounts. */
  readonly configText: string;
  /** The environment that it takes their credentials from. */
  readonly env: Readonly<Record<string, string>>;
  stop(): Promise<void>;
}

/** Starts one simulated provider for each account of the demo. */
export async function startDemoFleet(clock: Clock = Date.now): Promise<DemoFleet> {
  const simulators: Simulator[] = [];
  const accounts: DemoAccount[] = [];
  const stop = async (): Promise<void> => {
    await Promise.all(simulators.map((simulator) => simulator.stop()));
  };
  try {
    for (const { upstream, script = [], ...account } of fleetAccounts(clock)) {
      const simulator = await startSimulator(upstream, { clock, script });
      simulators.push(simulator);
      accounts.push({ ...account, baseUrl: simulator.baseUrl });
    }
  } catch (error) {
    await stop();
    throw error;
  }
  return { ...demoConfig(accounts), stop };
}
