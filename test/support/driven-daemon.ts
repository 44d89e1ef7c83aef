import { copyFileSync, existsSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setImmediate as turnOfTheLoop } from "node:timers/promises";
import { vi } from "vitest";
import { createApp } from "../../src/app.ts";
import { loadConfig } from "../../src/config/load.ts";
import { createLogger, createScrubber } from "../../src/log.ts";
import { PROVIDERS } from "../../src/providers/registry.ts";
import { parseExposition } from "./exposition.ts";

/** A Monday at midnight, when every run begins. */
export const BEGIN = new Date("2026-11-16T00:00:00.000Z");

/** What the tests look at in `/api/v1/quotas`. */
interface ShownQuota {
  readonly quota: string;
  readonly state: string;
  readonly severity: string;
  readonly binding: boolean;
  readonly valid: boolean;
  readonly remaining: number | null;
  readonly exhausts_at: string | null;
  readonly runway_seconds: number | null;
}

/** What the daemon tells at one moment. */
interface Stage {
  /** `quota state severity`, with `binding` behind it where it is, in the order of the page. */
  readonly quotas: readonly string[];
  /** `quota alert severity`, or `account alert severity`, in alphabetical order. */
  readonly firing: readonly string[];
}

interface DrivenPlan {
  /** As the file has them; `poll`, `engine` and the like beside them. */
  readonly config: { readonly accounts: readonly object[]; readonly [section: string]: unknown };
  readonly env?: Readonly<Record<string, string>>;
  /** Seconds by which the wall clock differs from the timers: a clock that was set. */
  readonly clockError?: () => number;
}

export interface DrivenDaemon extends AsyncDisposable {
  readonly url: string;
  readonly logs: () => readonly Readonly<Record<string, unknown>>[];
  /** Lets time pass, in steps no longer than this; a read that falls into a step ends with it. */
  pass(seconds: number, stepSeconds?: number): Promise<void>;
  metrics(): Promise<string>;
  quotas(account?: string): Promise<readonly ShownQuota[]>;
  stage(account?: string): Promise<Stage>;
  get(path: string): Promise<Response>;
  stop(): Promise<void>;
}

/** So often the daemon lets time pass for quotas that no reading moves. */
const STEP_SECONDS = 15;

/** Timers, clock and stopwatch from now on move by hand only; undone by `vi.useRealTimers()`. */
export function stopTheClocks(): void {
  const toFake = ["setTimeout", "clearTimeout", "setInterval", "clearInterval", "Date", "performance"] as const;
  vi.useFakeTimers({ now: BEGIN, toFake: [...toFake] });
}

/** The whole daemon in this process, on stopped clocks: hours of it pass in moments, every call is a real one. */
export async function startDrivenDaemon({ config, env = {}, clockError }: DrivenPlan): Promise<DrivenDaemon> {
  const folder = mkdtempSync(join(tmpdir(), "llm-quota-test-driven-"));
  const path = join(folder, "config.yaml");
  // JSON, which is also YAML.
  writeFileSync(path, JSON.stringify({ state: { memory: true }, ...config }), { mode: 0o600 });
  const loaded = await loadConfig({ path, env, providers: PROVIDERS });
  rmSync(folder, { recursive: true });
  const lines: string[] = [];
  let reading = 0;
  const accounts = loaded.accounts.map((account) => ({
    ...account,
    read: async (context: Parameters<typeof account.read>[0]) => {
      reading++;
      try {
        // The call begins when the step is over: a timeout of the HTTP client must not pass within the step.
        await turnOfTheLoop();
        return await account.read(context);
      } finally {
        reading--;
      }
    },
  }));
  const app = createApp({
    config: { ...loaded, accounts, web: { listen: { host: "127.0.0.1", port: 0 } } },
    log: createLogger({
      level: "info",
      format: "json",
      ...createScrubber(loaded.secrets),
      write: (line) => lines.push(line),
    }),
    build: { version: "0.0.0", revision: "", nodeVersion: "24" },
    now: () => new Date(Date.now() + (clockError?.() ?? 0) * 1000),
    random: () => 0.5,
  });
  const url = await app.start();
  let isStopped = false;

  const settle = async () => {
    do await turnOfTheLoop();
    while (reading > 0);
    // What awaits the answer goes on one turn after it.
    await turnOfTheLoop();
  };
  const get = (to: string) => fetch(`${url}${to}`);
  const metrics = async () => (await get("/metrics")).text();
  const quotas = async (name?: string) => {
    const { accounts: all } = (await (await get("/api/v1/quotas")).json()) as Document;
    return all.filter(({ account }) => name === undefined || account === name).flatMap((account) => account.quotas);
  };
  const stop = async () => {
    if (!isStopped) await app.stop();
    isStopped = true;
  };
  return {
    url,
    logs: () => lines.map((line) => JSON.parse(line) as Record<string, unknown>),
    async pass(seconds, stepSeconds = STEP_SECONDS) {
      for (let left = seconds; left > 0; left -= stepSeconds) {
        vi.advanceTimersByTime(Math.min(left, stepSeconds) * 1000);
        await settle();
      }
    },
    metrics,
    quotas,
    stage: async (name) => stageOf(await metrics(), await quotas(name), name),
    get,
    stop,
    [Symbol.asyncDispose]: stop,
  };
}

interface Document {
  readonly accounts: readonly { readonly account: string; readonly quotas: readonly ShownQuota[] }[];
}

/** From the metrics alone; throws where the document says something else. */
function stageOf(page: string, shown: readonly ShownQuota[], account: string | undefined): Stage {
  const ours = parseExposition(page).filter(({ labels }) => account === undefined || labels["account"] === account);
  const ones = (family: string) => ours.filter(({ name, value }) => name === family && value === 1);
  const binding = ones("llm_quota_binding").map(({ labels }) => labels["quota"]);
  const firing = ones("llm_quota_alert_active")
    .map(({ labels }) => `${labels["quota"] || "account"} ${labels["alert"]} ${labels["severity"]}`)
    .toSorted();
  const states = ones("llm_quota_alert_state").map(({ labels }) => {
    const quota = labels["quota"] ?? "";
    return `${quota} ${labels["state"]}${binding.includes(quota) ? " binding" : ""}`;
  });
  const documented = shown.map(
    ({ quota, state, binding: isBinding }) => `${quota} ${state}${isBinding ? " binding" : ""}`,
  );
  if (JSON.stringify(states.toSorted()) !== JSON.stringify(documented.toSorted()))
    throw new Error(`the metrics say ${states.join(", ")}; the document says ${documented.join(", ")}`);
  const severities = new Map(shown.map(({ quota, severity }) => [quota, severity]));
  const quotas = states.map((text) => {
    const [quota = "", state, ...rest] = text.split(" ");
    return [quota, state, severities.get(quota), ...rest].join(" ");
  });
  return { quotas, firing };
}

/** The state of a running daemon as a kill at this moment would leave it. */
export function copyState(from: string, to: string): void {
  for (const suffix of ["", "-wal"]) if (existsSync(from + suffix)) copyFileSync(from + suffix, to + suffix);
}
