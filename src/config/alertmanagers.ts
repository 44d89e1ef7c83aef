import { resolve } from "node:path";
import { createSecureContext } from "node:tls";
import { digest, Secret } from "../secret.ts";
import { isOpenToAll, readTextFile } from "../text-file.ts";
import { type AlertmanagerSettings, addressesOf } from "./alerting.ts";
import { authorizationOf, MAX_FILE_BYTES, openToAll, type Surroundings } from "./authorization.ts";
import { isUnencrypted } from "./base-url.ts";
import type { Alertmanager } from "./config.ts";
import type { Path, Problem, Report } from "./problem.ts";

interface CheckedAlertmanagers {
  readonly alertmanagers: readonly Alertmanager[];
  readonly secrets: readonly Secret[];
  readonly warnings: readonly string[];
  readonly problems: readonly Problem[];
}

const OWNER = "an Alertmanager";

/** Resolves the files that the blocks name. Each target of a block is an Alertmanager of its own. */
export async function checkAlertmanagers(
  blocks: readonly AlertmanagerSettings[],
  directory: string,
): Promise<CheckedAlertmanagers> {
  const problems: Problem[] = [];
  const warnings: string[] = [];
  const warn = (text: string) => void warnings.push(text);
  const checked = await Promise.all(
    blocks.map((block, index) => {
      const at: Path = ["alerting", "alertmanagers", index];
      const report: Report = (path, text) => void problems.push({ path: [...at, ...path], text });
      return checkBlock(block, { directory, report, warn });
    }),
  );
  return {
    alertmanagers: checked.flatMap(({ alertmanagers }) => alertmanagers),
    secrets: checked.flatMap(({ secrets }) => secrets),
    warnings,
    problems,
  };
}

async function checkBlock(block: AlertmanagerSettings, surroundings: Surroundings) {
  const [authorization, tls] = await Promise.all([
    authorizationOf(block, OWNER, surroundings),
    tlsOf(block.tls_config, surroundings),
  ]);
  // A further target is no change of the others.
  const { static_configs: _, ...settings } = block;
  const alertmanagers = addressesOf(block).map(
    (name): Alertmanager => ({
      name,
      url: `${block.scheme}://${name}/api/v2/alerts`,
      timeoutSeconds: block.timeout,
      ...(authorization && { authorization: authorization.readAgain }),
      ...(tls && { tls }),
      definition: digest(JSON.stringify([name, settings, tls, tls?.key?.digest()])),
    }),
  );
  const exposed = authorization === undefined ? [] : alertmanagers.filter(({ url }) => isUnencrypted(url));
  for (const { name } of exposed)
    surroundings.warn(`the credential for the Alertmanager ${name} is sent without encryption; use scheme: https`);
  return {
    alertmanagers,
    secrets: [
      ...(authorization === undefined ? [] : [authorization.credential, authorization.header]),
      ...(tls?.key === undefined ? [] : [tls.key]),
    ],
  };
}

async function tlsOf(
  settings: AlertmanagerSettings["tls_config"],
  { directory, report, warn }: Surroundings,
): Promise<Alertmanager["tls"]> {
  if (settings === undefined) return undefined;
  const { ca_file, cert_file, key_file, server_name, insecure_skip_verify, min_version } = settings;
  const read = async (key: string, path: string | undefined): Promise<string | undefined> => {
    if (path === undefined) return undefined;
    const file = await readTextFile(resolve(directory, path), MAX_FILE_BYTES);
    const problem = "problem" in file ? file.problem : file.text.includes("-----BEGIN ") ? undefined : "holds no PEM";
    if (problem !== undefined) report(["tls_config", key], `the file ${problem}`);
    if (key === "key_file" && "mode" in file && isOpenToAll(file.mode)) warn(openToAll(key, OWNER));
    return problem === undefined && "text" in file ? file.text : undefined;
  };
  const [ca, cert, key] = await Promise.all([
    read("ca_file", ca_file),
    read("cert_file", cert_file),
    read("key_file", key_file),
  ]);
  const pems = {
    ...(ca !== undefined && { ca }),
    ...(cert !== undefined && { cert }),
    ...(key !== undefined && { key }),
  };
  const problem = pemProblem(pems);
  if (problem !== undefined) report(["tls_config"], problem);
  const { key: secret, ...open } = pems;
  return {
    ...open,
    ...(secret !== undefined && { key: new Secret(secret) }),
    ...(server_name !== undefined && { serverName: server_name }),
    isVerified: !insecure_skip_verify,
    leastVersion: min_version === "TLS13" ? "TLSv1.3" : "TLSv1.2",
  };
}

/** Here and not with the first alert: a call that cannot even begin would be noticed by nobody. */
function pemProblem(pems: { readonly ca?: string; readonly cert?: string; readonly key?: string }): string | undefined {
  try {
    createSecureContext(pems);
    return undefined;
  } catch (error) {
    const code = error instanceof Error && "code" in error ? ` (${String(error.code)})` : "";
    return `its certificates or its key cannot be used${code}; cert_file and key_file have to belong together, the key without a passphrase`;
  }
}
