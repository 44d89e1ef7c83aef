import { setImmediate } from "node:timers/promises";
import { explain } from "../engine/explain.ts";
import type { EngineSettings } from "../engine/settings.ts";
import { shown } from "../engine/shown.ts";
import type { AccountSnapshot, QuotaSnapshot } from "../engine/snapshot.ts";
import { formatNumber, formatShare, unitWord } from "../quota/format.ts";
import type { PollLog } from "../quota/poll-log.ts";
import { historySince } from "../store/history.ts";
import type { AccountKey, HistoryPoint } from "../store/store.ts";
import { accountFacts, accountHref, withoutQuotas } from "./account-card.ts";
import { accountFactsList, blindSpots, pollTable } from "./account-facts.ts";
import { alertList } from "./alert-list.ts";
import { historyChart } from "./history-chart.ts";
import { type Html, html } from "./html.ts";
import { nearTo } from "./near.ts";
import { pageFrame, REFRESH_SECONDS } from "./page-frame.ts";
import { bar, notes, STATE_WORDS } from "./quota-look.ts";
import { errorInWords, forecastInWords, lastKnownInWords, leftInWords, resetInWords } from "./sentences.ts";
import { time } from "./time-element.ts";
import { accountLook, byUrgency } from "./urgency.ts";

export type History = (account: AccountKey, quota: string, since: Date) => readonly HistoryPoint[];

interface AccountPageFacts {
  readonly account: AccountSnapshot;
  /** The time of the snapshot that the account is from. */
  readonly at: Date;
  readonly log: PollLog | undefined;
  readonly history: History;
  readonly settings: EngineSettings;
  readonly now: Date;
  readonly version: string;
}

/** The page of `/accounts/NAME`. */
export async function accountPage(facts: AccountPageFacts): Promise<string> {
  const { at, log, history, settings, now, version } = facts;
  const [account = facts.account] = byUrgency([facts.account]);
  const quotas: Html[] = [];
  for (const [index, quota] of account.quotas.entries()) {
    quotas.push(quotaSection({ account, quota, history, settings, now }, `quota-${index}`));
    // An account may have dozens of quotas: scrapes go on between them.
    await setImmediate();
  }
  return pageFrame({
    title: `${account.account} · ${account.provider} · LLM quotas`,
    version,
    header: accountHeader(account, now),
    main: html`${quotas}
${quotas.length === 0 && html`<section class="card unknown" aria-label="Quotas">${withoutQuotas(account)}</section>`}
<div class="columns">
${accountFactsList(account, log, now)}
${blindSpots(account, now)}
</div>
${pollTable(log, now)}`,
    footer: accountFooter(account.account, at),
    events: `/api/v1/events?account=${encodeURIComponent(account.account)}`,
  });
}

function accountHeader(account: AccountSnapshot, now: Date): Html {
  const error = errorInWords(account);
  return html`<nav aria-label="Back"><a href="/">All accounts</a></nav>
<div class="head ${accountLook(account)}">
<h1><bdi>${account.account}</bdi> <span class="provider">${account.provider}</span></h1>
${accountFacts(account, now)}
</div>
${alertList(account.alerts, account, now)}
${error !== undefined && html`<p class="error"><bdi>${error}</bdi></p>`}`;
}

function accountFooter(account: string, at: Date): Html {
  const name = encodeURIComponent(account);
  return html`<p>Curve: what was left. Dotted: the limit. Thin uprights: resets. Dashed: the forecast, in the shade from its early to its late estimate. Where no reading worked, there is no curve.</p>
<p>As of ${time(at)} · refreshes every ${REFRESH_SECONDS} s · <a href="/api/v1/accounts/${name}">JSON</a> · <a href="/probe?target=${name}" rel="nofollow">probe</a> · <a href="/metrics">metrics</a></p>`;
}

interface QuotaFacts {
  readonly account: AccountSnapshot;
  readonly quota: QuotaSnapshot;
  readonly history: History;
  readonly settings: EngineSettings;
  readonly now: Date;
}

