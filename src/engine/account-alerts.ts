import type { Account } from "../quota/account.ts";
import type { Severity } from "../quota/state.ts";
import type { AccountMemory } from "./account.ts";
import { ACCOUNT_ALERTS, type AccountAlert } from "./alerts.ts";
import type { Clock } from "./clock.ts";
import type { EngineSettings } from "./settings.ts";

/** Fires and ends the alerts about an account as a whole. One whose severity changes goes on. */
export function fireAccountAlerts(
  memory: AccountMemory,
  account: Account,
  clock: Clock,
  settings: EngineSettings,
): void {
  const wanted: Readonly<Record<AccountAlert, Severity | undefined>> = {
    LLMQuotaAccountUnreadable: isUnreadable(memory, account, clock) ? "warning" : undefined,
    LLMQuotaCredentialRejected: isRejected(memory, account, clock, settings) ? "critical" : undefined,
    LLMQuotaCredentialExpiring: isExpiring(memory, account, clock, settings) ? "warning" : undefined,
    LLMQuotaSubscriptionLapsed: lapsed(memory),
  };
  for (const alert of ACCOUNT_ALERTS) {
    const severity = wanted[alert];
    if (severity === undefined) delete memory.firing[alert];
    else memory.firing[alert] = { since: memory.firing[alert]?.since ?? clock.now, severity };
  }
}

function isUnreadable({ lastSuccessAt, firing }: AccountMemory, { staleAfterSeconds }: Account, clock: Clock): boolean {
  // What fired before a restart goes on: a new process is no recovery.
  const wasFiring = firing.LLMQuotaAccountUnreadable !== undefined;
  const isSettled = wasFiring || clock.now - clock.startedAt >= staleAfterSeconds;
  return isSettled && clock.now - (lastSuccessAt ?? clock.startedAt) >= staleAfterSeconds;
}

/** For a login file past its own expiry no call is made: that nobody has logged in lately is no rejection. */
function isRejected(memory: AccountMemory, account: Account, clock: Clock, settings: EngineSettings): boolean {
  if (memory.firing.LLMQuotaCredentialRejected !== undefined && !memory.up) return true;
  const expiresAt = memory.answer?.credentialExpiresAt;
  const isOver = expiresAt !== undefined && expiresAt.getTime() / 1000 <= clock.now;
  if (account.credential === "login_file" && isOver) return false;
  return memory.refusals >= settings.auth_polls;
}

/** A login file is renewed by the tool that it belongs to. One that has expired is not as good as new. */
function isExpiring(
  { credentialExpiry }: AccountMemory,
  account: Account,
  clock: Clock,
  settings: EngineSettings,
): boolean {
  const expiresAt = credentialExpiry.held;
  if (account.credential !== "api_key" || expiresAt === undefined) return false;
  return expiresAt - clock.now < settings.credential_lead;
}

function lapsed({ subscription, hasServed }: AccountMemory): Severity | undefined {
  if (subscription.held === "grace") return "warning";
  return subscription.held === "inactive" && hasServed ? "critical" : undefined;
}
