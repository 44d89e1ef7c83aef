import type { AccountSnapshot, QuotaSnapshot, Snapshot } from "../engine/snapshot.ts";
import { shown } from "../metrics/shown.ts";
import { STATES, type State } from "../quota/state.ts";
import { secondsBetween } from "./format.ts";
import { type Html, html, trusted } from "./html.ts";
import { PAGE_STYLE } from "./page-style.ts";
import {
  errorInWords,
  forecastInWords,
  lastKnownInWords,
  lastReadInWords,
  leftInWords,
  resetInWords,
} from "./sentences.ts";
import { byUrgency } from "./urgency.ts";

/** A state as people say it. */
const STATE_WORDS: Readonly<Record<State, string>> = {
  exhausted: "exhausted",
  critical: "critical",
  topup: "top up",
  watch: "watch",
  use_or_lose: "use or lose",
  unknown: "unknown",
  ok: "ok",
  unlimited: "unlimited",
};

/** The page of `/`: it needs no script, and shows what the metrics and the document show. */
export function statusPage(snapshot: Snapshot, now: Date, version: string): string {
  const accounts = byUrgency(snapshot.accounts);
  const states = countStates(accounts);
  const worst = states.filter(({ state }) => state === "exhausted" || state === "critical").map(countInWords);
  const title = [...worst, "LLM quotas"].join(" · ");
  return html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="refresh" content="15">
<title>${title}</title>
<style>${trusted(PAGE_STYLE)}</style>
</head>
<body>
<header>
<h1>LLM quotas</h1>
<p class="summary">${summary(accounts, states.map(countInWords))}</p>
</header>
<main>
${accounts.length === 0 && html`<p>No accounts are configured.</p>`}
${accounts.map((account, index) => accountSection(account, `account-${index}`, now))}
</main>
<footer>
<p>A bar shows what is left; the mark on it shows how much of the window is still to come. A bar that ends before its mark is used faster than time passes.</p>
<p>As of ${time(snapshot.at)} · refreshes every 15 s · <a href="/metrics">metrics</a> · <a href="/api/v1/quotas">JSON</a> · <a href="/debug/polls">last polls</a> · llm-quota-exporter ${version}</p>
</footer>
</body>
</html>
`.text;
}

interface StateCount {
  readonly state: State;
  readonly count: number;
}

function countStates(accounts: readonly AccountSnapshot[]): StateCount[] {
  const quotas = accounts.flatMap((account) => account.quotas);
  return STATES.map((state) => ({ state, count: quotas.filter((quota) => quota.state === state).length })).filter(
    ({ count }) => count > 0,
  );
}

function countInWords({ state, count }: StateCount): string {
  return `${count} ${STATE_WORDS[state]}`;
}

function summary(accounts: readonly AccountSnapshot[], states: readonly string[]): string {
  const quotas = accounts.reduce((sum, account) => sum + account.quotas.length, 0);
  const failing = accounts.filter((account) => account.error !== undefined).length;
  return [
    `${plural(accounts.length, "account")}, ${plural(quotas, "quota")}`,
    states.length === 0 ? "" : `: ${states.join(", ")}`,
    failing === 0 ? "" : ` · ${plural(failing, "account")} cannot be read`,
  ].join("");
}

function plural(count: number, noun: string): string {
  return `${count} ${noun}${count === 1 ? "" : "s"}`;
}

function accountSection(account: AccountSnapshot, id: string, now: Date): Html {
  const error = errorInWords(account);
  const { plan, subscription } = account.answer ?? {};
  const labels = Object.entries(account.labels).filter(([, value]) => value !== "");
  const read = lastReadInWords(account, now);
  return html`<section aria-labelledby="${id}">
<div class="head">
<h2 id="${id}"><bdi>${account.account}</bdi> <span class="provider">${account.provider}</span></h2>
<p class="facts">
${labels.map(([name, value]) => html`<span class="label"><bdi>${name}: ${value}</bdi></span> `)}
${plan !== undefined && html`plan <bdi>${plan}</bdi> · `}${subscription !== undefined && `subscription ${subscription} · `}${
  account.lastPollAt === undefined ? read : time(account.lastPollAt, read)
} · ${links(account.account)}
</p>
</div>
${error !== undefined && html`<p class="error"><bdi>${error}</bdi></p>`}
${account.quotas.length > 0 ? quotaTable(account, now) : withoutQuotas(account)}
</section>
`;
}

/** Followed by nobody but people: a probe asks the provider. */
function links(account: string): Html {
  const name = encodeURIComponent(account);
  return html`<a href="/api/v1/accounts/${name}" aria-label="details of ${account}">details</a> · <a href="/probe?target=${name}" rel="nofollow" aria-label="probe of ${account}">probe</a>`;
}

function withoutQuotas({ answer, lastPollAt }: AccountSnapshot): Html | undefined {
  if (answer?.metered === false) return html`<p class="empty">no API quota: nothing here runs out.</p>`;
  if (answer !== undefined) return html`<p class="empty">The last answer named no quota.</p>`;
  const why = lastPollAt === undefined ? "the first read is still to come" : "no read has worked yet";
  return html`<p class="empty">Quotas unknown: ${why}.</p>`;
}

function quotaTable({ account, quotas }: AccountSnapshot, now: Date): Html {
  return html`<table>
<caption>Quotas of ${account}</caption>
<thead><tr><th scope="col" class="col-quota">Quota</th><th scope="col" class="col-state">State</th><th scope="col" class="col-left">Left</th><th scope="col" class="col-reset">Reset</th><th scope="col">Forecast</th></tr></thead>
<tbody>
${quotas.map((quota) => quotaRow(quota, now))}
</tbody>
</table>`;
}

function quotaRow(quota: QuotaSnapshot, now: Date): Html {
  const { reading } = quota;
  const ends = reading.resetAt ?? reading.expiresAt;
  const reset = resetInWords(quota, now);
  const lastKnown = lastKnownInWords(quota, now);
  return html`<tr class="${quota.state}">
<th scope="row">${quota.quota}${notes(quota).map((text) => html`<span class="note">${text}</span>`)}</th>
<td><span class="badge">${STATE_WORDS[quota.state]}</span></td>
<td class="left">${leftInWords(quota)}${lastKnown !== undefined && html`<span class="note">${lastKnown}</span>`}${bar(quota, now)}</td>
<td class="reset">${reset === undefined || ends === undefined ? "no reset" : time(ends, reset)}</td>
<td class="forecast">${forecastInWords(quota, now)}</td>
</tr>
`;
}

function notes({ binding, reading, doubtful, valid, lastGoodAt, present }: QuotaSnapshot): string[] {
  return [
    binding ? "stops this account first" : "",
    reading.enforcement === "soft" ? "soft: not refused at zero" : "",
    doubtful ? "a surprise, being confirmed" : "",
    valid || lastGoodAt === undefined ? "" : "stale",
    present ? "" : "missing from the last answer",
  ].filter((note) => note !== "");
}

/** Nothing where there is no limit, and a dashed outline where the share is unknown: never an empty or a full bar. */
function bar(quota: QuotaSnapshot, now: Date): Html | undefined {
  const { ratio } = shown(quota);
  if (!quota.valid) return html`<div class="no-bar"></div>`;
  if (ratio === undefined) return undefined;
  const mark = timeLeftShare(quota, now);
  // The words beside it say the same: to a screen reader the bar would only repeat them.
  return html`<svg class="bar" viewBox="0 0 100 8" preserveAspectRatio="none" aria-hidden="true"><rect class="fill" width="${percent(ratio)}" height="8" rx="1"/>${
    mark !== undefined && html`<rect class="mark" x="${percent(mark * 0.995)}" width="0.5" height="8"/>`
  }</svg>`;
}

/** Share of the window that is still to come: what an even pace would have left. */
function timeLeftShare({ reading }: QuotaSnapshot, now: Date): number | undefined {
  const { resetAt, periodSeconds, kind, sliding } = reading;
  if (resetAt === undefined || resetAt <= now || !periodSeconds || kind === "rate_limit" || sliding) return undefined;
  return secondsBetween(now, resetAt) / periodSeconds;
}

function percent(share: number): string {
  return (Math.min(1, Math.max(0, share)) * 100).toFixed(2);
}

function time(instant: Date, text = `${instant.toISOString().slice(0, 19).replace("T", " ")} UTC`): Html {
  return html`<time datetime="${instant.toISOString()}" title="${instant.toISOString()}">${text}</time>`;
}
