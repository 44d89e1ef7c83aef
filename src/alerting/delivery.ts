import type { PostClient, TlsOptions } from "../http/post-client.ts";
import { type AlertmanagerTarget, createAlertmanager } from "./alertmanager.ts";
import type { ToldAlert } from "./ledger.ts";
import { createReplica, type Outlet, type ReplicaReport } from "./replica.ts";
import type { WireAlert } from "./wire.ts";

export interface DeliveryTarget extends AlertmanagerTarget {
  readonly tls?: TlsOptions | undefined;
  /** Changes with everything that it is. */
  readonly definition: string;
}

interface DeliveryOptions {
  readonly createClient: (tls: TlsOptions | undefined) => PostClient;
  readonly now: () => Date;
  readonly toWire: (alert: ToldAlert) => WireAlert;
  readonly reportOn: (name: string) => ReplicaReport;
  /** This Alertmanager is no longer told anything. */
  readonly left: (name: string) => void;
}

export interface Delivery extends Outlet {
  /** Tells these from now on; one that is defined as before keeps its queue. */
  replace(targets: readonly DeliveryTarget[]): void;
}

/** Every Alertmanager is told every alert: they share silences among each other, but not alerts. */
export function createDelivery({ createClient, now, toWire, reportOn, left }: DeliveryOptions): Delivery {
  let told: ReadonlyMap<string, DeliveryTarget & Outlet> = new Map();

  const begin = (target: DeliveryTarget): DeliveryTarget & Outlet => {
    const client = createClient(target.tls);
    const { send } = createAlertmanager(target, { client, now });
    const replica = createReplica({ send, toWire, report: reportOn(target.name) });
    return {
      ...target,
      offer: replica.offer,
      withdraw: replica.withdraw,
      async stop(graceMs) {
        await replica.stop(graceMs);
        await client.close();
      },
    };
  };
  /** Only when nothing more can be counted of it: else its series would come back. */
  const leave = async (one: DeliveryTarget & Outlet) => {
    await one.stop(0);
    if (![...told.values()].some(({ name }) => name === one.name)) left(one.name);
  };
  return {
    offer(alerts) {
      for (const one of told.values()) one.offer(alerts);
    },
    withdraw(fingerprint) {
      for (const one of told.values()) one.withdraw(fingerprint);
    },
    replace(targets) {
      const before = told;
      told = new Map(targets.map((target) => [target.definition, before.get(target.definition) ?? begin(target)]));
      for (const [definition, one] of before) {
        if (told.has(definition)) continue;
        void leave(one);
      }
    },
    async stop(graceMs) {
      await Promise.all([...told.values()].map((one) => one.stop(graceMs)));
    },
  };
}
