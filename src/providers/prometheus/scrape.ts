import { describeCall } from "../../http/outgoing.ts";
import { UpstreamError } from "../../http/upstream-error.ts";
import { FormatError, isComplete, type Sample, samplesOf } from "./exposition.ts";
import { type Asking, describeQuestion, finite, type Question, type Told, type Values } from "./questions.ts";
import { isMeant, parseSelector, type Selector } from "./selector.ts";

/** Counters of some clouds come ten minutes late, with their time. What is older than this is no news. */
const OLDEST_MS = 15 * 60 * 1000;
/** Problems in one message. */
const SHOWN = 3;

type Wanted = Question & { readonly selector: Selector };

export async function scrape(
  questions: readonly Question[],
  { url, bearer, http, signal, now }: Asking,
): Promise<Values> {
  const wanted = questions.flatMap((question): Wanted[] => {
    const selector = parseSelector(question.expression);
    return "problem" in selector ? [] : [{ ...question, selector }];
  });
  const accept = "text/plain;version=0.0.4,*/*;q=0.1";
  const { data: page, headers } = await http.text({ url, accept, bearer, signal });
  const call = describeCall({ url });
  const isOpenMetrics = headers["content-type"]?.includes("openmetrics-text") === true;
  if (isOpenMetrics && !isComplete(page)) throw malformed(`${call} answered a page that is cut short`);

  const samples = parsed(page, wanted, call);
  const found = wanted.map((one) => ({ ...one, meant: samples.filter((sample) => isMeant(one.selector, sample)) }));
  const problems = found.flatMap((one) => problemOf(one, samples) ?? []);
  if (problems.length > 0) throw malformed(`${call} answered other metrics: ${summary(problems)}`);
  return new Map(found.map(({ expression, selector, meant }) => [expression, known(selector, meant[0], now)]));
}

function parsed(page: string, wanted: readonly Wanted[], call: string): readonly Sample[] {
  try {
    return samplesOf(page, new Set(wanted.map(({ selector }) => selector.name)));
  } catch (error) {
    if (error instanceof FormatError) throw malformed(`${call} answered a page whose ${error.message}`);
    throw error;
  }
}

function problemOf(
  one: Wanted & { readonly meant: readonly Sample[] },
  samples: readonly Sample[],
): string | undefined {
  const count = one.meant.length;
  if (count === 1) return undefined;
  if (count > 1) return `${describeQuestion(one)} matches ${count} samples: add a label`;
  const others = samples.filter(({ name }) => name === one.selector.name).length;
  const why = others === 0 ? "there is no such metric" : `none of the ${others} with that name has such labels`;
  return `${describeQuestion(one)} matches nothing: ${why}`;
}

function summary(problems: readonly string[]): string {
  const more = problems.length > SHOWN ? `; and ${problems.length - SHOWN} more` : "";
  return problems.slice(0, SHOWN).join("; ") + more;
}

function known({ convert }: Selector, sample: Sample | undefined, now: Date): Told {
  const isOld = sample?.at !== undefined && now.getTime() - sample.at.getTime() > OLDEST_MS;
  return isOld ? { unknown: "has a time more than 15 min ago" } : finite(sample && convert(sample.value));
}

const malformed = (message: string): UpstreamError => new UpstreamError("malformed", message);
