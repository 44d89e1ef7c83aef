import type { AccountSnapshot } from "../engine/snapshot.ts";
import { formatAge, formatDuration, secondsBetween } from "../quota/format.ts";
import type { PollLog, PollRecord } from "../quota/poll-log.ts";
import { type Html, html } from "./html.ts";
import { errorInWords } from "./sentences.ts";
import { time } from "./time-element.ts";

const MOST_MODELS = 200;

/** Everything about an account that is no quota; what is not known has no line. */
export function accountFactsList(account: AccountSnapshot, log: PollLog | undefined, now: Date): Html {
  const { plan, subscription, models, credentialExpiresAt, probe } = account.answer ?? {};
  const rows: [string, Html | string | undefined][] = [
    ["Plan", plan === undefined ? undefined : html`<bdi>${plan}</bdi>`],
    ["Subscription", subscription],
    ["Credential", credentialExpiresAt === undefined ? "no expiry told" : expiry(credentialExpiresAt, now)],
    ["Read every", formatDuration(account.intervalSeconds)],
    ["Next read", log?.nextPollAt && time(log.nextPollAt, next(log.nextPollAt, now))],
    ["Last good read", account.lastSuccessAt && time(account.lastSuccessAt, formatAge(account.lastSuccessAt, now))],
    [
      "Probe",
      probe &&
        html`<bdi>${probe.model}</bdi>, ${probe.latencyMs} ms; ${account.probeTokensTotal.input + account.probeTokensTotal.output} tokens since the start`,
    ],
    ...Object.entries(account.labels)
      .filter(([, value]) => value !== "")
      .map(([name, value]): [string, Html] => [`Label ${name}`, html`<bdi>${value}</bdi>`]),
    ["Models", models && modelList(models)],
  ];
  return html`<section aria-labelledby="facts" class="card plain">
<h2 id="facts">Account</h2>
<dl>
${rows.flatMap(([name, value]) => (value === undefined ? [] : [html`<div><dt>${name}</dt><dd>${value}</dd></div>\n`]))}</dl>
</section>
`;
}

function expiry(at: Date, now: Date): Html {
  return time(at, at > now ? `expires in ${formatDuration(secondsBetween(now, at))}` : `expired ${formatAge(at, now)}`);
}

const next = (at: Date, now: Date) => (at > now ? `in ${formatDuration(secondsBetween(now, at))}` : "due now");

function modelList(models: readonly string[]): Html | string {
  if (models.length === 0) return "none";
  const rest = models.length - MOST_MODELS;
  return html`<details id="models"><summary>${models.length}</summary><bdi>${models.slice(0, MOST_MODELS).join(", ")}</bdi>${rest > 0 && ` and ${rest} more`}</details>`;
}

/** Only what is known to be out of sight: quotas that have been seen before, and those that were not kept. */
export function blindSpots({ provider, quotas, answer }: AccountSnapshot, now: Date): Html {
  const missing = quotas.filter(({ present }) => !present);
  const dropped = answer?.dropped ?? 0;
  return html`<section aria-labelledby="unseen" class="card plain">
<h2 id="unseen">Out of sight</h2>
<ul>
${missing.map(
  ({ quota, lastGoodAt }) =>
    html`<li>${quota}: the last good answer left it out${lastGoodAt !== undefined && html`; ${time(lastGoodAt, `last told ${formatAge(lastGoodAt, now)}`)}`}.</li>\n`,
)}${dropped > 0 && html`<li>${dropped} more quotas were told than are kept; the tightest are.</li>\n`}${
  missing.length === 0 &&
  answer !== undefined &&
  html`<li>The last good answer left out no quota that was seen before.</li>\n`
}${answer === undefined && html`<li>Nothing of this account has been read yet.</li>\n`}<li>What no credential for this provider can see is listed in docs/providers/${provider}.md.</li>
</ul>
</section>
`;
}

const MOST_POLLS = 20;

/** How the last reads went, the newest first. */
export function pollTable(log: PollLog | undefined, now: Date): Html {
  const polls = log?.polls.slice(0, MOST_POLLS) ?? [];
  return html`<section aria-labelledby="polls" class="card plain">
<h2 id="polls">Last polls</h2>
${polls.length === 0 ? html`<p class="empty">None yet.</p>` : pollRows(polls, now)}
</section>
`;
}

function pollRows(polls: readonly PollRecord[], now: Date): Html {
  return html`<table class="polls">
<caption>Last polls, the newest first</caption>
<thead><tr><th scope="col" class="col-when">When</th><th scope="col" class="col-took">Took</th><th scope="col">Result</th></tr></thead>
<tbody>
${polls.map(
  ({ at, seconds, failure, readings }) =>
    html`<tr><td>${time(at, formatAge(at, now))}</td><td>${Math.round(seconds * 1000)} ms</td><td><bdi>${
      failure === undefined ? told(readings) : errorInWords({ error: failure })
    }</bdi></td></tr>\n`,
)}</tbody>
</table>`;
}

const told = (readings = 0) => `${readings} ${readings === 1 ? "quota" : "quotas"} told`;