function quotaSection({ account, quota, history, settings, now }: QuotaFacts, id: string): Html {
  const lastKnown = lastKnownInWords(quota, now);
  const points = history(account, quota.quota, historySince(quota.reading, now));
  return html`<section aria-labelledby="${id}" class="card ${quota.state}">
<div class="head"><h2 id="${id}">${quota.quota} <span class="badge">${STATE_WORDS[quota.state]}</span></h2>
<p class="facts">${notes(quota).map((text) => html`<span class="label">${text}</span> `)}</p></div>
<p class="reason">${explain(quota, settings, now)}</p>
${alertList(quota.alerts, account, now)}
<div class="detail">
<div>
<p class="left big">${leftInWords(quota)}${lastKnown !== undefined && html`<span class="note">${lastKnown}</span>`}</p>
${bar(quota, now)}
${figures(quota, now)}
</div>
${quota.reading.unlimited === true ? undefined : historyChart({ quota, points, intervalSeconds: account.intervalSeconds, now }, id)}
</div>
</section>
`;
}

/** What is known in numbers; what is not known has no line. */
function figures(quota: QuotaSnapshot, now: Date): Html {
  const { reading } = quota;
  const { longRate, shortBurn, longBurn, forecast } = shown(quota);
  const ends = reading.resetAt ?? reading.expiresAt;
  const reset = resetInWords(quota, now);
  const perHour = longRate === undefined ? undefined : formatNumber(longRate * 3600, reading.unit);
  const burns = [longBurn, shortBurn].map((burn) => (burn === undefined ? "unknown" : formatNumber(burn, "requests")));
  const rows: [string, string | Html | undefined][] = [
    ["Reset", reset === undefined || ends === undefined ? undefined : time(ends, reset)],
    ["Used", perHour === undefined ? undefined : `${perHour} ${unitWord(reading.unit)} an hour`.replace("  ", " ")],
    [
      "Burn rate",
      longBurn === undefined && shortBurn === undefined ? undefined : `${burns[0]} long, ${burns[1]} short`,
    ],
    ["Forecast", forecastInWords(quota, now)],
    ["Early to late", estimates(quota)],
    ["Chance to run out", forecast?.probability === undefined ? undefined : formatShare(forecast.probability)],
    ["Told by", `${reading.source}, ${reading.confidence}`],
    ["Only for", reading.models === undefined ? undefined : reading.models.slice(0, 20).join(", ")],
  ];
  return html`<dl>
${rows.map(([name, value]) => value !== undefined && html`<div><dt>${name}</dt><dd>${value}</dd></div>\n`).filter((row) => row !== false)}</dl>`;
}

function estimates(quota: QuotaSnapshot): Html | undefined {
  const { forecast } = shown(quota);
  if (forecast?.early === undefined && forecast?.late === undefined) return undefined;
  const told = (instant: Date | undefined) => (instant === undefined ? html`lasts` : time(instant));
  return html`${told(forecast.early)} to ${told(forecast.late)}`;
}

const MOST_LISTED = 40;

/** The page for a name that no account has. What was asked for is not repeated: it may be anything. */
export function unknownAccountPage(name: string, accounts: readonly AccountSnapshot[], version: string): string {
  const names = accounts.map(({ account }) => account);
  const near = nearTo(name, names);
  const isNear = near.length > 0;
  const listed = isNear ? near : names.slice(0, MOST_LISTED);
  return pageFrame({
    title: "no such account · LLM quotas",
    version,
    header: html`<nav aria-label="Back"><a href="/">All accounts</a></nav>
<h1>No account has this name</h1>`,
    main:
      listed.length === 0
        ? html`<p>No accounts are configured.</p>`
        : html`<p>${isNear ? "Did you mean one of these?" : "These are known here:"}</p>
<ul>
${listed.map((known) => html`<li><a href="${accountHref(known)}"><bdi>${known}</bdi></a></li>\n`)}</ul>`,
    footer: html`<p>${plainCount(names.length)} configured.</p>`,
  });
}

const plainCount = (count: number) => `${count} account${count === 1 ? " is" : "s are"}`;
