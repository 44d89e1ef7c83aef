import type { AccountSnapshot, Snapshot } from "../engine/snapshot.ts";
import { STATES, type State } from "../quota/state.ts";
import { accountCard, accountRows, isQuiet } from "./account-card.ts";
import { type Filter, filterOf, hrefOf, matches, providersOf, UNREADABLE } from "./filter.ts";
import { type Html, html } from "./html.ts";
import { pageFrame, REFRESH_SECONDS } from "./page-frame.ts";
import { STATE_WORDS } from "./quota-look.ts";
import { time } from "./time-element.ts";
import { byUrgency } from "./urgency.ts";

/** However many there are: a page that takes long to make would hold up the scrapes. */
const ACCOUNTS_PER_PAGE = 50;
/** With more accounts than this, those of which there is nothing to say take one row each. */
const MOST_CARDS = 20;

/** The page of `/`: it needs no script, and shows what the metrics and the document show. */
export function statusPage(snapshot: Snapshot, now: Date, version: string, query = new URLSearchParams()): string {
  const all = snapshot.accounts;
  const { filter, notices } = filterOf(query, all);
  const wanted = byUrgency(all.filter((account) => matches(filter, account)));
  const pages = Math.max(1, Math.ceil(wanted.length / ACCOUNTS_PER_PAGE));
  const page = Math.min(filter.page, pages);
  const onPage = wanted.slice((page - 1) * ACCOUNTS_PER_PAGE, page * ACCOUNTS_PER_PAGE);
  return pageFrame({
    title: titleOf(all),
    version,
    header: html`<h1>LLM quotas</h1>
<p class="summary">${summary(all)}</p>
${all.length > 0 && filterLinks(all, filter)}`,
    main: html`${notices.map((notice) => html`<p class="notice">${notice}</p>`)}
${wanted.length === 0 && html`<p class="empty">${all.length === 0 ? "No accounts are configured." : html`No account matches this filter. <a href="/">Show all</a>`}</p>`}
${accounts(onPage, wanted.length > MOST_CARDS, now)}
${pages > 1 && pageLinks(filter, page, pages, wanted.length)}`,
    footer: html`<p>A bar shows what is left; the mark on it shows how much of the window is still to come. A bar that ends before its mark is used faster than time passes.</p>
<p>As of ${time(snapshot.at)} · refreshes every ${REFRESH_SECONDS} s · <a href="/metrics">metrics</a> · <a href="/api/v1/quotas">JSON</a> · <a href="/debug/polls">last polls</a> · <a href="/config">config</a></p>`,
  });
}

function titleOf(accounts: readonly AccountSnapshot[]): string {
  const worst = countStates(accounts).filter(({ state }) => state === "exhausted" || state === "critical");
  return [...worst.map(countInWords), "LLM quotas"].join(" · ");
}

interface StateCount {
  readonly state: State;
  readonly count: number;
}

function countStates(accounts: readonly AccountSnapshot[]): StateCount[] {
  const counts = new Map<State, number>();
  for (const { quotas } of accounts)
    for (const { gone, state } of quotas) if (!gone) counts.set(state, (counts.get(state) ?? 0) + 1);
  return STATES.flatMap((state) => {
    const count = counts.get(state);
    return count === undefined ? [] : [{ state, count }];
  });
}

function countInWords({ state, count }: StateCount): string {
  return `${count} ${STATE_WORDS[state]}`;
}

function summary(accounts: readonly AccountSnapshot[]): string {
  const quotas = accounts.reduce((sum, account) => sum + account.quotas.filter(({ gone }) => !gone).length, 0);
  return `${plural(accounts.length, "account")}, ${plural(quotas, "quota")}`;
}

function plural(count: number, noun: string): string {
  return `${count} ${noun}${count === 1 ? "" : "s"}`;
}

/** Plain links, so that a filter can be kept as a bookmark and outlives a refresh. A link that is on leads back. */
function filterLinks(accounts: readonly AccountSnapshot[], filter: Filter): Html {
  const { page: _page, ...kept } = filter;
  const inProvider = accounts.filter(({ provider }) => filter.provider === undefined || provider === filter.provider);
  const failing = inProvider.filter(({ error }) => error !== undefined).length;
  const byState = (state: string, words: string) =>
    chip({ words, isOn: filter.state === state, look: state, on: { ...kept, state }, off: without(kept, "state") });
  const providers = providersOf(accounts);
  return html`<nav aria-label="Filter">
<ul class="chips" aria-label="by state">
${countStates(inProvider).map((one) => byState(one.state, countInWords(one)))}${
  (failing > 0 || filter.state === UNREADABLE) && byState(UNREADABLE, `${plural(failing, "account")} cannot be read`)
}${
  // A state that nothing is in any more can still be left.
  filter.state !== undefined &&
  filter.state !== UNREADABLE &&
  !countStates(inProvider).some(({ state }) => state === filter.state) &&
  byState(filter.state, `0 ${STATE_WORDS[filter.state as State]}`)
}</ul>
${
  providers.length > 1 &&
  html`<ul class="chips" aria-label="by provider">
${providers.map((provider) => chip({ words: provider, isOn: filter.provider === provider, look: "", on: { ...kept, provider }, off: without(kept, "provider") }))}</ul>`
}
</nav>`;
}

function without(filter: Omit<Filter, "page">, name: "provider" | "state"): Omit<Filter, "page"> {
  const { [name]: _left, ...rest } = filter;
  return rest;
}

interface Chip {
  readonly words: string;
  readonly isOn: boolean;
  readonly look: string;
  readonly on: Partial<Filter>;
  readonly off: Partial<Filter>;
}

function chip({ words, isOn, look, on, off }: Chip): Html {
  const dot = look === "" ? undefined : html`<span class="dot"></span>`;
  return html`<li><a class="chip ${look}" href="${hrefOf(isOn ? off : on)}"${isOn && html` aria-current="true"`}>${dot}${words}${
    isOn && html`<span aria-hidden="true"> ×</span><span class="hidden">, chosen: show all</span>`
  }</a></li>
`;
}

function accounts(onPage: readonly AccountSnapshot[], isLong: boolean, now: Date): Html {
  const quiet = isLong ? onPage.filter(isQuiet) : [];
  const loud = isLong ? onPage.filter((account) => !isQuiet(account)) : onPage;
  return html`${loud.map((account, index) => accountCard(account, `account-${index}`, now))}
${quiet.length > 0 && accountRows(quiet, now)}`;
}

function pageLinks(filter: Filter, page: number, pages: number, count: number): Html {
  const numbers = Array.from({ length: pages }, (_page, index) => index + 1);
  return html`<nav aria-label="Pages" class="pages">
<p>${count} accounts, the most urgent first</p>
<ul class="chips">
${numbers.map(
  (
    number,
  ) => html`<li><a class="chip" href="${hrefOf({ ...filter, page: number })}"${number === page && html` aria-current="page"`}><span class="hidden">page </span>${number}</a></li>
`,
)}</ul>
</nav>`;
}
