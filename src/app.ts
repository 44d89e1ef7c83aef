import { createWatch } from "./alerting/watch.ts";
import type { Config, ConfiguredAccount } from "./config/config.ts";
import { shownConfig } from "./config/shown.ts";
import type { Snapshot } from "./engine/snapshot.ts";
import { createLazyHttpClient } from "./http/lazy-client.ts";
import { limitHeaders } from "./http/limit-headers.ts";
import { createLearning } from "./learning.ts";
import type { Logger, Scrub } from "./log.ts";
import { createExporterMetrics } from "./metrics/exporter-metrics.ts";
import { createMetricsPage } from "./metrics/page.ts";
import { createPeerLog } from "./peer-log.ts";
import { createPeer } from "./poller/peer.ts";
import { createPoller } from "./poller/poller.ts";
import { createPushing } from "./pushing.ts";
import { createReadLog } from "./read-log.ts";
import { createReloads, withWhatStays } from "./reload.ts";
import { createRouteLog } from "./route-log.ts";
import { createSeeding } from "./seeding.ts";
import { createEvents } from "./server/events.ts";
import { type Listening, listen } from "./server/listen.ts";
import { isLoopback } from "./server/loopback.ts";
import { createServer } from "./server/server.ts";
import { createStateLog } from "./state-log.ts";
import { openStore } from "./store/open-store.ts";

/** What tells one build from another. */
export interface Build {
  readonly version: string;
  /** Commit, empty when unknown. */
  readonly revision: string;
  readonly nodeVersion: string;
}

interface AppOptions {
  readonly config: Config;
  /** Reads and checks the config anew, and throws what is wrong with it. Without it a reload changes nothing. */
  readonly loadConfig?: () => Promise<Config>;
  /** Says in the log which alerts it would push, and pushes none. */
  readonly isDryRun?: boolean;
  /** Whether whoever reaches the port may reload. */
  readonly lifecycleEnabled?: boolean;
  readonly log: Logger;
  /** Takes out of a text what must not be shown. */
  readonly scrub?: Scrub;
  readonly build: Build;
  readonly now?: () => Date;
  /** Evenly spread in [0, 1). */
  readonly random?: () => number;
}

export interface App {
  /** Begins to read and to serve; resolves with the URL that it serves at. */
  start(): Promise<string>;
  /** Loads the config anew and goes on with it; one that is refused changes nothing, and its problem is returned. */
  reload(): Promise<string | undefined>;
  stop(): Promise<void>;
  snapshot(): Snapshot;
}

/** Every 15 s time passes for quotas that no reading moves. */
const EVALUATION_MS = 15_000;

export const userAgent = (build: Build) => `llm-quota-exporter/${build.version}`;

