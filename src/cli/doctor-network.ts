import { z } from "zod";
import type { Alertmanager, HistorySource, ListenAddress } from "../config/config.ts";
import type { HttpClient } from "../http/client.ts";
import type { Secret } from "../secret.ts";
import { hostPort, listen } from "../server/listen.ts";
import { createPrometheusApi } from "../store/prometheus-api.ts";
import { accountsOf } from "../store/prometheus-history.ts";
import { askDaemon } from "./ask-daemon.ts";
import { type Finding, fail, messageOf, ok, warn } from "./doctor-check.ts";
import { QuotasAnswer } from "./quotas-answer.ts";

/** Ours, somebody's, or nobody's. To listen for a moment is the only way to know that one could. */
export async function listenFinding({ host, port }: ListenAddress, token?: Secret): Promise<Finding> {
  if (port === 0) return ok("any free port");
  const url = `http://${hostPort(REACHED_BY[host] ?? host, port)}`;
  const found = await whoAnswers(url, token);
  if (found === "ours") return ok(`a daemon of ours answers at ${url}`);
  if (found === "wants another token")
    return warn(`whoever answers at ${url} does not take the token of the config`, "restart the daemon, or stop it");
  try {
    const listening = await listen(() => undefined, { host, port });
    await listening.close();
    return ok(`${hostPort(host, port)} is free, no daemon runs there`);
  } catch (error) {
    const [, finding = messageOf(error), mend = "set web.listen_address"] =
      /^(.*): ((?:set|stop) .*)$/.exec(messageOf(error)) ?? [];
    return fail(finding, mend);
  }
}

/** Who listens on every interface answers on loopback. */
const REACHED_BY: Readonly<Record<string, string>> = { "": "127.0.0.1", "0.0.0.0": "127.0.0.1", "::": "::1" };

async function whoAnswers(
  url: string,
  token: Secret | undefined,
): Promise<"ours" | "wants another token" | "not ours"> {
  try {
    const { status, body } = await askDaemon(url, "/api/v1/quotas", { token });
    if (status === 401) return "wants another token";
    return QuotasAnswer.safeParse(JSON.parse(body)).success ? "ours" : "not ours";
  } catch {
    // Nobody, or somebody else: which of the two is found out by trying to listen.
    return "not ours";
  }
}

const Status = z.object({
  versionInfo: z.object({ version: z.string() }),
  cluster: z.object({ status: z.string() }),
});

export async function alertmanagerFinding(
  { url, authorization, timeoutSeconds }: Alertmanager,
  http: HttpClient,
  signal: AbortSignal,
): Promise<Finding> {
  const found = await authorization?.();
  if (found !== undefined && "problem" in found)
    return fail(found.problem, "mend its credential in alerting.alertmanagers");
  try {
    const { data } = await http.json({
      url: url.replace(/\/alerts$/, "/status"),
      schema: Status,
      signal: AbortSignal.any([signal, AbortSignal.timeout(timeoutSeconds * 1000)]),
      ...(found && { headers: { authorization: found.header } }),
    });
    const { versionInfo, cluster } = data;
    const text = `version ${versionInfo.version} answers, cluster ${cluster.status}`;
    if (cluster.status !== "settling") return ok(text);
    return warn(text, "wait until its cluster has settled: notifications wait for that too");
  } catch (error) {
    return fail(messageOf(error), "start it, or mend its address and credential in alerting.alertmanagers");
  }
}

export async function historyFinding(source: HistorySource, http: HttpClient, signal: AbortSignal): Promise<Finding> {
  try {
    const api = createPrometheusApi(source, http);
    const known = await accountsOf(source, { api, now: new Date(), signal });
    if (known.length > 0) return ok(`answers, and knows ${known.length} account${known.length === 1 ? "" : "s"}`);
    return warn("answers, but has no series of ours", "let it scrape the daemon; check state.prometheus.selector");
  } catch (error) {
    return fail(messageOf(error), "mend state.prometheus, else a restart learns everything anew");
  }
}

export async function peerFinding(peer: string, token?: Secret): Promise<Finding> {
  const found = await whoAnswers(peer, token);
  if (found === "ours") return ok("answers");
  if (found === "wants another token")
    return warn("does not take our token", "give both daemons the same token in web.token_file or web.token_env");
  return warn(
    "does not answer as a daemon of ours",
    "start it, or mend poll.peer: until then accounts are read here alone",
  );
}
