import { afterEach, expect, it } from "vitest";
import { z } from "zod";
import { ACCOUNT_SHAPE, FILE } from "../../src/config/schema.ts";
import { type DemoFleet, startDemoFleet } from "../../src/demo/fleet.ts";
import { newAccountMemory, takeOutcome } from "../../src/engine/account.ts";
import { evaluateAccount } from "../../src/engine/evaluate.ts";
import type { AccountSnapshot } from "../../src/engine/snapshot.ts";
import { createHttpClient } from "../../src/http/undici-client.ts";
import { UpstreamError } from "../../src/http/upstream-error.ts";
import type { ReadAccount } from "../../src/providers/provider.ts";
import { findProvider } from "../../src/providers/registry.ts";
import type { Account, ReadOutcome } from "../../src/quota/account.ts";
import { Secret } from "../../src/secret.ts";
import { handClock } from "./hand-clock.ts";

/** Half as often as in the demo: enough to tell it, and quicker. */
const POLL_SECONDS = 10;
const STORY_SECONDS = 21 * 60;

const http = createHttpClient({ userAgent: "llm-quota-exporter/test" });
let fleet: DemoFleet;

afterEach(async () => {
  await http.close();
  await fleet.stop();
});

// The whole demo in a few seconds: simulators, adapters and engine are the real ones, only time is ours.
it("tells what the demo promises: who pages, who doesn't, and when it ends", async () => {
  const { clock, pass } = handClock();
  fleet = await startDemoFleet(clock);
  const file = FILE.parse(JSON.parse(fleet.configText));
  const accounts = z.array(z.looseObject(ACCOUNT_SHAPE)).parse(file.accounts).map(connect);
  const startedAt = clock() / 1000;
  // First and last minute of each, whole: which second it is, is up to the engine.
  const episodes: Record<string, readonly [number, number]> = {};

  for (let elapsed = 0; elapsed <= STORY_SECONDS; elapsed += POLL_SECONDS) {
    for (const { account, memory, read } of accounts) {
      takeOutcome(memory, account, await outcomeOf(read, new Date(clock())), file.engine);
      const snapshot = evaluateAccount(memory, account, { now: clock() / 1000, startedAt }, file.engine);
      const minute = Math.floor(elapsed / 60);
      for (const firing of firingOf(snapshot)) episodes[firing] = [episodes[firing]?.[0] ?? minute, minute];
    }
    pass(POLL_SECONDS);
  }

  expect(episodes).toEqual({
    "team-research LLMQuotaWillExhaust critical": [0, 21],
    "team-research LLMQuotaExhausted critical": [8, 19],
    "team-idle LLMQuotaUseOrLose info": [0, 21],
    "batch LLMQuotaCreditsLow warning": [0, 18],
    "batch LLMQuotaCreditsLow critical": [18, 20],
    "flaky LLMQuotaAccountUnreadable warning": [2, 6],
    "legacy-soft LLMQuotaWatch warning": [0, 21],
    // Watched for want of a forecast, until its use is known.
    "contractor LLMQuotaWatch warning": [0, 0],
    "contractor LLMQuotaCreditsLow warning": [0, 21],
    "contractor LLMQuotaCredentialExpiring warning": [0, 21],
    "chat-backend LLMQuotaRateLimited warning": [4, 9],
  });
}, 30_000);

function firingOf({ account, alerts, quotas }: AccountSnapshot): readonly string[] {
  const all = [...alerts, ...quotas.flatMap((quota) => quota.alerts)];
  return all.map(({ alert, severity }) => `${account} ${alert} ${severity}`);
}

function connect(settings: z.infer<z.ZodObject<typeof ACCOUNT_SHAPE, z.core.$loose>>) {
  const provider = findProvider(settings.provider);
  if (provider === undefined || settings.base_url === undefined) throw new Error(`${settings.name} is incomplete`);
  const key = fleet.env[settings.api_key_env ?? ""];
  const periods = Object.entries(settings.quotas ?? {}).flatMap(([quota, { period }]) =>
    typeof period === "number" ? [[quota, { periodSeconds: period }] as const] : [],
  );
  const account: Account = {
    provider: provider.id,
    account: settings.name,
    labels: {},
    intervalSeconds: POLL_SECONDS,
    staleAfterSeconds: 60,
    overrides: Object.fromEntries(periods),
    ...(key !== undefined && { credential: "api_key" }),
  };
  const apiKey = key === undefined ? undefined : new Secret(key);
  const own = Object.keys(provider.settings.shape).flatMap((name) =>
    name in settings ? [[name, settings[name]] as const] : [],
  );
  const read = provider.connect({ baseUrl: settings.base_url, apiKey }, Object.fromEntries(own));
  return { account, memory: newAccountMemory(), read };
}

async function outcomeOf(read: ReadAccount, at: Date): Promise<ReadOutcome> {
  try {
    const answer = await read({ http, signal: AbortSignal.timeout(4000), now: at });
    return { ok: true, at, seconds: 0, answer };
  } catch (error) {
    if (!(error instanceof UpstreamError)) throw error;
    return { ok: false, at, seconds: 0, reason: error.reason, message: error.message };
  }
}