/** Wires the daemon, or throws a `StateError` when its state path must not be used: provider → reading → store and engine → snapshot → metrics, page and API. */
export function createApp(options: AppOptions): App {
  const { log, build, lifecycleEnabled = false, isDryRun = false, scrub = (text) => text } = options;
  const { now = () => new Date(), random = Math.random } = options;
  let { config } = options;
  const exporter = createExporterMetrics(build);
  const startedAt = now();
  const { store, warning } = openStore({
    // What Prometheus keeps is not kept here as well.
    state: "prometheus" in config.state ? { memory: true } : config.state,
    now,
    onWrite: createStateLog(log, exporter.stateWritten),
  });
  const watch = createWatch({
    accounts: config.accounts,
    store,
    settings: config.engine,
    startedAt,
    onUnusable: ({ provider, account }, err) =>
      log.warn({ provider, account, err }, "what was kept of the account cannot be used, it is learned anew"),
  });
  const events = createEvents({ snapshot: watch.snapshot, now });
  const http = createLazyHttpClient({ userAgent: userAgent(build) });
  const reportRead = createReadLog(log);
  let refusedSince: Date | undefined;
  const pushing = createPushing({
    ...{ store, log, isDryRun, now },
    metrics: exporter,
    userAgent: userAgent(build),
    hasPeer: () => config.poll.peer !== undefined,
    refusedSince: () => refusedSince,
  });
  const seeding = createSeeding({
    ...{ accounts: config.accounts, watch, log, now },
    source: "prometheus" in config.state ? config.state.prometheus : undefined,
    userAgent: userAgent(build),
    finished: (isSeeded) => exporter.historySeeded("prometheus", isSeeded),
  });
  const reportPeer = createPeerLog(log);
  const poller = createPoller<ConfiguredAccount>({
    accounts: config.accounts,
    http,
    peer: createPeer({
      http,
      url: () => config.poll.peer,
      timeoutSeconds: () => config.poll.timeoutSeconds,
      token: async () => config.web.token?.current(),
      onAsked(result, problem) {
        exporter.peerAsked(result);
        reportPeer(result, problem);
      },
    }),
    lastReadAt: (account) => watch.account(account)?.lastPollAt,
    timeoutSeconds: () => config.poll.timeoutSeconds,
    now,
    random,
    finished(account, outcome, fromPeer) {
      exporter.observePoll(account.provider, outcome.seconds);
      if (outcome.ok && outcome.answer.dropped !== undefined)
        exporter.countDroppedSeries(account.provider, outcome.answer.dropped);
      reportRead(account, outcome);
      // What is shown is of now, not of the moment at which the peer read.
      const known = watch.take(account, outcome, fromPeer ? now() : undefined);
      events.changed();
      pushing.take(known);
      return known;
    },
    onBug: ({ provider, account }, err) =>
      log.error({ provider, account, err }, "a fault in the exporter, please report it"),
  });
  const learning = createLearning({
    ...{ config, watch, store, metrics: exporter, log, now },
    learned(known) {
      events.changed();
      pushing.take(known);
    },
  });
  const reloads = createReloads({
    load: options.loadConfig ?? (async () => config),
    log,
    refused() {
      refusedSince ??= now();
      exporter.configRefused();
    },
    // Everything is built by now: from here on nothing may fail or wait.
    swap(next) {
      config = withWhatStays(config, next, log);
      refusedSince = undefined;
      exporter.addProviders(next.accounts.map((account) => account.provider));
      // What was told of an account that goes is told before it goes.
      learning.flush();
      watch.replace(next.accounts, next.engine, now());
      learning.replace(config);
      poller.replace(next.accounts);
      if (next.poll.peer !== undefined) exporter.addPeer();
      if (next.web.token !== undefined) exporter.addToken();
      // Until then nobody knows what alerts should link to; the start does it.
      if (listening !== undefined) pushing.configure(config.alerting, watch.snapshot(), externalUrl());
      exporter.configLoaded(now());
      events.reloaded();
    },
  });
  const scrubbed = (text: string | undefined) => text && scrub(text);
  // What is shown to anybody is written first, so that a kill cannot make it be counted again.
  const snapshot = () => {
    learning.flush();
    store.flush();
    return watch.snapshot();
  };
  const page = createMetricsPage({
    snapshot,
    exporter,
    observed: learning.observedUse,
    now,
    onError: (err) => log.error({ err }, "a part of the metrics page was left out"),
  });
  const server = createServer({
    snapshot,
    metricsPage: page,
    reads: poller,
    ownOutcomeOf: poller.ownOutcome,
    gate: { token: () => config.web.token, refused: exporter.unauthorized },
    observations: {
      ...{ take: learning.take, limitHeaders, counted: exporter.observationTaken },
      accounts: () => config.accounts,
      isGuarded: () => config.web.token !== undefined,
      host: () => listening?.host ?? "",
    },
    events,
    history: store.history,
    ready: poller.ready,
    version: build.version,
    now,
    settings: () => config.engine,
    onUndetermined: createRouteLog(log),
    config: () => scrub(shownConfig(config.written)),
    reload: lifecycleEnabled ? async () => scrubbed(await reloads.reload()) : undefined,
    onError: (err) => log.error({ err }, "a request failed"),
  });
  let evaluation: NodeJS.Timeout | undefined;
  let listening: Listening | undefined;
  const externalUrl = () => config.web.externalUrl ?? listening?.url ?? "";

  exporter.addProviders(config.accounts.map((account) => account.provider));
  if (config.poll.peer !== undefined) exporter.addPeer();
  if (config.web.token !== undefined) exporter.addToken();
  exporter.configLoaded(startedAt);

  return {
    async start() {
      const opened = await listen(server, config.web.listen);
      listening = opened;
      for (const text of [...config.warnings, ...(warning === undefined ? [] : [warning])]) log.warn(text);
      if (!isLoopback(opened.host) && config.web.token === undefined)
        log.warn(
          { address: opened.host },
          "listening beyond this machine without authentication: set web.token_file, or put a proxy or firewall in front",
        );
      log.info({ address: opened.host, port: opened.port, accounts: config.accounts.length }, "listening");
      await learning.listen();
      // Whoever asks is answered meanwhile.
      seeding.run(() => {
        pushing.configure(config.alerting, watch.snapshot(), externalUrl());
        poller.start();
        learning.start();
        evaluation = setInterval(() => {
          learning.evaluate();
          watch.evaluate(now());
          events.changed();
          watch.keepObserved();
          pushing.evaluate(watch.snapshot());
        }, EVALUATION_MS);
      });
      return opened.url;
    },
    reload: reloads.reload,
    async stop() {
      reloads.end();
      // Streams have no end of their own: whoever waits for that of the last answer must not wait for them.
      events.end();
      await seeding.stop();
      clearInterval(evaluation);
      await poller.stop();
      await learning.stop();
      await pushing.stop();
      await listening?.close();
      await http.close();
      watch.keepAll();
      await store.close();
    },
    snapshot: watch.snapshot,
  };
}
