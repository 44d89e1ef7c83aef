import type { HttpClient, JsonAnswer } from "../http/client.ts";
import { httpDate } from "../http/http-date.ts";
import { formatDuration } from "../quota/format.ts";
import { type Finding, fail, ok, warn } from "./doctor-check.ts";

/** Less makes no difference to anything that is computed here. */
const NOISE_SECONDS = 5;
/** Resets and expiries are instants of the provider's clock. This much is as long as a short window of a quota. */
const BAD_SECONDS = 120;

/** Passes calls on, and notes how far the clock of whoever answers is ahead of ours. */
export function hearClocks(http: HttpClient, aheadSeconds: number[]): HttpClient {
  const heard = async <T>(call: () => Promise<JsonAnswer<T>>): Promise<JsonAnswer<T>> => {
    const asked = Date.now();
    const answer = await call();
    const told = httpDate(answer.headers["date"]);
    if (told !== undefined) aheadSeconds.push(outside(told, asked, Date.now()) / 1000);
    return answer;
  };
  return {
    json: (request) => heard(() => http.json(request)),
    text: (request) => heard(() => http.text(request)),
    close: () => http.close(),
  };
}

/** By how much a time lies after or before the span in which it was told. The header cuts off up to a second. */
function outside(told: number, asked: number, answered: number): number {
  if (told > answered) return told - answered;
  return Math.min(told + 1000 - asked, 0);
}

/** By what most of those say who answered: one of them may be wrong itself. */
export function clockFinding(aheadSeconds: readonly number[]): Finding {
  const sorted = aheadSeconds.toSorted((one, other) => one - other);
  const ahead = sorted[Math.floor(sorted.length / 2)];
  if (ahead === undefined)
    return warn("unknown, as no answer told the time", "see that NTP keeps this machine's clock");
  const size = Math.abs(ahead);
  const heard = `${sorted.length} answer${sorted.length === 1 ? "" : "s"}`;
  if (size < NOISE_SECONDS) return ok(`as that of ${heard}`);
  const difference = `${formatDuration(size)} ${ahead > 0 ? "behind" : "ahead of"} that of ${heard}`;
  return (size < BAD_SECONDS ? warn : fail)(
    difference,
    "let NTP set the clock: resets and forecasts are off by as much",
  );
}
