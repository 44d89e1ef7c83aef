import { stat } from "node:fs/promises";
import { dirname, resolve } from "node:path";
import type { Config, ConfiguredAccount } from "../config/config.ts";
import type { ReadOutcome } from "../quota/account.ts";
import type { FailureReason } from "../quota/failure.ts";
import { formatDuration, secondsBetween } from "../quota/format.ts";
import { isOpenToAll } from "../text-file.ts";
import { type Finding, fail, ok, warn } from "./doctor-check.ts";

/** As for the alert about it. */
const SOON_SECONDS = 7 * 86_400;

type Written = Readonly<Record<string, unknown>>;

/** Where the credential of an account comes from, and whether others may read it. It has been loaded already. */
export async function credentialFinding(
  { account }: Pick<ConfiguredAccount, "account">,
  { written }: Pick<Config, "written">,
  configFile: string | undefined,
): Promise<Finding> {
  const entries = Array.isArray(written["accounts"]) ? (written["accounts"] as readonly Written[]) : [];
  const entry = entries.find(({ name }) => name === account) ?? {};
  const key = (["api_key_env", "api_key_file", "credentials_file"] as const).find((each) => entry[each] !== undefined);
  if (key === undefined) return ok("none needed");
  if (key === "api_key_env") return ok("the key is in the environment");
  // Whether others may read the file is among the warnings of the config.
  if (key === "api_key_file") return ok("the key is in a file");
  const { mode } = await stat(resolve(dirname(configFile ?? ""), String(entry[key])));
  if (isOpenToAll(mode)) return warn("every user may read its credentials_file", "take that right away with chmod o-r");
  return ok("the login is in a file that another tool owns");
}

/** How one real read of the account went. */
export function accountFinding(
  { provider, host, credential }: Pick<ConfiguredAccount, "provider" | "host" | "credential">,
  outcome: ReadOutcome | undefined,
  now: Date,
): Finding {
  if (outcome === undefined) return fail("was not read", "run it again");
  if (!outcome.ok) {
    const mend = outcome.expired ? "use the tool that owns the login once, it renews it" : MENDS[outcome.reason];
    return fail(`${provider}: ${outcome.reason}: ${outcome.message}`, mend);
  }
  const { readings, metered, credentialExpiresAt } = outcome.answer;
  const quotas = metered ? `${readings.length} quota${readings.length === 1 ? "" : "s"}` : "no API quota";
  const read = `${provider} at ${host} answers: ${quotas}`;
  if (credentialExpiresAt === undefined) return ok(read);
  const left = secondsBetween(now, credentialExpiresAt);
  const expiry = `${read}, the credential expires in ${formatDuration(left)}`;
  // The tool that owns a login renews it.
  return credential === "api_key" && left < SOON_SECONDS ? warn(expiry, "make a new key at the provider") : ok(expiry);
}

const MENDS: Readonly<Record<FailureReason, string>> = {
  auth: "put a valid credential in place; docs/providers says which one this provider takes",
  not_entitled: "the credential is good but its plan has no such quota: another plan, or take the account out",
  rate_limited: "wait, then raise the account's interval; is something else reading it too?",
  server: "wait: the provider has a fault; its status page may say more",
  client: "check base_url and the account's settings against docs/providers",
  network: "check the host name, the firewall and the proxy between here and the provider",
  timeout: "check the way to the provider, or raise poll.timeout",
  malformed: "is base_url the right one? If so the provider has changed its answer: please report it",
  bug: "please report it with what stands on stderr",
};
