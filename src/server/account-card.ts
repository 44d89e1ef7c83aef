import { shown } from "../engine/shown.ts";
import type { AccountSnapshot, QuotaSnapshot } from "../engine/snapshot.ts";
import { alertList } from "./alert-list.ts";
import { type Html, html } from "./html.ts";
import { bar, notes, STATE_WORDS } from "./quota-look.ts";
import {
  errorInWords,
  forecastInWords,
  lastKnownInWords,
  lastReadInWords,
  leftInWords,
  resetInWords,
} from "./sentences.ts";
import { time } from "./time-element.ts";
import { accountLook } from "./urgency.ts";

/** Where the page about one account is. */
export const accountHref = (account: string): string => `/accounts/${encodeURIComponent(account)}`;

/** One account of the overview with all its quotas. */
export function accountCard(account: AccountSnapshot, id: string, now: Date): Html {
  const error = errorInWords(account);
  return html`<section aria-labelledby="${id}" class="card ${accountLook(account)}">
<div class="head">
<h2 id="${id}"><a href="${accountHref(account.account)}"><bdi>${account.account}</bdi></a> <span class="provider">${account.provider}</span></h2>
${accountFacts(account, now)}
</div>
${alertList(account.alerts, account, now)}
${error !== undefined && html`<p class="error"><bdi>${error}</bdi></p>`}
${account.quotas.length > 0 ? quotaTable(account, now) : withoutQuotas(account)}
</section>
`;
}

/** Labels, plan and when it was read, in one line. */
export function accountFacts(account: AccountSnapshot, now: Date): Html {
  const { plan, subscription } = account.answer ?? {};
  const labels = Object.entries(account.labels).filter(([, value]) => value !== "");
  const read = lastReadInWords(account, now);
  return html`<p class="facts">
${labels.map(([name, value]) => html`<span class="label"><bdi>${name}: ${value}</bdi></span> `)}
${plan !== undefined && html`plan <bdi>${plan}</bdi> · `}${subscription !== undefined && `subscription ${subscription} · `}${
  account.lastPollAt === undefined ? read : time(account.lastPollAt, read)
}
</p>`;
}

export function withoutQuotas({ answer, lastPollAt }: AccountSnapshot): Html | undefined {
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
  return html`<tr class="${quota.state}">
<th scope="row">${quota.quota}${notes(quota).map((text) => html`<span class="note">${text}</span>`)}</th>
<td><span class="badge">${STATE_WORDS[quota.state]}</span></td>
${figures(quota, now)}
</tr>
`;
}

/** What is left, when it comes back and what is to be expected: the last three cells of either table. */
function figures(quota: QuotaSnapshot, now: Date): Html {
  const { reading } = quota;
  const ends = reading.resetAt ?? reading.expiresAt;
  const reset = resetInWords(quota, now);
  const lastKnown = lastKnownInWords(quota, now);
  return html`<td class="left">${leftInWords(quota)}${lastKnown !== undefined && html`<span class="note">${lastKnown}</span>`}${bar(quota, now)}</td>
<td class="reset">${reset === undefined || ends === undefined ? "no reset" : time(ends, reset)}</td>
<td class="forecast">${forecastInWords(quota, now)}</td>`;
}

/** Nothing about it needs a word: in a long list one row is enough. */
export function isQuiet({ up, error, alerts, quotas }: AccountSnapshot): boolean {
  const isFine = (quota: QuotaSnapshot) =>
    (quota.state === "ok" || quota.state === "unlimited") &&
    quota.valid &&
    quota.present &&
    !quota.doubtful &&
    quota.alerts.length === 0;
  return up && error === undefined && alerts.length === 0 && quotas.every(isFine);
}

/** The accounts of which there is nothing to say, each with its tightest quota. */
export function accountRows(accounts: readonly AccountSnapshot[], now: Date): Html {
  return html`<section aria-labelledby="quiet" class="card ok">
<h2 id="quiet">In order</h2>
<table class="quiet">
<caption>Accounts in order, each with the quota of which least is left</caption>
<thead><tr><th scope="col" class="col-quota">Account</th><th scope="col" class="col-state">Quota</th><th scope="col" class="col-left">Left</th><th scope="col" class="col-reset">Reset</th><th scope="col">Forecast</th></tr></thead>
<tbody>
${accounts.map((account) => accountRow(account, now))}
</tbody>
</table>
</section>
`;
}

function accountRow(account: AccountSnapshot, now: Date): Html {
  const tightest = tightestOf(account.quotas);
  const more = account.quotas.length - 1;
  return html`<tr class="${tightest?.state ?? "ok"}">
<th scope="row"><a href="${accountHref(account.account)}"><bdi>${account.account}</bdi></a> <span class="provider">${account.provider}</span></th>
${
  tightest === undefined
    ? html`<td colspan="4" class="forecast">${withoutQuotas(account)}</td>`
    : html`<td>${tightest.quota}${more > 0 && html`<span class="note">and ${more} more</span>`}</td>
${figures(tightest, now)}`
}
</tr>
`;
}

function tightestOf(quotas: readonly QuotaSnapshot[]): QuotaSnapshot | undefined {
  const left = (quota: QuotaSnapshot) => (quota.binding ? -Infinity : (shown(quota).ratio ?? Infinity));
  return quotas.toSorted((one, other) => (left(one) < left(other) ? -1 : left(one) > left(other) ? 1 : 0))[0];
}
